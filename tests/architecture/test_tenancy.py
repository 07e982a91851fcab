"""Tenancy from the first line: whose a row is stands in the row, and nothing reaches a row around the unit of work."""

from __future__ import annotations

import ast

from sqlalchemy import Table
from sqlmodel import SQLModel

import stackdock.models
from stackdock.resources import TABLES
from tests.architecture.repository import ROOT, place, tracked_files, tree

BELONGS_TO_NO_ORGANIZATION = {
    "app_process": "the instance's own: which app runs",
    "change_outbox": "records of changes; the organization is among their routes",
    "completed_request": "its actor is who it belongs to",
    "failed_sign_in": "nobody is signed in yet",
    "login_session": "a person's, who may be in several organizations",
    "master_key": "the instance's own",
    "organization": "the tenant itself",
    "setup_link": "before there is an organization",
    "user_account": "a person, who may be in several organizations",
}
SESSIONS_ARE_MADE_IN = "stackdock/db/"
READS_THE_OUTBOX_BESIDE_THEM = "stackdock/live/outbox_"
OPENERS = {"AsyncSession", "async_sessionmaker", "sessionmaker", "create_engine", "create_async_engine"}


def tables() -> dict[str, Table]:
    assert stackdock.models.__all__
    return dict(SQLModel.metadata.tables)


def references(table: Table, column: str) -> set[str]:
    return {key.target_fullname for key in table.c[column].foreign_keys} if column in table.c else set()


def test_every_tenant_table_carries_its_organization() -> None:
    without = {name for name, table in tables().items() if "organization_id" not in table.c}
    assert without == set(BELONGS_TO_NO_ORGANIZATION)
    for name, table in tables().items():
        if name in without or name == "audit_entry":  # an entry outlives its organization
            continue
        assert references(table, "organization_id") == {"organization.id"}, name
        assert not table.c.organization_id.nullable, name


def test_every_resource_carries_its_organization_and_its_dock() -> None:
    assert {"server", "block_volume", "database", "domain"} <= set(TABLES)
    for kind in TABLES:
        table = tables()[kind]
        assert references(table, "organization_id") == {"organization.id"}, kind
        assert references(table, "dock_id") == {"dock.id"}, kind
        assert not table.c.dock_id.nullable, kind


def test_a_change_of_a_tenant_table_says_whose_it_was() -> None:
    live = {name: table.info["live"] for name, table in tables().items() if "live" in table.info}
    assert {*TABLES, "dock", "dock_kind", "sync_run", "sync_run_kind", "audit_entry"} <= set(live)
    assert not [name for name in live if "organization_id" in tables()[name].c and "organization_id" not in live[name]]


def test_the_audit_log_is_a_chain_from_the_first_migration() -> None:
    [first] = sorted((ROOT / "alembic" / "versions").glob("0001_*.py"))
    columns = {
        argument.args[0].value
        for call in ast.walk(tree(first))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "op.create_table"
        if isinstance(call.args[0], ast.Constant) and call.args[0].value == "audit_entry"
        for argument in call.args[1:]
        if isinstance(argument, ast.Call) and ast.unparse(argument.func) == "sa.Column"
        if isinstance(argument.args[0], ast.Constant)
    }
    assert {"organization_id", "chain", "sequence", "previous_hash", "hash"} <= columns


def test_sessions_open_only_through_the_unit_of_work() -> None:
    elsewhere = [
        place(path, getattr(node, "lineno", 0))
        for path in tracked_files(".py")
        if (name := str(path.relative_to(ROOT))).startswith("stackdock/")
        and not name.startswith((SESSIONS_ARE_MADE_IN, READS_THE_OUTBOX_BESIDE_THEM))
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and _called(node) in {*OPENERS, "commit"}) or _brings_a_blocking_session(node)
    ]
    assert not elsewhere
    assert _called(ast.parse("session.commit()").body[0].value) == "commit"  # type: ignore[attr-defined]


def _brings_a_blocking_session(node: ast.AST) -> bool:
    is_of_the_database = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("sqlalchemy", "sqlmodel"))
    return is_of_the_database and any(name.name == "Session" for name in node.names)  # type: ignore[attr-defined]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
