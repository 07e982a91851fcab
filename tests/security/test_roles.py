"""Roles: an owner may do everything but rewrite the audit log; a role nobody defined may do nothing."""

from stackdock.security.permissions import Area, Level
from stackdock.security.roles import OWNER, permissions_of, visibility_of


def test_an_owner_reads_the_audit_log_and_has_everything_else_in_full() -> None:
    assert permissions_of(OWNER)[Area.AUDIT] == Level.READ
    assert {permissions_of(OWNER)[area] for area in Area if area is not Area.AUDIT} == {Level.FULL}
    assert visibility_of(OWNER).everything


def test_an_unknown_role_gives_nothing() -> None:
    for role in ("", "wizard", "Owner"):
        assert not permissions_of(role)
        assert not visibility_of(role).everything
