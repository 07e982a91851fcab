"""Workers killed at random moments lose no row, write none twice, and leave no dock behind."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from datetime import timedelta
from typing import Any

from sqlmodel import col, func, select, update

from stackdock.columns import utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.models import Dock, DockStatus, RunStatus, SyncRun
from stackdock.resources import Server
from stackdock.security.scope import system_scope
from stackdock.settings import settings
from stackdock.simulators import RunningSimulator, open_simulator
from stackdock.sync.runner import SyncRunner
from tests.factories import make_organization
from tests.fixtures.processes import die_with_parent
from tests.fixtures.seeds import rounds
from tests.linked_docks import fetch, link, runs, servers

DOCKS = 3
SERVERS = 300


async def start_worker(url: str) -> asyncio.subprocess.Process:
    environment = os.environ | {
        "STACKDOCK_DATA_DIR": str(settings().data_dir),
        "STACKDOCK_ALLOW_HOSTS": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join([".", os.environ.get("PYTHONPATH", "")]),
    }
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sync.worker", url,
        env=environment, stdout=asyncio.subprocess.PIPE, preexec_fn=die_with_parent,
    )  # fmt: skip
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"ready\n"
    return worker


async def make_due() -> None:
    """Every dock is due, and every lease of a dead worker has run out."""
    now = utc_now() - timedelta(seconds=1)
    async with transaction(system_scope(None)) as session:
        await session.exec(update(Dock).values(next_sync_at=now, consecutive_failures=0))
        await session.exec(update(Dock).where(col(Dock.lease_owner).is_not(None)).values(lease_until=now))


def shake(provider: RunningSimulator, chance: random.Random) -> None:
    """Change, add and remove a few servers, fewer than the breaker minds."""
    simulator = provider.simulator
    for item in chance.sample(simulator.items("servers"), 20):
        simulator.change("servers", item["id"], name=f"{item['name']}-{chance.randrange(10**6)}")
    for item in chance.sample(simulator.items("servers"), 5):
        simulator.remove("servers", item["id"])
        simulator.add("servers")


async def test_killed_workers_lose_no_row_write_none_twice_and_leave_no_lease(instance: Any, seed: int) -> None:
    chance = random.Random(seed)
    acme = await make_organization()
    async with open_simulator("hetzner", size=SERVERS) as provider:
        provider.simulator.budget = provider.simulator.open_budget(10**9)  # a thousand kills are more than an hour's calls
        docks = [await link(acme, provider, name=f"Dock {number}", token="simulator") for number in range(DOCKS)]
        for _ in range(rounds(4, full=1000)):
            shake(provider, chance)
            await make_due()
            worker = await start_worker(str(instance.url))
            await asyncio.sleep(chance.uniform(0.0, 0.6))  # the moment of the kill is the point of this test
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
            assert await twins() == []
        await recover(docks)
        expected = {str(item["id"]): item["name"] for item in provider.simulator.items("servers")}
    for dock in docks:
        assert {one: row.name for one, row in (await servers(dock)).items()} == expected
        assert (await fetch(dock)).lease_owner is None
        finished = {RunStatus.SUCCESS, RunStatus.ABANDONED, RunStatus.PARTIAL, RunStatus.FAILED}
        assert {run.status for run in await runs(dock)} <= finished, "no run is left open"
        numbers = [run.lease_number for run in await runs(dock)]
        assert numbers == list(range(1, len(numbers) + 1)), "every lease was given out once and left its run"


async def recover(docks: list[Dock]) -> None:
    """What the next start of the app does: the docks are due again, and this time nobody is killed."""
    await make_due()
    runner = SyncRunner(concurrency=4)
    before = {dock.id: (await fetch(dock)).lease_number for dock in docks}
    async with asyncio.timeout(60):
        while True:
            await runner.claim_due()
            shown = [await fetch(dock) for dock in docks]
            if all(each.status == DockStatus.SUCCESS and each.lease_number > before[each.id] for each in shown):
                break
            await asyncio.sleep(0.05)
    await runner.stop()


async def twins() -> list[Any]:
    """Resources that have more than one row."""
    per_resource = select(Server.dock_id, Server.external_id).group_by(Server.dock_id, Server.external_id)
    async with reading(system_scope(None)) as session:
        return list((await session.exec(per_resource.having(func.count() > 1))).all())


async def test_two_workers_on_one_database_never_sync_a_dock_at_the_same_time(instance: Any, seed: int) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=100) as provider:
        docks = [await link(acme, provider, name=f"Dock {number}") for number in range(6)]
        workers = [await start_worker(str(instance.url)) for _ in range(2)]
        try:
            async with asyncio.timeout(60):
                while not all([(await fetch(dock)).status == DockStatus.SUCCESS for dock in docks]):
                    await asyncio.sleep(0.05)
        finally:
            for worker in workers:
                worker.kill()
                await worker.wait()
    for dock in docks:
        assert [(run.lease_number, run.status) for run in await runs(dock)] == [(1, RunStatus.SUCCESS)]
        assert len(await servers(dock)) == 100
    async with reading(system_scope(None)) as session:
        assert (await session.exec(select(func.count(col(SyncRun.id))))).one() == len(docks)
