"""Sync one dock from the command line: through the running app, or under the lease in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from stackdock.columns import new_id
from stackdock.errors import Conflict
from stackdock.security.scope import Scope
from stackdock.services.app_processes import find_running_app
from stackdock.services.dock_lookup import find_dock_id, find_finished_run, get_dock, is_being_synced
from stackdock.services.docks import request_sync
from stackdock.sync.claim import claim_one
from stackdock.sync.run import run_sync

LOOK_SECONDS = 0.2
START_SECONDS = 60.0
"""How long a running app may leave the dock alone: it looks for due docks every second, and its places free up soon."""

Tell = Callable[[str], None]


async def sync_dock(scope: Scope, name: str, tell: Tell) -> dict[str, Any]:
    """Ask for a sync and wait for its end; the run with its kinds, and `dock_name`. Progress is told in words."""
    dock_id = await find_dock_id(scope, name)
    dock = await get_dock(scope, dock_id)
    if dock["is_demo"] and await find_running_app(scope) is None:
        raise Conflict("This is a demo dock: its simulator runs inside the app. Start StackDock and try again.")
    asked = await request_sync(scope, dock_id)
    worker = _Worker(scope, dock_id, is_demo=dock["is_demo"])
    told, in_work_at = None, time.monotonic()
    try:
        while (run := await find_finished_run(scope, dock_id, asked["lease_number"])) is None:
            await worker.help()
            if await is_being_synced(scope, dock_id):
                in_work_at = time.monotonic()
            elif time.monotonic() - in_work_at >= START_SECONDS:
                raise Conflict(
                    f"StackDock is running but has not begun to sync {dock['name']} within {START_SECONDS:.0f} seconds. "
                    "The sync stays asked for; look at the app's log for what keeps it, or restart it."
                )
            words = (await get_dock(scope, dock_id))["progress"]
            if words and words != told:
                tell(words)
                told = words
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await worker.stop()
    return run | {"dock_name": dock["name"], "provider": dock["provider"]}


class _Worker:
    """Does what the app would do, as long as there is none."""

    def __init__(self, scope: Scope, dock_id: str, *, is_demo: bool) -> None:
        self._scope = scope
        self._dock_id = dock_id
        self._is_demo = is_demo
        self._owner = new_id()
        self._running: asyncio.Task[object] | None = None

    async def help(self) -> None:
        """Start the sync here when no app is alive and no other worker has the dock."""
        if self._running is not None:
            if self._running.done():
                self._running.result()
                self._running = None
            return
        if await find_running_app(self._scope) is not None:
            return
        if self._is_demo:
            raise Conflict("The app has stopped, and the demo with it.")
        claim = await claim_one(self._owner, self._dock_id, self._scope.organization)
        if claim is not None:
            self._running = asyncio.create_task(run_sync(claim))

    async def stop(self) -> None:
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running})
