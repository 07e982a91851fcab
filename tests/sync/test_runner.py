"""Many docks at once: fairly, and with no more than there are places."""

import asyncio
from datetime import timedelta

import pytest

from stackdock.columns import utc_now
from stackdock.models import DockStatus, RunStatus
from stackdock.simulators import open_simulator
from stackdock.simulators.faults import Fault
from stackdock.sync import runner as runners
from stackdock.sync.places import Places
from stackdock.sync.runner import SyncRunner
from tests.factories import make_organization
from tests.linked_docks import fetch, link, runs


async def until(condition: object) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_a_provider_that_hangs_delays_nobody_else(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "SLOW_SECONDS", 0.2)
    acme = await make_organization()
    runner = SyncRunner(concurrency=2)
    async with open_simulator("hetzner", size=3) as hanging, open_simulator("hetzner", size=3) as good:
        hanging.simulator.fault = Fault.TIMEOUT
        long_ago = utc_now() - timedelta(hours=1)
        stuck = [await link(acme, hanging, name=f"Stuck {number}", next_sync_at=long_ago) for number in range(4)]
        fine = await link(acme, good, name="Fine")

        async def is_fine_synced() -> bool:
            await runner.claim_due()
            return (await fetch(fine)).status == DockStatus.SUCCESS

        await until(is_fine_synced)

        async def are_all_stuck() -> bool:
            await runner.claim_due()
            return [(await fetch(dock)).status for dock in stuck] == [DockStatus.SYNCING] * 4

        await until(are_all_stuck)
        await runner.stop()
    for dock in stuck:
        assert (await fetch(dock)).lease_owner is None
        assert [run.status for run in await runs(dock)] == [RunStatus.ABANDONED]


async def test_a_provider_that_hangs_leaves_places_to_the_others_from_the_first_moment(instance: object) -> None:
    acme = await make_organization()
    runner = SyncRunner(concurrency=4)
    long_ago = utc_now() - timedelta(hours=1)
    async with open_simulator("hetzner", size=3) as hanging, open_simulator("digitalocean", size=3) as good:
        hanging.simulator.fault = Fault.TIMEOUT
        stuck = [await link(acme, hanging, name=f"Stuck {number}", next_sync_at=long_ago) for number in range(8)]
        fine = [await link(acme, good, name=f"Fine {number}") for number in range(2)]
        assert await runner.claim_due() == 4
        assert all([(await fetch(dock)).last_started_at for dock in fine])
        assert [bool((await fetch(dock)).last_started_at) for dock in stuck].count(True) == 2
        await runner.stop()


async def test_a_place_is_found_for_another_provider_when_all_are_taken(instance: object) -> None:
    acme = await make_organization()
    runner = SyncRunner(concurrency=2)
    async with open_simulator("hetzner", size=3) as hanging, open_simulator("digitalocean", size=3) as good:
        hanging.simulator.fault = Fault.TIMEOUT
        for number in range(5):
            await link(acme, hanging, name=f"Stuck {number}")
        assert await runner.claim_due() == 2
        fine = await link(acme, good, name="Fine")
        assert await runner.claim_due() == 1
        assert (await fetch(fine)).last_started_at
        await runner.stop()


def test_nobody_gets_a_place_beyond_the_most_there_may_be() -> None:
    waiting = [(f"dock {number}", (f"provider {number}", None)) for number in range(5)]
    assert Places(free=0, in_all=3, share=1).choose(waiting) == ["dock 0", "dock 1", "dock 2"]
    assert Places(free=4, in_all=0, share=2).choose(waiting) == []


async def test_no_more_docks_are_synced_at_once_than_there_are_places(instance: object) -> None:
    acme = await make_organization()
    runner = SyncRunner(concurrency=2)
    async with open_simulator("hetzner", size=3) as hanging:
        hanging.simulator.fault = Fault.TIMEOUT
        for number in range(5):
            await link(acme, hanging, name=f"Dock {number}")
        assert await runner.claim_due() == 2
        assert await runner.claim_due() == 0
        await runner.stop()
    assert await runner.claim_due() == 0, "a stopped runner starts nothing more"


async def test_every_due_dock_gets_its_turn(instance: object) -> None:
    acme = await make_organization()
    runner = SyncRunner(concurrency=3)
    async with open_simulator("hetzner", size=2) as good:
        docks = [await link(acme, good, name=f"Dock {number}") for number in range(10)]

        async def are_all_synced() -> bool:
            await runner.claim_due()
            return all([(await fetch(dock)).status == DockStatus.SUCCESS for dock in docks])

        await until(are_all_synced)
        await runner.stop()
    assert [len(await runs(dock)) for dock in docks] == [1] * 10
