from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest

from stackdock.adapters.limits import Pace, RateLimit, shared_pace
from stackdock.adapters.rate_headers import Budget, read_budget, read_retry_after
from stackdock.errors import RateLimited
from tests.adapters.paged_api import make_adapter, page, page_number, read_ids, server


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def waits(pace: Pace, calls: int, *, longest: float = 1_000.0) -> list[float]:
    return [round(pace.reserve(longest)[1], 3) for _ in range(calls)]


def test_a_burst_goes_out_at_once_and_then_calls_queue_at_the_published_rate() -> None:
    clock = Clock()
    pace = Pace([RateLimit(calls=60, per_seconds=60, burst=3)], clock=clock)
    assert waits(pace, 6) == [0, 0, 0, 1, 2, 3]
    clock.now += 4
    assert waits(pace, 2) == [0, 1]


def test_the_tightest_of_several_limits_rules() -> None:
    clock = Clock()
    pace = Pace([RateLimit(calls=1_000, per_seconds=1_000), RateLimit(calls=10, per_seconds=20, burst=2)], clock=clock)
    assert waits(pace, 4) == [0, 0, 2, 4]


def test_without_its_published_limits_a_pace_waits_for_nothing() -> None:
    pace = Pace([RateLimit(calls=1, per_seconds=3_600)], keeps_limits=False, clock=Clock())
    assert waits(pace, 100) == [0.0] * 100


def test_a_call_that_would_wait_too_long_is_not_promised_and_costs_nothing() -> None:
    clock = Clock()
    pace = Pace([RateLimit(calls=1, per_seconds=10)], clock=clock)
    assert waits(pace, 1) == [0]
    for _ in range(5):
        assert pace.reserve(5.0) == (False, pytest.approx(10.0))
    clock.now += 10
    assert pace.reserve(5.0) == (True, 0.0)


def test_what_the_provider_says_is_left_corrects_our_count() -> None:
    clock = Clock()
    pace = Pace([RateLimit(calls=100, per_seconds=100)], clock=clock)
    pace.learn(Budget(limit=100, remaining=1))
    assert waits(pace, 3) == [0, 1, 2]


def test_a_header_speaks_of_the_limit_it_names() -> None:
    clock = Clock()
    pace = Pace([RateLimit(calls=10, per_seconds=1), RateLimit(calls=100, per_seconds=100)], clock=clock)
    pace.learn(Budget(limit=100, remaining=0))
    assert waits(pace, 1) == [1]
    pace = Pace([RateLimit(calls=10, per_seconds=1), RateLimit(calls=100, per_seconds=100)], clock=clock)
    pace.learn(Budget(limit=10, remaining=0))
    assert waits(pace, 1) == [0.1]


def test_an_empty_window_is_waited_out_and_an_empty_bucket_only_until_the_next_drop() -> None:
    window = Pace([RateLimit(calls=100, per_seconds=100)], clock=Clock())
    bucket = Pace([RateLimit(calls=100, per_seconds=100, refills_steadily=True)], clock=Clock())
    for pace in (window, bucket):
        pace.learn(Budget(limit=100, remaining=0, reset_seconds=90))
    assert waits(window, 1) == [90]
    assert waits(bucket, 1) == [1]


def test_after_a_429_nobody_with_the_same_credential_calls_before_its_end() -> None:
    limits = (RateLimit(calls=100, per_seconds=1),)
    first, second, other = shared_pace(b"a", limits), shared_pace(b"a", limits), shared_pace(b"b", limits)
    first.block(30)
    assert second.reserve(60)[1] == pytest.approx(30, abs=1)
    assert other.reserve(60)[1] == 0


async def test_a_paced_session_keeps_to_the_published_limit_and_an_unpaced_one_does_not() -> None:
    def three_pages(request: httpx.Request) -> httpx.Response:
        number = page_number(request)
        return page([server(number)], following=number + 1 if number < 3 else None)

    adapter = make_adapter(limits=(RateLimit(calls=1, per_seconds=0.3),), base_url="https://paced.example/v1")
    started = time.monotonic()
    assert len(await read_ids(three_pages, adapter, paced=True)) == 3
    assert time.monotonic() - started >= 0.55
    started = time.monotonic()
    assert len(await read_ids(three_pages, adapter, paced=False)) == 3
    assert time.monotonic() - started < 0.3


async def test_two_sessions_with_the_same_credentials_share_one_budget() -> None:
    adapter = make_adapter(limits=(RateLimit(calls=2, per_seconds=3_600),), base_url="https://shared.example/v1")
    for _ in range(2):
        assert await read_ids(lambda _: page([server(1)]), adapter, paced=True) == ["1"]
    with pytest.raises(RateLimited) as caught:
        await read_ids(lambda _: page([server(1)]), adapter, paced=True)
    assert caught.value.retry_after_seconds == pytest.approx(1_800, abs=5)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("99999999999", 86_400),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_read_as_seconds(value: str, seconds: float | None) -> None:
    assert read_retry_after({"retry-after": value}) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    assert read_retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)}) == pytest.approx(30, abs=2)
    assert read_retry_after({"retry-after": formatdate(time.time() - 30, usegmt=True)}) == 0
    assert read_retry_after({}) is None


def test_a_reset_is_an_instant_or_a_duration() -> None:
    now = int(time.time())
    instant = read_budget(httpx.Headers({"RateLimit-Limit": "100", "RateLimit-Remaining": "5", "RateLimit-Reset": str(now + 60)}))
    duration = read_budget(httpx.Headers({"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "60"}))
    for budget in (instant, duration):
        assert (budget.limit, budget.remaining) == (100, 5)
        assert budget.reset_seconds == pytest.approx(60, abs=2)
    assert read_budget({}) == Budget()
    assert read_budget({"ratelimit-remaining": "many"}) == Budget()
