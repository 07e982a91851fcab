"""Runs stale views again and sends the difference."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from stackdock.live import wire
from stackdock.live.pace import Clock, Pace, window_seconds
from stackdock.live.shared_view import SharedView
from stackdock.live.view import RunQuery

logger = logging.getLogger(__name__)

CONCURRENT_QUERIES = 4
SENDS_PER_STEP = 250  # sockets written to before the loop may flush them
FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 30.0


class Refresher:
    """One task per stale view that is watched; it ends when the view is current or nobody watches.

    Single flight: a view has at most one run under way, so results arrive in the order of their queries. A change that comes
    during a run leaves `wanted` ahead of `shown`, and the task goes round again.
    """

    def __init__(self, run_query: RunQuery, pace: Pace, clock: Clock, counts: Counter[str]) -> None:
        self._run_query = run_query
        self._pace = pace
        self._clock = clock
        self._counts = counts
        self._queries = asyncio.Semaphore(CONCURRENT_QUERIES)
        self._loop = asyncio.Lock()  # one difference is sent at a time, else each run would be charged for the others

    def refresh(self, shared: SharedView) -> None:
        """See to it that the view is run until it is current."""
        if shared.task is None:
            shared.task = asyncio.create_task(self._keep_current(shared), name=f"live view {shared.view.name}")

    async def reached(self, shared: SharedView, wanted: int) -> None:
        """Return once the members have been sent a result that knows change number `wanted`, or a run has failed."""
        while shared.shown < wanted and shared.failures == 0 and shared.is_watched:
            self.refresh(shared)
            await shared.outcome()

    async def _keep_current(self, shared: SharedView) -> None:
        try:
            while shared.is_stale and shared.is_watched:
                await self._pace.turn(shared.not_before, shared.expected_seconds)
                try:
                    await self._run(shared)
                except Exception:
                    # The outermost loop of a task that nobody awaits: whatever the view's select or its database raised, it is
                    # tried again, and whoever watches is told that the rows may be old.
                    seconds = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**shared.failures)
                    logger.exception("the live view %r could not be run, next try in %g s", shared.view.name, seconds)
                    await self._back_off(shared, seconds)
        finally:
            shared.task = None
            shared.finish_run()

    async def _run(self, shared: SharedView) -> None:
        wanted = shared.wanted  # before the query begins: what is committed during it may be missing in its result
        started = self._clock.now()
        self._counts["runs"] += 1
        async with self._queries:
            result = await self._run_query(shared.view)
        async with self._loop:
            busy_since = self._clock.now()
            message = shared.take(result)
            if message is not None:
                await self._send(shared, message)
            busy_seconds = self._clock.now() - busy_since
        shared.failures = 0
        shared.shown = wanted
        self._pace.charge(busy_seconds - shared.expected_seconds)
        shared.expected_seconds = busy_seconds
        shared.not_before = started + window_seconds(self._clock.now() - started, shared.view.min_interval_seconds)
        shared.finish_run()

    async def _back_off(self, shared: SharedView, seconds: float) -> None:
        shared.failures += 1
        self._counts["failures"] += 1
        message = shared.fail()
        if message is not None:
            await self._send(shared, message)
        shared.not_before = self._clock.now() + seconds
        shared.finish_run()

    async def _send(self, shared: SharedView, message: wire.Message) -> None:
        """Send to everybody who is a member now. Who joins meanwhile has this difference in the snapshot already."""
        sent = 0
        members = list(shared.members.items())
        for start in range(0, len(members), SENDS_PER_STEP):
            for socket_id, socket in members[start : start + SENDS_PER_STEP]:
                if socket_id in shared.lagging or shared.members.get(socket_id) is not socket:
                    continue
                if socket.send(message):
                    sent += 1
                else:
                    shared.lagging.add(socket_id)
                    self._counts["lagged"] += 1
            await asyncio.sleep(0)  # the writers flush, and the loop serves others
        self._counts["sends"] += sent
