"""When a stale view may be run again: the first change at once, then in windows, and never more than a third of the loop."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds that only grow."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class LoopClock:
    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


WINDOW_SECONDS = 0.03  # changes of one view within a window travel together
MAX_WINDOW_SECONDS = 5.0  # of a view whose query is slow
BURST_SECONDS = 0.05  # how far the views together may run ahead of their third of the loop


class Pace:
    """The budget of all views together.

    `_paid_until` is the instant up to which the runs so far have used up their third: a run that costs c seconds moves it on
    by 3c. A run begins only when it is at most BURST_SECONDS ahead of now. Invariant: over any stretch longer than the burst,
    the runs take at most a third of the time.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._paid_until = 0.0
        self._line = asyncio.Lock()  # first come, first served

    async def turn(self, not_before: float, expected_seconds: float) -> None:
        """Wait for the view's own window, then for its turn in the common budget."""
        wait = not_before - self.clock.now()
        if wait > 0:
            await self.clock.sleep(wait)
        async with self._line:
            wait = self._paid_until - BURST_SECONDS - self.clock.now()
            if wait > 0:
                await self.clock.sleep(wait)
            self.charge(expected_seconds)

    def charge(self, seconds: float) -> None:
        """Correct the budget by `seconds` of loop time, negative when a run was cheaper than expected."""
        self._paid_until = max(self._paid_until, self.clock.now()) + 3 * seconds


def window_seconds(run_seconds: float, min_interval_seconds: float) -> float:
    """How long after the start of a run the same view may start the next: at most a third of the time is spent on its query."""
    return max(min_interval_seconds, min(MAX_WINDOW_SECONDS, max(WINDOW_SECONDS, 3 * run_seconds)))
