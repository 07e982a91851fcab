"""How long a dock waits after a failure."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stackdock.sync.backoff import LONGEST_SECONDS, NEEDS_A_PERSON_SECONDS, retry_delay_seconds


def delay(
    failures: int = 1, error_code: str = "ProviderUnavailable", retry_after_seconds: float | None = None, **more: Any
) -> float:
    values: dict[str, Any] = {"interval_seconds": 300.0} | more
    return retry_delay_seconds(failures=failures, error_code=error_code, retry_after_seconds=retry_after_seconds, **values)


def highest(_low: float, high: float) -> float:
    return high


def test_each_further_failure_doubles_the_wait_up_to_an_hour() -> None:
    waits = [delay(failures, uniform=highest) for failures in range(1, 7)]
    assert waits == [600, 1200, 2400, 3600, 3600, 3600]


def test_the_wait_has_jitter() -> None:
    assert len({round(delay(3), 3) for _ in range(20)}) > 10


@given(failures=st.integers(1, 10_000), interval=st.sampled_from((60, 300, 3600, 86_400)), seed=st.integers(0, 1000))
def test_no_failure_makes_a_dock_sync_more_often_than_its_interval(failures: int, interval: int, seed: int) -> None:
    uniform = random.Random(seed).uniform
    wait = delay(failures, interval_seconds=float(interval), uniform=uniform)
    assert interval <= wait <= max(LONGEST_SECONDS, interval)


def test_retry_after_is_never_undercut() -> None:
    assert delay(1, "RateLimited", retry_after_seconds=5000.0) >= 5000
    assert delay(1, "RateLimited", retry_after_seconds=10.0) >= 300


def test_what_needs_a_person_is_asked_again_only_hours_later() -> None:
    for code in ("CredentialsRejected", "AccessRefused"):
        assert delay(1, code) >= NEEDS_A_PERSON_SECONDS / 2


def test_a_demo_comes_back_within_a_minute() -> None:
    assert delay(10, interval_seconds=5.0, is_demo=True) <= 60
