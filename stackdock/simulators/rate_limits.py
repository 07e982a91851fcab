"""How providers count requests: what is left, and when it is all back."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Quota:
    """The budget after one request. `reset_at_seconds` is a Unix time, as in the providers' headers."""

    limit: int
    remaining: int
    reset_at_seconds: int
    retry_after_seconds: int | None = None  # set when the request was refused

    def headers(self) -> dict[str, str]:
        """The three headers Hetzner and DigitalOcean share, and Retry-After on a refusal."""
        headers = {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset_at_seconds),
        }
        return headers if self.retry_after_seconds is None else headers | {"retry-after": str(self.retry_after_seconds)}


class Budget(Protocol):
    def take(self, now_seconds: float) -> Quota:
        """Count one request made at this Unix time."""
        ...


class RefillingBudget:
    """Refills evenly over the hour; resets when it is full again (Hetzner)."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._per_second = limit / 3600
        self._left = float(limit)
        self._counted_at_seconds: float | None = None

    def take(self, now_seconds: float) -> Quota:
        waited = max(0.0, now_seconds - (self._counted_at_seconds if self._counted_at_seconds is not None else now_seconds))
        self._counted_at_seconds = now_seconds
        self._left = min(float(self.limit), self._left + waited * self._per_second)
        is_refused = self._left < 1
        if not is_refused:
            self._left -= 1
        full_at = math.ceil(now_seconds + (self.limit - self._left) / self._per_second)
        retry_after = max(1, math.ceil((1 - self._left) / self._per_second)) if is_refused else None
        return Quota(self.limit, int(self._left), full_at, retry_after)


class SlidingBudget:
    """Counts the last hour; resets when the oldest request leaves it (DigitalOcean)."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken_at_seconds: deque[float] = deque()

    def take(self, now_seconds: float) -> Quota:
        taken = self._taken_at_seconds
        while taken and taken[0] <= now_seconds - 3600:
            taken.popleft()
        is_refused = len(taken) >= self.limit
        if not is_refused:
            taken.append(now_seconds)
        reset_at = math.ceil(taken[0] + 3600)
        retry_after = max(1, math.ceil(taken[0] + 3600 - now_seconds)) if is_refused else None
        return Quota(self.limit, self.limit - len(taken), reset_at, retry_after)
