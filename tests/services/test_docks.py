"""What a person may change about a dock that is linked, and what removing one takes along."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from stackdock.columns import utc_now
from stackdock.db.sessions import reading
from stackdock.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from stackdock.models import AuditEntry, DockCredential, DockKind, Organization, SyncRun, SyncRunKind
from stackdock.resources import TABLES, Server
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope, system_scope
from stackdock.services.dock_removal import describe_removal, remove_dock
from stackdock.services.docks import (
    change_interval,
    interval_choices,
    pause_dock,
    rename_dock,
    request_sync,
    resume_dock,
)
from stackdock.services.held_deletions import accept_deletions
from tests.factories import make_dock, make_organization, make_server, owner_scope
from tests.linked_docks import claim, fetch, item, link, reconcile_servers


async def entries(organization: Organization) -> list[str]:
    async with reading(system_scope(None)) as session:
        mine = select(AuditEntry.action).where(AuditEntry.chain == organization.id).order_by(AuditEntry.sequence)  # type: ignore[arg-type]
        return list((await session.exec(mine)).all())


def reader_of(organization: Organization) -> Scope:
    owner = owner_scope(organization)
    return Scope(owner.actor, organization.id, {Area.DOCKS: Level.READ}, owner.visibility)


async def test_a_dock_is_renamed_and_may_keep_its_own_name_in_another_case(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    await rename_dock(owner_scope(acme), dock.id, " New  name ")
    assert (await fetch(dock)).name == "New name"
    await rename_dock(owner_scope(acme), dock.id, "NEW NAME")
    assert (await fetch(dock)).name == "NEW NAME"
    assert await entries(acme) == ["dock.renamed", "dock.renamed"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "x" * 10_000_000, "a\x00b", None, 7, ["a"]])
async def test_an_unusable_name_changes_nothing(database: object, name: Any) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    with pytest.raises(InvalidInput) as refused:
        await rename_dock(owner_scope(acme), dock.id, name)
    assert (refused.value.field, len(refused.value.message) < 100) == ("name", True)
    assert (await fetch(dock)).name == "Old"


async def test_a_taken_name_is_refused_in_the_organization_alone(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    dock = await make_dock(acme, "Mine")
    await make_dock(acme, "Taken")
    await make_dock(other, "Free here")
    with pytest.raises(Conflict):
        await rename_dock(owner_scope(acme), dock.id, "taken")
    await rename_dock(owner_scope(acme), dock.id, "Free here")
    assert (await fetch(dock)).name == "Free here"


async def test_an_interval_is_one_of_the_choices_and_only_a_demo_may_be_quick(database: object) -> None:
    acme = await make_organization()
    real, demo = await make_dock(acme, "Real"), await make_dock(acme, "Demo", is_demo=True)
    assert min(interval_choices()) == 60
    for wrong in (0, -60, 59, 61, 5, 10**9, "300", None, 300.0, True):
        with pytest.raises(InvalidInput):
            await change_interval(owner_scope(acme), real.id, wrong)  # type: ignore[arg-type]
    assert (await fetch(real)).interval_seconds == 300
    await change_interval(owner_scope(acme), real.id, 60)
    await change_interval(owner_scope(acme), demo.id, 5)
    assert ((await fetch(real)).interval_seconds, (await fetch(demo)).interval_seconds) == (60, 5)


async def test_a_shorter_interval_counts_from_the_last_start(database: object) -> None:
    acme = await make_organization()
    started = utc_now()
    dock = await make_dock(acme, last_started_at=started, next_sync_at=started + timedelta(seconds=300))
    await change_interval(owner_scope(acme), dock.id, 60)
    assert (await fetch(dock)).next_sync_at == started + timedelta(seconds=60)


async def test_a_pause_says_who_paused_and_ends_with_resuming(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme)
    await pause_dock(owner_scope(acme), dock.id)
    paused = await fetch(dock)
    assert (paused.paused_at is not None, paused.paused_by) == (True, "ana@example.com")
    await pause_dock(owner_scope(acme), dock.id)
    assert (await fetch(dock)).paused_at == paused.paused_at
    await resume_dock(owner_scope(acme), dock.id)
    resumed = await fetch(dock)
    assert (resumed.paused_at, resumed.paused_by) == (None, None)


async def test_who_may_only_read_docks_changes_none(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Old")
    reader = reader_of(acme)
    for attempt in (
        rename_dock(reader, dock.id, "New"),
        change_interval(reader, dock.id, 60),
        pause_dock(reader, dock.id),
        request_sync(reader, dock.id),
        remove_dock(reader, dock.id),
        accept_deletions(reader, dock.id, "server", 1),
    ):
        with pytest.raises(PermissionDenied):
            await attempt
    kept = await fetch(dock)
    assert (kept.name, kept.interval_seconds, kept.paused_at, kept.sync_requested_at) == ("Old", 300, None, None)
    assert (await describe_removal(reader, dock.id))["name"] == "Old"


async def test_what_a_removal_takes_along_is_said_before_and_true_after(instance: object) -> None:
    acme = await make_organization()
    dock, kept = await link(acme, name="Going"), await make_dock(acme, "Staying")
    await reconcile_servers(await claim(dock), [item(str(number)) for number in range(7)])
    await make_server(dock, "gone before", removed_at=utc_now())
    await make_server(kept, "stays")
    said = await describe_removal(owner_scope(acme), dock.id)
    assert (said["name"], said["resources"], said["resource_count"]) == ("Going", {"server": 7}, 7)
    assert (said["removed_resource_count"], said["sync_run_count"]) == (1, 1)
    await remove_dock(owner_scope(acme), dock.id)
    async with reading(system_scope(acme.id)) as session:
        for table in (DockCredential, DockKind, SyncRun, SyncRunKind, *TABLES.values()):
            of_dock = select(table).where(table.dock_id == dock.id)  # type: ignore[attr-defined]
            assert (await session.exec(of_dock)).all() == [], table
        assert [row.name for row in (await session.exec(select(Server))).all()] == ["stays"]
    with pytest.raises(NotFound):
        await describe_removal(owner_scope(acme), dock.id)
    async with reading(system_scope(None)) as session:
        [entry] = (await session.exec(select(AuditEntry).where(AuditEntry.action == "dock.removed"))).all()
    assert entry.before["resources"] == {"server": 7}


async def test_another_organizations_dock_answers_like_a_missing_one(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    dock, scope = await make_dock(other, "Theirs"), owner_scope(acme)
    for attempt in (
        change_interval(scope, dock.id, 60),
        pause_dock(scope, dock.id),
        resume_dock(scope, dock.id),
        request_sync(scope, dock.id),
        describe_removal(scope, dock.id),
        accept_deletions(scope, dock.id, "server", 1),
    ):
        with pytest.raises(NotFound):
            await attempt
    kept = await fetch(dock)
    assert (kept.paused_at, kept.sync_requested_at, kept.interval_seconds) == (None, None, 300)


async def test_nothing_held_means_nothing_to_accept(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    with pytest.raises(NotFound):
        await accept_deletions(owner_scope(acme), dock.id, "server", 1)
    await reconcile_servers(await claim(dock), [item("1")])
    with pytest.raises(Conflict):
        await accept_deletions(owner_scope(acme), dock.id, "server", 0)
