"""Rate limits as data, and the pace they set: token buckets that a provider's real headers correct."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stackdock.adapters.rate_headers import Budget

Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """A limit the provider publishes, per credential."""

    calls: int
    per_seconds: float
    burst: int | None = None  # calls at once; None = all of them
    refills_steadily: bool = False  # True: the reset header says when the budget is full, not when the next call is free

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.per_seconds


class _Bucket:
    """Starts full. `tokens` below zero are calls already promised to somebody who waits."""

    def __init__(self, limit: RateLimit, now: float) -> None:
        self.limit = limit
        self.tokens = float(limit.burst or limit.calls)
        self._filled_at = now

    def refill(self, now: float) -> None:
        full = float(self.limit.burst or self.limit.calls)
        self.tokens = min(full, self.tokens + (now - self._filled_at) * self.limit.calls_per_second)
        self._filled_at = now

    @property
    def wait_seconds(self) -> float:
        return max(0.0, -self.tokens / self.limit.calls_per_second)


class Pace:
    """When the next call to one provider with one credential may go out.

    It holds no lock and no loop: `reserve` promises a call and says how long to wait before making it, so callers queue
    in the order they asked.
    """

    def __init__(self, limits: Sequence[RateLimit] = (), *, keeps_limits: bool = True, clock: Clock = time.monotonic) -> None:
        """`keeps_limits` False: go as fast as the provider's answers allow, whatever it publishes."""
        self._clock = clock
        self._steady = any(limit.refills_steadily for limit in limits)
        self._buckets = [_Bucket(limit, clock()) for limit in limits] if keeps_limits else []
        self._blocked_until = 0.0

    def reserve(self, longest_wait_seconds: float) -> tuple[bool, float]:
        """Promise one call: (True, seconds to wait first), or (False, seconds) when that would be longer than allowed."""
        now = self._clock()
        for bucket in self._buckets:
            bucket.refill(now)
            bucket.tokens -= 1
        wait = max([self._blocked_until - now, 0.0, *(bucket.wait_seconds for bucket in self._buckets)])
        if wait <= longest_wait_seconds:
            return True, wait
        for bucket in self._buckets:
            bucket.tokens += 1
        return False, wait

    def learn(self, budget: Budget) -> None:
        """Take over what the provider says is left: others use the same credential too."""
        if budget.remaining is None:
            return
        now = self._clock()
        bucket = self._bucket_of(budget.limit)
        if bucket is not None:
            bucket.refill(now)
            bucket.tokens = min(bucket.tokens, float(budget.remaining))
        if budget.remaining <= 0 and budget.reset_seconds is not None and not self._steady:
            self.block(budget.reset_seconds)

    def block(self, seconds: float) -> None:
        """No call before then: the provider answered 429."""
        self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    @property
    def waits_for_reset(self) -> bool:
        """Whether a 429 without Retry-After is over at the reset the headers name."""
        return not self._steady

    def _bucket_of(self, limit: int | None) -> _Bucket | None:
        named = [bucket for bucket in self._buckets if bucket.limit.calls == limit]
        longest = sorted(self._buckets, key=lambda bucket: bucket.limit.per_seconds)[-1:]
        return next(iter(named or longest), None)


_paces: dict[bytes, Pace] = {}


def shared_pace(fingerprint: bytes, limits: Sequence[RateLimit]) -> Pace:
    """The process's one pace of a credential, so that docks that share it share its budget."""
    return _paces.setdefault(fingerprint, Pace(limits))
