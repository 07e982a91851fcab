"""Token buckets: a burst, then a steady rate, each key for itself, in bounded memory."""

from stackdock.security.rate_limit import RateLimit


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    now = [100.0]
    limit = RateLimit(per_second=2, burst=3, clock=lambda: now[0])
    assert [limit.take("a") for _ in range(4)] == [True, True, True, False]
    now[0] += 0.5
    assert [limit.take("a") for _ in range(2)] == [True, False]
    now[0] += 3600
    assert [limit.take("a") for _ in range(4)] == [True, True, True, False]


def test_one_keys_flood_does_not_touch_another() -> None:
    limit = RateLimit(per_second=1, burst=1, clock=lambda: 0.0)
    assert limit.take("a")
    assert not limit.take("a")
    assert limit.take("b")


def test_the_quietest_keys_are_forgotten_first() -> None:
    limit = RateLimit(per_second=0, burst=1, max_keys=2, clock=lambda: 0.0)
    for key in ("a", "b", "c"):
        assert limit.take(key)
    assert not limit.take("c")
    assert len(limit._buckets) == 2
