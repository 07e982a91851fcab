"""The jobs of a running app: docks that become due are synced, soon and without anybody asking."""

import asyncio
from typing import Any

import pytest

from stackdock.live import process
from stackdock.models import DockStatus
from stackdock.scheduler import SCOPE, jobs, scheduling
from stackdock.services.app_processes import find_running_app
from stackdock.services.demo import start_demo
from stackdock.services.docks import request_sync
from stackdock.simulators import open_simulator
from stackdock.simulators.estate import running_base_url
from stackdock.simulators.faults import Fault
from stackdock.sync.runner import SyncRunner
from tests.factories import make_organization, make_owner, owner_scope
from tests.linked_docks import fetch, link, runs


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.02)


class Feed:
    """The part of the live engine that the scheduler uses."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def on_change(self, table: str, listener: Any) -> Any:
        assert table == "dock"
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


async def test_a_due_dock_is_synced_and_a_requested_one_again(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=3) as provider:
        dock = await link(acme, provider)
        async with scheduling():

            async def is_synced(times: int = 1) -> bool:
                finished = [run for run in await runs(dock) if run.status == "success"]
                return len(finished) == times and (await fetch(dock)).status == DockStatus.SUCCESS

            await until(is_synced)
            await request_sync(owner_scope(acme), dock.id)
            await until(lambda: is_synced(2))
    assert [run.trigger for run in await runs(dock)] == ["schedule", "person"]


async def test_a_change_of_a_dock_is_acted_upon_before_the_next_tick(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackdock.scheduler.CLAIM_SECONDS", 3600.0)
    feed = Feed()
    process.use(feed)  # type: ignore[arg-type]
    try:
        acme = await make_organization()
        async with open_simulator("hetzner", size=3) as provider, scheduling():
            dock = await link(acme, provider)
            for tell in feed.listeners:
                tell([])

            async def is_synced() -> bool:
                return (await fetch(dock)).status == DockStatus.SUCCESS

            await until(is_synced)
        assert feed.listeners == [], "nobody is told after the end"
    finally:
        process.use(None)


async def test_a_running_app_is_found_and_one_that_ended_is_not(database: object) -> None:
    assert await find_running_app(SCOPE) is None
    async with scheduling():
        assert await find_running_app(SCOPE) == "http://127.0.0.1:3000"
    assert await find_running_app(SCOPE) is None


async def test_the_end_of_the_app_gives_every_dock_back(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=3) as provider:
        provider.simulator.fault = Fault.TIMEOUT
        dock = await link(acme, provider)
        async with scheduling():

            async def is_syncing() -> bool:
                return (await fetch(dock)).status == DockStatus.SYNCING

            await until(is_syncing)
    back = await fetch(dock)
    assert (back.status, back.lease_owner, back.consecutive_failures) == (DockStatus.PENDING, None, 0)


async def test_the_demo_moves_by_itself_and_goes_on_after_a_restart(instance: object) -> None:
    acme = await make_organization()
    started = await start_demo(owner_scope(acme, await make_owner(acme)))

    async def are_synced() -> bool:
        return all([(await fetch_dock(dock_id, acme.id)).status == DockStatus.SUCCESS for dock_id in started["dock_ids"]])

    for _ in range(2):
        async with scheduling():
            await until(are_synced)
        assert running_base_url("hetzner") is None
        for dock_id in started["dock_ids"]:
            dock = await fetch_dock(dock_id, acme.id)
            assert (dock.consecutive_failures, dock.error_message, dock.lease_owner) == (0, None, None)
            await request_sync(owner_scope(acme), dock_id)


async def fetch_dock(dock_id: str, organization_id: str) -> Any:
    from stackdock.models import Dock

    return await fetch(Dock(id=dock_id, organization_id=organization_id))  # type: ignore[call-arg]


async def test_a_job_that_fails_is_logged_and_runs_again(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = 0

    async def broken(_scope: object) -> None:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError

    monkeypatch.setattr("stackdock.scheduler.prune_old_rows", broken)
    monkeypatch.setattr(
        "stackdock.scheduler.jobs",
        lambda runner, process_id: tuple(
            type(job)(job.name, 0.05, job.run) for job in jobs(runner, process_id) if "retention" in job.name
        ),
    )

    async def has_been_tried_twice() -> bool:
        return tries >= 2

    async with scheduling():
        await until(has_been_tried_twice)


def test_every_job_has_a_name_of_its_own_and_a_cadence() -> None:
    listed = jobs(SyncRunner(1), "process")
    assert len({job.name for job in listed}) == len(listed)
    assert all(job.every_seconds > 0 for job in listed)
