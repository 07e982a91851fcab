"""Sync many docks at once in this process, fairly: a provider that hangs delays nobody else for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

from stackdock.columns import new_id
from stackdock.sync.claim import Claim, claim_fairly
from stackdock.sync.places import Places, Provider
from stackdock.sync.run import run_sync

logger = logging.getLogger(__name__)

SLOW_SECONDS = 3.0
"""A run older than this mostly waits for its provider: it no longer takes up one of the places."""
SLOW_FACTOR = 8
"""How many runs there may be in all, slow ones included, for each place."""


class SyncRunner:
    def __init__(self, concurrency: int) -> None:
        self.owner = new_id()
        self._concurrency = concurrency
        self._running: dict[asyncio.Task[object], tuple[float, Provider]] = {}
        self._claiming = asyncio.Lock()
        self.freed = asyncio.Event()
        """Set whenever a run has ended: there is a place for another."""
        self._is_stopping = False

    @property
    def places(self) -> Places:
        now = time.monotonic()
        quick = Counter(provider for started_at, provider in self._running.values() if now - started_at < SLOW_SECONDS)
        in_all = self._concurrency * SLOW_FACTOR - len(self._running)
        share = -(-self._concurrency // 2)
        return Places(free=max(0, self._concurrency - quick.total()), in_all=max(0, in_all), share=share, taken=quick)

    async def claim_due(self) -> int:
        """Start syncing docks that are due, as far as there are places for them; how many were started."""
        async with self._claiming:
            if self._is_stopping:
                return 0
            claims = await claim_fairly(self.owner, self.places)
            for claim in claims:
                self._start(claim)
        return len(claims)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(run_sync(claim), name=f"sync {claim.lease.dock_id}")
        self._running[task] = (time.monotonic(), (claim.dock.provider, claim.dock.base_url))
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        del self._running[task]
        self.freed.set()
        if not task.cancelled() and (error := task.exception()):
            # Even recording the failure failed: the database is away. The lease runs out by itself.
            logger.error("%s could not be recorded", task.get_name(), exc_info=error)

    async def stop(self) -> None:
        """End every run; each gives its dock back, to be synced by whoever comes next."""
        self._is_stopping = True
        async with self._claiming:
            running = list(self._running)
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)
