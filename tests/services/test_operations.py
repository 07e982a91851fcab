"""The one enforcement point: permission, transaction, audit entry and idempotency of every service function."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col, select

from stackdock.db.sessions import reading
from stackdock.errors import InvalidInput, NotFound, PermissionDenied
from stackdock.models import AuditEntry, Dock, Organization
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope, system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.operations import mutation, query, selects
from stackdock.services.work import Work
from tests.factories import make_dock, make_organization, owner_scope, powerless_scope


@mutation(Area.DOCKS)
async def rename(scope: Scope, work: Work, dock_id: str, name: str) -> dict[str, str]:
    dock = await work.get(Dock, dock_id)
    work.record(AuditAction.DOCK_RENAMED, target_id=dock.id, before={"name": dock.name}, after={"name": name})
    dock.name = name
    return {"id": dock.id}


@mutation(Area.DOCKS)
async def rename_silently(scope: Scope, work: Work, dock_id: str, name: str) -> None:
    (await work.get(Dock, dock_id)).name = name


@mutation(Area.DOCKS)
async def rename_unrecordably(scope: Scope, work: Work, dock_id: str, name: str) -> None:
    (await work.get(Dock, dock_id)).name = name
    work.record(AuditAction.DOCK_RENAMED, target_id=dock_id, after={"name": object()})


@query(Area.AUDIT)
async def read_audit(scope: Scope) -> str:
    return "read"


@selects(Area.RESOURCES)
def select_nothing(scope: Scope) -> Any:
    return select(Organization)


async def names(organization: Organization) -> list[str]:
    async with reading(system_scope(organization.id)) as session:
        return list((await session.exec(select(Dock.name).order_by(Dock.name))).all())


async def entries(action: AuditAction) -> list[AuditEntry]:
    async with reading(system_scope(None)) as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.sequence)))
        return list(found.all())


async def test_an_owner_changes_a_row_and_leaves_an_entry(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    await rename(owner_scope(acme), dock.id, "New")
    assert await names(acme) == ["New"]
    [entry] = await entries(AuditAction.DOCK_RENAMED)
    assert (entry.before, entry.after, entry.organization_id) == ({"name": "Old"}, {"name": "New"}, acme.id)


async def test_without_permission_nothing_changes_and_the_denial_is_recorded(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    with pytest.raises(PermissionDenied):
        await rename(powerless_scope(acme), dock.id, "New")
    assert await names(acme) == ["Old"]
    [entry] = await entries(AuditAction.ACCESS_DENIED)
    assert entry.result == "denied"
    assert entry.actor_label == "eve@example.com"
    assert not await entries(AuditAction.DOCK_RENAMED)


async def test_reading_needs_its_permission_too(database: object) -> None:
    acme = await make_organization()
    assert await read_audit(owner_scope(acme)) == "read"
    with pytest.raises(PermissionDenied):
        await read_audit(powerless_scope(acme))
    select_nothing(owner_scope(acme))
    with pytest.raises(PermissionDenied):
        select_nothing(powerless_scope(acme))


async def test_full_access_to_a_readable_area_is_not_implied(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    reader = Scope(owner_scope(acme).actor, acme.id, {Area.DOCKS: Level.READ}, owner_scope(acme).visibility)
    with pytest.raises(PermissionDenied):
        await rename(reader, dock.id, "New")
    assert await names(acme) == ["Old"]


async def test_a_row_of_another_organization_answers_like_a_missing_one(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    dock = await make_dock(other, "Theirs")
    messages = set()
    for row_id in (dock.id, "01J0000000000000000000DOCK", "", "x" * 300, "'; --"):
        with pytest.raises(NotFound) as refused:
            await rename(owner_scope(acme), row_id, "Mine")
        messages.add(refused.value.message)
    assert len(messages) == 1
    assert await names(other) == ["Theirs"]
    attempts = await entries(AuditAction.ACCESS_DENIED)
    assert len(attempts) == 5
    assert {entry.organization_id for entry in attempts} == {acme.id}, "who tried is told to their own organization only"


@pytest.mark.parametrize("broken", [rename_silently, rename_unrecordably])
async def test_a_change_whose_entry_cannot_be_written_is_not_made(database: object, broken: Any) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    with pytest.raises((RuntimeError, TypeError)) as failure:
        await broken(owner_scope(acme), dock.id, "New")
    assert "audit entry" in str(failure.value) or "serializable" in str(failure.value)
    assert await names(acme) == ["Old"]


async def test_the_same_key_does_the_work_once_and_returns_the_same_result(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    scope = owner_scope(acme).with_key("one-click")
    first = await rename(scope, dock.id, "New")
    again = await rename(scope, dock.id, "New")
    assert first == again == {"id": dock.id}
    assert len(await entries(AuditAction.DOCK_RENAMED)) == 1


async def test_two_equal_requests_at_the_same_time_do_the_work_once(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    scope = owner_scope(acme).with_key("double-click")
    results = await asyncio.gather(*(rename(scope, dock.id, "New") for _ in range(5)))
    assert results == [{"id": dock.id}] * 5
    assert len(await entries(AuditAction.DOCK_RENAMED)) == 1


async def test_a_key_used_again_for_something_else_is_refused(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    scope = owner_scope(acme).with_key("one-click")
    await rename(scope, dock.id, "New")
    with pytest.raises(InvalidInput):
        await rename(scope, dock.id, "Other")
    assert await names(acme) == ["New"]


async def test_a_refused_request_does_not_use_up_its_key(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    scope = owner_scope(acme).with_key("retry")
    with pytest.raises(NotFound):
        await rename(scope, "01J0000000000000000000DOCK", "New")
    await rename(scope, dock.id, "New")
    assert await names(acme) == ["New"]


async def test_somebody_elses_key_is_not_ours(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    await rename(owner_scope(acme).with_key("k"), dock.id, "New")
    await rename(owner_scope(acme).with_key("k"), dock.id, "Newer")
    assert await names(acme) == ["Newer"]
