"""Claiming an instance: only the newest set-up link, only once, one owner however many try."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from stackdock.db.sessions import reading
from stackdock.errors import Conflict, InvalidInput, PermissionDenied
from stackdock.models import Membership, Organization, SetupLink, User
from stackdock.security.scope import system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.login_sessions import find_signed_in
from stackdock.services.setup import check_setup_token, claim_instance, create_setup_link, is_claimed
from stackdock.settings import settings
from tests.people import OPERATOR, PASSWORD, anonymous, audit_entries, new_owner


async def make_link_token() -> str:
    link = await create_setup_link(OPERATOR)
    assert link.startswith(f"{settings().origin}/setup?token=")
    return parse_qs(urlsplit(link).query)["token"][0]


async def count(model: type) -> int:
    async with reading(system_scope(None)) as session:
        return len((await session.exec(select(model))).all())


async def test_the_link_makes_one_owner_who_is_signed_in(database: object) -> None:
    assert not await is_claimed(anonymous())
    claimed = await claim_instance(anonymous(), await make_link_token(), new_owner(email=" Ana@ACME.example "))
    assert claimed.slug == "acme-agency"
    assert await is_claimed(anonymous())
    signed_in = await find_signed_in(anonymous(), claimed.session_token)
    assert signed_in is not None
    assert (signed_in.email, signed_in.name) == ("ana@acme.example", "Ana")
    async with reading(system_scope(None)) as session:
        membership = (await session.exec(select(Membership))).one()
        user = (await session.exec(select(User))).one()
    assert (membership.role, membership.user_id) == ("owner", user.id)
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


async def test_a_claim_and_its_sign_in_are_recorded_in_the_organizations_chain(database: object) -> None:
    await claim_instance(anonymous(), await make_link_token(), new_owner())
    created, claimed, signed_in = await audit_entries()
    assert (created.action, created.chain) == (AuditAction.SETUP_LINK_CREATED, "instance")
    assert (claimed.action, claimed.actor_label) == (AuditAction.INSTANCE_CLAIMED, "ana@acme.example")
    assert (signed_in.action, signed_in.chain) == (AuditAction.SIGNED_IN, claimed.organization_id)


async def test_only_the_newest_link_works(database: object) -> None:
    old, new = await make_link_token(), await make_link_token()
    with pytest.raises(InvalidInput, match="newer one was made"):
        await claim_instance(anonymous(), old, new_owner())
    assert not await is_claimed(anonymous())
    await claim_instance(anonymous(), new, new_owner())
    assert await is_claimed(anonymous())


async def test_nobody_claims_without_a_link(database: object) -> None:
    for token in ("", "guess"):
        with pytest.raises(InvalidInput):
            await claim_instance(anonymous(), token, new_owner())
    assert await count(User) == 0


async def test_a_claimed_instance_is_not_claimed_again(database: object) -> None:
    token = await make_link_token()
    await claim_instance(anonymous(), token, new_owner())
    with pytest.raises(Conflict):
        await claim_instance(anonymous(), token, new_owner(email="eve@evil.example"))
    with pytest.raises(Conflict):
        await check_setup_token(anonymous(), token)
    with pytest.raises(Conflict):
        await create_setup_link(OPERATOR)
    assert (await count(User), await count(Organization)) == (1, 1)


async def test_two_claims_at_once_leave_one_owner(database: object) -> None:
    token = await make_link_token()
    claims = (claim_instance(anonymous(), token, new_owner(email=f"{name}@acme.example")) for name in ("ana", "eve", "bob"))
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Claimed", "Conflict", "Conflict"]
    assert (await count(User), await count(Organization)) == (1, 1)


async def test_a_form_sent_twice_claims_once_and_signs_in_once(database: object) -> None:
    token = await make_link_token()
    first, second = await asyncio.gather(*(claim_instance(anonymous(key="form-1"), token, new_owner()) for _ in range(2)))
    assert first == second
    assert await find_signed_in(anonymous(), second.session_token) is not None
    assert len(await audit_entries(AuditAction.SIGNED_IN)) == 1


async def test_only_the_operator_of_the_machine_makes_a_link(database: object) -> None:
    with pytest.raises(PermissionDenied):
        await create_setup_link(anonymous())
    assert await count(SetupLink) == 0


async def test_the_link_is_stored_as_a_hash(database: object) -> None:
    token = await make_link_token()
    async with reading(system_scope(None)) as session:
        stored = (await session.exec(select(SetupLink))).one()
    assert token not in stored.token_hash


@pytest.mark.parametrize(
    ("owner", "field"),
    [
        (new_owner(email="not an address"), "email"),
        (new_owner(email="a" * 250 + "@acme.example"), "email"),
        (new_owner(name="  "), "name"),
        (new_owner(organization_name=""), "organization_name"),
        (new_owner(organization_name="x" * 10_000_000), "organization_name"),
        (new_owner(organization_name="Acme\x00"), "organization_name"),
        (new_owner(password="short"), "password"),
        (new_owner(password="x" * 5000), "password"),
    ],
)
async def test_what_cannot_be_used_names_its_field_and_changes_nothing(database: object, owner: object, field: str) -> None:
    token = await make_link_token()
    with pytest.raises(InvalidInput) as refused:
        await claim_instance(anonymous(), token, owner)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert await count(User) == 0
