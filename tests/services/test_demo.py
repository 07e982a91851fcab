"""The demo: one click adds it, one click removes it, and it is found again wherever its simulators listen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from stackdock.db.sessions import reading
from stackdock.errors import Conflict, InvalidInput, ProviderUnavailable
from stackdock.models import AuditEntry, Dock, DockStatus, Organization
from stackdock.resources import TABLES
from stackdock.security.scope import system_scope
from stackdock.services import demo_estate as demo_estates
from stackdock.services.demo import remove_demo, start_demo
from stackdock.services.demo_estate import demo_estate
from stackdock.services.dock_addresses import dock_target
from stackdock.services.dock_linking import replace_credentials
from stackdock.simulators import SIMULATORS
from stackdock.simulators.estate import open_estate, running_base_url
from stackdock.sync.claim import claim_due
from stackdock.sync.run import run_sync
from tests.factories import make_dock, make_organization, make_owner, owner_scope


async def docks(organization: Organization) -> list[Dock]:
    async with reading(system_scope(organization.id)) as session:
        mine = select(Dock).where(Dock.organization_id == organization.id).order_by(col(Dock.name))
        return list((await session.exec(mine)).all())


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_one_click_links_a_marked_dock_to_every_simulator(instance: object) -> None:
    acme = await make_organization()
    started = await start_demo(owner_scope(acme, await make_owner(acme)))
    linked = await docks(acme)
    assert {dock.id for dock in linked} == set(started["dock_ids"])
    assert {dock.provider for dock in linked} == set(SIMULATORS)
    assert all(dock.is_demo and "Demo" in dock.name and dock.interval_seconds == 5 for dock in linked)


async def test_a_second_demo_is_refused_and_one_click_removes_the_first(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    real = await make_dock(acme, "Demo Hetzner Cloud")
    await start_demo(scope)
    with pytest.raises(Conflict):
        await start_demo(scope)
    assert len({dock.name.lower() for dock in await docks(acme)}) == len(SIMULATORS) + 1
    assert await remove_demo(scope) == {"removed": len(SIMULATORS), "resources": 0}
    assert [dock.id for dock in await docks(acme)] == [real.id]
    await start_demo(scope)


async def test_removing_a_demo_that_is_not_there_changes_nothing_and_is_not_recorded_as_done(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    assert await remove_demo(scope) == {"removed": 0, "resources": 0}
    assert await audited(acme) == []
    await start_demo(scope)
    assert (await remove_demo(scope))["removed"] == len(SIMULATORS)
    assert await remove_demo(scope) == {"removed": 0, "resources": 0}
    assert [action for action in await audited(acme) if action.startswith("demo.")] == ["demo.started", "demo.removed"]


async def test_the_log_and_the_answer_say_how_much_went_with_the_demo(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    await start_demo(scope)
    async with open_estate(size=2, interval_seconds=3600):
        for claim in await claim_due("worker", 10):
            assert await run_sync(claim) == "success"
    present = 0
    async with reading(system_scope(acme.id)) as session:
        for table in TABLES.values():
            present += len((await session.exec(select(table.id))).all())
        assert present > 0
    assert await remove_demo(scope) == {"removed": len(SIMULATORS), "resources": present}
    async with reading(system_scope(acme.id)) as session:
        entry = (await session.exec(select(AuditEntry).where(AuditEntry.action == "demo.removed"))).one()
        assert entry.before == {"docks": len(SIMULATORS), "resources": present}


async def audited(organization: Organization) -> list[str]:
    async with reading(system_scope(organization.id)) as session:
        entries = select(AuditEntry.action).where(AuditEntry.organization_id == organization.id)
        return list((await session.exec(entries.order_by(col(AuditEntry.sequence)))).all())


async def test_a_double_click_starts_one_demo(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme)).with_key("one-click")
    first, again = await asyncio.gather(start_demo(scope), start_demo(scope))
    assert first == again
    assert len(await docks(acme)) == len(SIMULATORS)


async def test_demo_docks_sync_again_after_a_restart_on_other_ports(instance: object) -> None:
    acme = await make_organization()
    await start_demo(owner_scope(acme, await make_owner(acme)))
    assert await claim_due("worker", 10) == [], "nothing to sync while no simulator runs"
    ports = set()
    for size in (20, 4):  # the second start has other servers: far fewer rows than the breaker would let go
        async with open_estate(size=size, interval_seconds=3600):
            ports.add(running_base_url("hetzner"))
            for claim in await claim_due("worker", 10):
                assert await run_sync(claim) == "success"
        async with reading(system_scope(acme.id)) as session:
            present = select(TABLES["server"]).where(col(TABLES["server"].removed_at).is_(None))
            assert len((await session.exec(present)).all()) == size * len(SIMULATORS)
        await make_due(acme)
    assert len(ports) == 2


async def make_due(organization: Organization) -> None:
    from stackdock.services.docks import request_sync

    for dock in await docks(organization):
        await request_sync(owner_scope(organization), dock.id)


async def test_a_demo_dock_reaches_its_simulator_and_no_other_address(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    await start_demo(scope)
    dock = (await docks(acme))[0]
    with pytest.raises(ProviderUnavailable):
        dock_target(dock)
    async with open_estate(size=1, interval_seconds=3600):
        target = dock_target(dock)
        assert target.base_url == running_base_url(dock.provider)
        assert target.policy.allow_hosts == frozenset()
        assert len(target.policy.allow_addresses) == 1
    with pytest.raises(InvalidInput):
        await replace_credentials(scope, dock.id, {"token": "mine"})


async def test_the_estate_outlives_a_database_that_is_away(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    monkeypatch.setattr(demo_estates, "WATCH_SECONDS", 0.02)
    failures = 0

    @asynccontextmanager
    async def broken(_scope: object) -> AsyncIterator[None]:
        nonlocal failures
        failures += 1
        raise OperationalError("SELECT", None, ConnectionResetError("the connection broke"))
        yield

    async with demo_estate(asyncio.Event(), asyncio.Event().set):
        with monkeypatch.context() as away:
            away.setattr(demo_estates, "reading", broken)
            await until(lambda: failures >= 2)
        await start_demo(scope)
        await until(lambda: running_base_url("hetzner") is not None)
        address, failures = running_base_url("hetzner"), 0
        with monkeypatch.context() as away:
            away.setattr(demo_estates, "reading", broken)
            await until(lambda: failures >= 2)
            assert running_base_url("hetzner") == address, "the estate goes on while the database is away"
        await remove_demo(scope)
        await until(lambda: running_base_url("hetzner") is None)


async def test_the_estate_runs_exactly_while_a_demo_dock_exists(instance: object) -> None:
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    wake, opened = asyncio.Event(), asyncio.Event()
    async with demo_estate(wake, opened.set):
        assert running_base_url("hetzner") is None
        await start_demo(scope)
        wake.set()
        await until(opened.is_set)
        assert running_base_url("hetzner") is not None
        await remove_demo(scope)
        wake.set()
        await until(lambda: running_base_url("hetzner") is None)
        await start_demo(scope)
        wake.set()
        await until(lambda: running_base_url("hetzner") is not None)
    assert running_base_url("hetzner") is None
    assert {dock.status for dock in await docks(acme)} == {DockStatus.PENDING}
