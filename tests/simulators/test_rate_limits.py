from __future__ import annotations

import httpx
import pytest

from stackdock.simulators.rate_limits import RefillingBudget, SlidingBudget
from tests.simulators.reading import reader

NOON = 1_800_000_000.0


def seen(response: httpx.Response) -> tuple[int, int, int]:
    return tuple(int(response.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))  # type: ignore[return-value]


async def test_hetzner_gives_3600_an_hour_that_come_back_one_a_second() -> None:
    async with reader("hetzner") as (running, client):
        running.simulator.clock = lambda: NOON
        first, second = await client.get("/servers"), await client.get("/servers")
        running.simulator.clock = lambda: NOON + 1
        later = await client.get("/servers")
    assert [seen(first), seen(second), seen(later)] == [
        (3600, 3599, NOON + 1),
        (3600, 3598, NOON + 2),
        (3600, 3598, NOON + 3),
    ]


async def test_digitalocean_gives_5000_an_hour_and_resets_when_the_oldest_request_is_an_hour_old() -> None:
    async with reader("digitalocean") as (running, client):
        running.simulator.clock = lambda: NOON
        first = await client.get("/droplets")
        running.simulator.clock = lambda: NOON + 600
        second = await client.get("/databases")
        running.simulator.clock = lambda: NOON + 3601
        third = await client.get("/account")
    assert [seen(first), seen(second), seen(third)] == [
        (5000, 4999, NOON + 3600),
        (5000, 4998, NOON + 3600),
        (5000, 4998, NOON + 600 + 3600),
    ]


@pytest.mark.parametrize(("slug", "wait_seconds"), [("hetzner", 1), ("digitalocean", 3600)])
async def test_an_exhausted_budget_answers_429_until_the_time_it_named(slug: str, wait_seconds: int) -> None:
    async with reader(slug) as (running, client):
        simulator, path = running.simulator, f"/{running.simulator.main_kind}"
        simulator.clock = lambda: NOON
        simulator.budget = RefillingBudget(3600) if slug == "hetzner" else SlidingBudget(5000)
        while simulator.budget.take(NOON).remaining:
            pass
        refused = await client.get(path)
        simulator.clock = lambda: NOON + wait_seconds
        answered = await client.get(path)
    assert (refused.status_code, refused.headers["retry-after"], refused.headers["ratelimit-remaining"]) == (
        429,
        str(wait_seconds),
        "0",
    )
    assert answered.status_code == 200


async def test_a_refused_token_is_counted_too() -> None:
    async with reader("hetzner") as (running, client):
        running.simulator.clock = lambda: NOON
        refused = await client.get("/servers", headers={"Authorization": "Bearer stolen"})
        assert (refused.status_code, seen(refused)[1]) == (401, 3599)
        assert running.simulator.requests == 1
        assert running.simulator.requests_by_path == {"/servers": 1}


async def test_a_large_estate_has_a_limit_that_lets_it_be_read() -> None:
    async with reader("hetzner", size=10_000) as (_, client):
        limit = seen(await client.get("/servers"))[0]
    assert limit >= 20 * (10_000 / 50)
