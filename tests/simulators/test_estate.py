from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from stackdock.errors import Conflict
from stackdock.simulators import ACCEPTED_TOKEN, SIMULATORS
from stackdock.simulators.estate import DemoEstate, open_estate, running_base_url


def contents(estate: DemoEstate) -> dict[str, list[dict[str, Any]]]:
    return {
        f"{slug}/{name}": [dict(item) for item in listing]
        for slug, simulator in estate.simulators.items()
        for name, listing in simulator.listings.items()
    }


async def test_the_demo_runs_every_simulator_where_the_registry_says_and_nowhere_afterwards() -> None:
    assert running_base_url("hetzner") is None
    async with open_estate(size=5, interval_seconds=3600) as estate:
        assert set(estate.addresses) == set(SIMULATORS)
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {ACCEPTED_TOKEN}"}, trust_env=False) as client:
            for slug, base_url in estate.addresses.items():
                assert running_base_url(slug) == base_url
                assert (await client.get(f"{base_url}/{SIMULATORS[slug].main_kind}")).status_code == 200
        assert running_base_url("acme") is None
    assert running_base_url("hetzner") is None


async def test_time_passes_at_every_provider_step_by_step_and_by_itself() -> None:
    async with open_estate(size=20, interval_seconds=3600) as still:
        before = contents(still)
        for _ in range(10):
            still.step()
        after = contents(still)
    for slug in SIMULATORS:
        assert any(before[key] != after[key] for key in before if key.startswith(slug))
    async with open_estate(size=20, interval_seconds=0.01) as moving:
        before = contents(moving)
        async with asyncio.timeout(10):
            while contents(moving) == before:
                await asyncio.sleep(0.01)


async def test_a_restarted_demo_holds_the_same_things_at_other_ports() -> None:
    async with open_estate(size=8, interval_seconds=3600) as first:
        before, addresses = contents(first), first.addresses
    async with open_estate(size=8, interval_seconds=3600) as second:
        assert contents(second) == before
        assert all(running_base_url(slug) == base_url for slug, base_url in second.addresses.items())
    assert addresses.keys() == second.addresses.keys()


async def test_there_is_one_demo_in_a_process() -> None:
    async with open_estate(size=1, interval_seconds=3600) as estate:
        with pytest.raises(Conflict):
            async with open_estate():
                pass
        assert running_base_url("hetzner") == estate.addresses["hetzner"]


async def test_a_failing_step_is_logged_and_the_demo_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async with open_estate(size=3, interval_seconds=0.01) as estate:
        hetzner = estate.simulators["hetzner"]
        working = hetzner.evolution.moves
        hetzner.evolution.moves = (lambda evolution: 1 / 0,)  # type: ignore[assignment,return-value]
        async with asyncio.timeout(10):
            while "A step of the demo estate failed" not in caplog.text:
                await asyncio.sleep(0.01)
        hetzner.evolution.moves = working
        before = contents(estate)
        async with asyncio.timeout(10):
            while contents(estate) == before:
                await asyncio.sleep(0.01)
