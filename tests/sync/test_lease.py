"""Who may write to a dock: claims, expiry, and the clearing up after a worker that died."""

import asyncio
from datetime import timedelta

import pytest

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.errors import LeaseLost, NotFound
from stackdock.models import Dock, DockStatus, RunStatus, RunTrigger
from stackdock.security.scope import operator_scope, system_scope
from stackdock.services.docks import pause_dock, request_sync
from stackdock.sync.claim import claim_due, claim_one
from stackdock.sync.finish import finish, release
from stackdock.sync.lease import LEASE_SECONDS, hold, renew
from tests.factories import make_organization, owner_scope
from tests.linked_docks import claim, expire_lease, fetch, link, runs


async def claimed_ids(owner: str = "worker", limit: int = 10) -> list[str]:
    return [each.dock.id for each in await claim_due(owner, limit)]


async def set_dock(dock: Dock, **values: object) -> None:
    async with transaction(system_scope(dock.organization_id)) as session:
        found = await session.get_one(Dock, dock.id)
        for name, value in values.items():
            setattr(found, name, value)


async def test_many_workers_at_once_claim_each_dock_once(instance: object) -> None:
    acme = await make_organization()
    docks = {(await link(acme, name=f"Dock {number}")).id for number in range(6)}
    claims = [ids for batch in range(8) for ids in [claimed_ids(f"worker-{batch}", limit=2)]]
    found = [dock_id for ids in await asyncio.gather(*claims) for dock_id in ids]
    assert len(found) == len(set(found))
    found += await claimed_ids(limit=10)
    assert sorted(found) == sorted(docks)


async def test_a_claimed_dock_is_nobody_elses_until_its_lease_runs_out(instance: object) -> None:
    dock = await link(await make_organization())
    assert await claimed_ids("first") == [dock.id]
    assert await claimed_ids("second") == []
    assert await claim_one("second", dock.id, dock.organization_id) is None
    await expire_lease(dock)
    assert await claimed_ids("second") == [dock.id]
    assert (await fetch(dock)).lease_number == 2


async def test_a_renewed_lease_does_not_run_out(instance: object) -> None:
    dock = await link(await make_organization())
    claimed = await claim(dock)
    await expire_lease(dock)
    await renew(claimed.lease, "Servers · page 3")
    held = await fetch(dock)
    assert held.lease_until is not None
    assert held.lease_until > utc_now() + timedelta(seconds=LEASE_SECONDS - 10)
    assert held.progress == "Servers · page 3"
    assert await claimed_ids("second") == []


@pytest.mark.parametrize("owner", ["second", "first"])
async def test_a_worker_that_was_overtaken_can_neither_renew_nor_write_nor_finish(instance: object, owner: str) -> None:
    dock = await link(await make_organization())
    late = await claim(dock, "first")
    await expire_lease(dock)
    current = await claim(dock, owner)  # perhaps the very same process, whose earlier run hung
    for attempt in (renew(late.lease, "x"), finish(late, [], 0), release(late)):
        with pytest.raises(LeaseLost):
            await attempt
    async with transaction(system_scope(dock.organization_id)) as session:
        with pytest.raises(LeaseLost):
            await hold(session, late.lease)
    held = await fetch(dock)
    assert (held.lease_owner, held.lease_number) == (owner, current.lease.number)
    await finish(current, [], 0)


async def test_a_removed_dock_has_no_lease(instance: object) -> None:
    dock = await link(await make_organization())
    claimed = await claim(dock)
    async with transaction(system_scope(dock.organization_id)) as session:
        await session.delete(await session.get_one(Dock, dock.id))
    with pytest.raises(LeaseLost):
        await finish(claimed, [], 0)
    with pytest.raises(NotFound):
        await claim_one("other", dock.id, dock.organization_id)


async def test_the_run_of_a_dead_worker_is_recorded_as_abandoned_and_the_dock_tried_again(instance: object) -> None:
    dock = await link(await make_organization())
    await claim(dock, "dead")
    await expire_lease(dock)
    assert await claimed_ids() == [dock.id]
    first, second = await runs(dock)
    assert (first.status, first.error_code) == (RunStatus.ABANDONED, "Abandoned")
    assert first.finished_at is not None
    assert second.status == RunStatus.RUNNING


async def test_a_dock_that_kills_its_worker_twice_has_to_wait(instance: object) -> None:
    dock = await link(await make_organization())
    for _ in range(2):
        await claim_due("dead", 1)
        await expire_lease(dock)
    assert await claimed_ids() == []
    waiting = await fetch(dock)
    assert (waiting.status, waiting.error_code, waiting.lease_owner) == (DockStatus.ERROR, "Abandoned", None)
    assert waiting.next_sync_at is not None
    assert waiting.next_sync_at > utc_now() + timedelta(seconds=dock.interval_seconds)


async def test_only_what_is_due_is_claimed(instance: object) -> None:
    acme = await make_organization()
    due = await link(acme, name="due")
    await link(acme, name="later", next_sync_at=utc_now() + timedelta(minutes=1))
    await link(acme, name="paused", paused_at=utc_now())
    await link(acme, name="of another version", provider="no-longer-known")
    await link(acme, name="demo that does not run here", is_demo=True)
    assert await claimed_ids() == [due.id]


async def test_who_waited_longest_comes_first_and_a_person_before_all(instance: object) -> None:
    acme = await make_organization()
    ages = {"new": 1, "old": 300, "older": 600, "asked for": 0}
    docks = {name: await link(acme, name=name, next_sync_at=utc_now() - timedelta(seconds=age)) for name, age in ages.items()}
    await request_sync(owner_scope(acme), docks["asked for"].id)
    order = [await claimed_ids(limit=1) for _ in range(4)]
    assert order == [[docks[name].id] for name in ("asked for", "older", "old", "new")]


async def test_asking_for_a_sync_lifts_a_pause_for_that_one_run(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await pause_dock(owner_scope(acme), dock.id)
    assert await claimed_ids() == []
    asked = await request_sync(owner_scope(acme), dock.id)
    [claimed] = await claim_due("worker", 1)
    assert claimed.lease.number == asked["lease_number"] + 1
    await finish(claimed, [], 0)
    await set_dock(dock, next_sync_at=utc_now())
    assert await claimed_ids() == []


async def test_a_run_knows_who_asked_for_it(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    for scope in (None, owner_scope(acme), operator_scope(acme.id, "root (command line)")):
        if scope:
            await request_sync(scope, dock.id)
        [claimed] = await claim_due("worker", 1)
        await finish(claimed, [], 0)
        await set_dock(dock, next_sync_at=utc_now())
    assert [run.trigger for run in await runs(dock)] == [RunTrigger.SCHEDULE, RunTrigger.PERSON, RunTrigger.OPERATOR]


async def test_a_sync_asked_for_while_one_runs_follows_it(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    [running] = await claim_due("worker", 1)
    await request_sync(owner_scope(acme), dock.id)
    assert await claimed_ids() == []
    await finish(running, [], 0)
    assert await claimed_ids() == [dock.id]


async def test_a_stopped_worker_gives_its_dock_back_as_it_was(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await release(await claim(dock))
    assert (await fetch(dock)).status == DockStatus.PENDING
    await finish(await claim(dock), [], 0)
    await release(await claim(dock))
    back = await fetch(dock)
    assert (back.status, back.lease_owner, back.progress, back.consecutive_failures) == (DockStatus.ERROR, None, None, 1)
    assert [run.status for run in await runs(dock)] == [RunStatus.ABANDONED, RunStatus.FAILED, RunStatus.ABANDONED]
    assert await claimed_ids() == [dock.id]
