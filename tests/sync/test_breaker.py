"""When rows that vanished may be pruned."""

import pytest

from stackdock.sync.breaker import Missing, Verdict, judge


def verdict(present: int, missing: int, listed: int | None = None, empty_runs: int = 0, accepted: int | None = None) -> Verdict:
    listed = present - missing if listed is None else listed
    return judge(Missing(present=present, missing=missing, listed=listed, empty_runs=empty_runs, accepted=accepted))


@pytest.mark.parametrize(
    ("present", "missing", "expected"),
    [
        (100, 0, Verdict.PRUNE),
        (100, 20, Verdict.PRUNE),
        (100, 21, Verdict.HOLD),
        (11, 10, Verdict.PRUNE),
        (12, 11, Verdict.HOLD),
        (55, 11, Verdict.PRUNE),
        (54, 11, Verdict.HOLD),
        (1000, 200, Verdict.PRUNE),
        (1000, 201, Verdict.HOLD),
    ],
)
def test_more_than_a_fifth_and_more_than_ten_rows_are_held(present: int, missing: int, expected: Verdict) -> None:
    assert verdict(present, missing) is expected


def test_an_empty_listing_is_believed_the_second_time() -> None:
    assert verdict(3, 3, empty_runs=1) is Verdict.UNCONFIRMED
    assert verdict(3, 3, empty_runs=2) is Verdict.PRUNE


def test_the_second_empty_listing_of_many_rows_is_still_held() -> None:
    assert verdict(50, 50, empty_runs=1) is Verdict.UNCONFIRMED
    assert verdict(50, 50, empty_runs=2) is Verdict.HOLD
    assert verdict(50, 50, empty_runs=2, accepted=50) is Verdict.PRUNE


def test_an_acceptance_covers_the_number_that_was_shown_and_no_more() -> None:
    assert verdict(100, 30, accepted=30) is Verdict.PRUNE
    assert verdict(100, 29, accepted=30) is Verdict.PRUNE
    assert verdict(100, 31, accepted=30) is Verdict.HOLD


def test_a_demo_that_starts_over_loses_its_rows_freely() -> None:
    assert judge(Missing(present=40, missing=40, listed=0, empty_runs=1, accepted=None, is_demo=True)) is Verdict.PRUNE
