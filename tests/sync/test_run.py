"""One sync run against a simulated provider, good and bad."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stackdock.adapters.limits import RateLimit
from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.models import Dock, DockStatus, KindOutcome, RunStatus
from stackdock.providers import ADAPTERS
from stackdock.security.scope import system_scope
from stackdock.simulators import FaultRule, open_simulator
from stackdock.simulators.faults import Fault
from stackdock.simulators.hetzner import HetznerSimulator
from stackdock.simulators.rate_limits import Quota
from stackdock.sync import progress
from stackdock.sync.backoff import NEEDS_A_PERSON_SECONDS
from stackdock.sync.run import run_sync
from tests.factories import make_organization
from tests.linked_docks import (
    changes_since,
    claim,
    dock_kind,
    expire_lease,
    fetch,
    last_change,
    link,
    run_kinds,
    runs,
    servers,
    sync,
)


def seconds_until_next(dock: Dock) -> float:
    assert dock.next_sync_at is not None
    return (dock.next_sync_at - utc_now()).total_seconds()


async def test_a_sync_brings_every_kind_and_records_what_it_did(instance: object) -> None:
    async with open_simulator("digitalocean", size=30) as provider:
        dock = await link(await make_organization(), provider)
        assert await sync(dock) == RunStatus.SUCCESS
    shown = await fetch(dock)
    assert (shown.status, shown.error_code, shown.consecutive_failures) == (DockStatus.SUCCESS, None, 0)
    assert (shown.progress, shown.lease_owner) == (None, None)
    assert shown.last_complete_at is not None
    assert 200 < seconds_until_next(shown) <= 300
    [run] = await runs(dock)
    kinds = await run_kinds(run)
    assert set(kinds) == {"server", "block_volume", "database", "domain"}
    assert all(kind.outcome == KindOutcome.SUCCESS and kind.added == kind.seen > 0 for kind in kinds.values())
    assert kinds["server"].seen == len(await servers(dock)) == 30
    assert run.calls == sum(kind.calls for kind in kinds.values()) > 0
    assert run.decrypted_fields == ["token"]
    assert shown.resource_count == sum(kind.seen for kind in kinds.values())


async def test_a_second_sync_of_an_unchanged_estate_touches_no_resource(instance: object) -> None:
    async with open_simulator("hetzner", size=120) as provider:
        dock = await link(await make_organization(), provider)
        await sync(dock)
        seq = await last_change()
        assert await sync(dock) == RunStatus.SUCCESS
    changed = {table for table, _ in await changes_since(seq)}
    assert changed == {"dock", "dock_kind", "sync_run", "sync_run_kind"}


async def test_what_changes_at_the_provider_changes_here(instance: object) -> None:
    async with open_simulator("hetzner", size=12) as provider:
        dock = await link(await make_organization(), provider)
        await sync(dock)
        one, two, *_ = (str(each["id"]) for each in provider.simulator.items("servers"))
        provider.simulator.change("servers", one, name="renamed")
        provider.simulator.remove("servers", two)
        new = str(provider.simulator.add("servers")["id"])
        await sync(dock)
    rows = await servers(dock)
    assert rows[one].name == "renamed"
    assert two not in rows
    assert new in rows
    [_, run] = await runs(dock)
    done = (await run_kinds(run))["server"]
    assert (done.seen, done.added, done.changed, done.removed) == (12, 1, 1, 1)


async def test_a_kind_that_is_refused_is_skipped_and_keeps_its_rows(instance: object) -> None:
    async with open_simulator("hetzner", size=12) as provider:
        dock = await link(await make_organization(), provider)
        await sync(dock)
        before = (await dock_kind(dock)).last_complete_at
        provider.simulator.fault = FaultRule(Fault.FORBIDDEN, path="/servers")
        assert await sync(dock) == RunStatus.PARTIAL
    assert len(await servers(dock)) == 12
    kinds = await run_kinds((await runs(dock))[-1])
    assert (kinds["server"].outcome, kinds["server"].error_code) == (KindOutcome.SKIPPED, "AccessRefused")
    assert kinds["block_volume"].outcome == KindOutcome.SUCCESS
    kept = await dock_kind(dock)
    assert (kept.last_complete_at, kept.error_code) == (before, "AccessRefused")
    shown = await fetch(dock)
    assert shown.status == DockStatus.PARTIAL
    assert shown.error_message is not None
    assert shown.error_message.startswith("Servers: ")
    assert seconds_until_next(shown) <= 300, "the other kinds are kept up to date as usual"


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.TRUNCATED_JSON, Fault.REPEATED_PAGE, Fault.MISSING_PAGE, Fault.EMPTY])
async def test_a_broken_listing_removes_nothing(instance: object, fault: Fault) -> None:
    async with open_simulator("hetzner", size=60) as provider:
        dock = await link(await make_organization(), provider)
        await sync(dock)
        provider.simulator.fault = FaultRule(fault, path="/servers", from_page=2)
        assert await sync(dock) == RunStatus.PARTIAL
    assert len(await servers(dock)) == 60
    kind = (await run_kinds((await runs(dock))[-1]))["server"]
    assert (kind.outcome, kind.error_code, kind.seen, kind.removed) == (KindOutcome.FAILED, "UnexpectedResponse", 0, 0)


async def test_rejected_credentials_keep_the_rows_say_so_and_are_not_tried_again_soon(instance: object) -> None:
    async with open_simulator("hetzner", size=12) as provider:
        dock = await link(await make_organization(), provider)
        await sync(dock)
        provider.simulator.fault = Fault.UNAUTHORIZED
        requests = provider.simulator.requests
        assert await sync(dock) == RunStatus.FAILED
        assert provider.simulator.requests == requests + 1, "what one listing meets, the next would meet too"
    shown = await fetch(dock)
    assert (shown.status, shown.error_code, shown.consecutive_failures) == (DockStatus.ERROR, "CredentialsRejected", 1)
    assert shown.error_message
    assert seconds_until_next(shown) >= NEEDS_A_PERSON_SECONDS / 2
    assert len(await servers(dock)) == 12


async def test_a_rate_limit_ends_the_run_and_its_retry_after_is_honoured(instance: object) -> None:
    async with open_simulator("hetzner", size=12) as provider:
        provider.simulator.retry_after_seconds = 1800
        provider.simulator.fault = Fault.RATE_LIMITED
        dock = await link(await make_organization(), provider)
        assert await sync(dock) == RunStatus.FAILED
        assert provider.simulator.requests == 1
    shown = await fetch(dock)
    assert shown.error_code == "RateLimited"
    assert seconds_until_next(shown) >= 1790


async def test_a_sync_asks_no_more_often_than_the_provider_publishes(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    once_an_hour = (RateLimit(calls=1, per_seconds=3600),)
    monkeypatch.setitem(ADAPTERS, "hetzner", replace(ADAPTERS["hetzner"], limits=once_an_hour))  # type: ignore[arg-type]
    async with open_simulator("hetzner", size=3) as provider:
        dock = await link(await make_organization(), provider)
        assert await sync(dock) == RunStatus.PARTIAL
        assert provider.simulator.requests == 1, "though the provider itself would have answered more"
    shown = await fetch(dock)
    assert shown.error_code == "RateLimited"
    assert seconds_until_next(shown) >= 3500


@pytest.mark.parametrize("path", ["/servers", None])
async def test_an_outage_says_when_to_come_back_and_that_is_honoured(
    instance: object, path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(simulator: HetznerSimulator, body: Any, quota: Quota, **more: Any) -> Any:
        if more.get("status") != 500:
            return answer(simulator, body, quota, **more)
        return answer(simulator, body, quota, status=503, headers={"retry-after": "1800"})

    answer = HetznerSimulator._json
    monkeypatch.setattr(HetznerSimulator, "_json", trouble)
    async with open_simulator("hetzner", size=12) as provider:
        dock = await link(await make_organization(), provider)
        provider.simulator.fault = FaultRule(Fault.SERVER_ERROR, path=path)
        assert await sync(dock) == (RunStatus.PARTIAL if path else RunStatus.FAILED)
        requests = dict(provider.simulator.requests_by_path)
    assert seconds_until_next(await fetch(dock)) >= 1790
    kinds = await run_kinds((await runs(dock))[-1])
    assert kinds["server"].calls == requests["/servers"] > 0, "calls in vain are calls"
    assert sum(kind.calls for kind in kinds.values()) == sum(requests.values())


async def test_an_unreachable_provider_backs_off_further_each_time_and_a_success_ends_that(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=3) as provider:
        base_url = provider.base_url
    dock = await link(acme, base_url=base_url, consecutive_failures=2)  # nobody listens there any more
    assert await sync(dock) == RunStatus.FAILED
    shown = await fetch(dock)
    assert (shown.consecutive_failures, shown.error_code) == (3, "ProviderUnavailable")
    assert 1195 < seconds_until_next(shown) <= 2400
    async with open_simulator("hetzner", size=3) as provider:
        async with transaction(system_scope(acme.id)) as session:
            (await session.get_one(Dock, dock.id)).base_url = provider.base_url
        assert await sync(dock) == RunStatus.SUCCESS
    shown = await fetch(dock)
    assert (shown.consecutive_failures, shown.error_code, shown.error_message) == (0, None, None)


async def test_credentials_moved_from_another_dock_do_not_open_and_nothing_is_sent(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=3) as provider:
        victim, thief = await link(acme, provider, name="Victim"), await link(acme, provider, name="Thief")
        async with transaction(system_scope(acme.id)) as session:
            connection = await session.connection()
            await connection.exec_driver_sql(
                "UPDATE dock_credential SET ciphertext = (SELECT ciphertext FROM dock_credential AS theirs "
                f"WHERE theirs.dock_id = '{victim.id}') WHERE dock_id = '{thief.id}'"
            )
        assert await sync(thief) == RunStatus.FAILED
        assert provider.simulator.requests == 0
    assert (await fetch(thief)).error_code == "CredentialsRejected"


async def test_progress_shows_the_page_while_a_sync_runs(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.02)
    async with open_simulator("hetzner", size=60) as provider:
        provider.simulator.fault = FaultRule(Fault.TIMEOUT, path="/servers", from_page=2)
        dock = await link(await make_organization(), provider)
        running = asyncio.create_task(sync(dock))
        async with asyncio.timeout(10):
            while (shown := await fetch(dock)).progress != "Servers · page 1":
                await asyncio.sleep(0.02)
        assert shown.status == DockStatus.SYNCING
        running.cancel()
        await asyncio.wait({running})
    shown = await fetch(dock)
    assert (shown.status, shown.progress, shown.lease_owner) == (DockStatus.PENDING, None, None)
    assert [run.status for run in await runs(dock)] == [RunStatus.ABANDONED]


async def test_a_run_ends_by_itself_when_another_worker_has_taken_the_dock(
    instance: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(progress, "RENEW_SECONDS", 0.02)
    async with open_simulator("hetzner", size=3) as provider:
        provider.simulator.fault = Fault.TIMEOUT
        dock = await link(await make_organization(), provider)
        late = asyncio.create_task(run_sync(await claim(dock, "late")))
        await expire_lease_until_taken(dock)
        async with asyncio.timeout(10):
            assert await late is None
    assert (await fetch(dock)).lease_owner == "thief"


async def expire_lease_until_taken(dock: Dock) -> None:
    """The late worker keeps renewing, so its lease has to be taken in the moment it is made to run out."""
    from stackdock.sync.claim import claim_one

    async with asyncio.timeout(10):
        while True:
            await expire_lease(dock)
            if await claim_one("thief", dock.id, dock.organization_id):
                return


async def test_a_bug_ends_one_run_with_a_reference_and_frees_the_dock(
    instance: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stackdock.sync.run.reconcile", broken)
    async with open_simulator("hetzner", size=3) as provider:
        dock = await link(await make_organization(), provider)
        assert await sync(dock) == RunStatus.FAILED
    shown = await fetch(dock)
    assert shown.lease_owner is None
    assert shown.error_message is not None
    reference = shown.error_message.rpartition(" ")[2].rstrip(".")
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_the_interval_counts_from_the_start_of_a_sync(instance: object) -> None:
    async with open_simulator("hetzner", size=3) as provider:
        dock = await link(await make_organization(), provider, interval_seconds=60)
        claimed = await claim(dock)
        await run_sync(claimed)
    shown = await fetch(dock)
    assert shown.next_sync_at == claimed.started_at + timedelta(seconds=60)
