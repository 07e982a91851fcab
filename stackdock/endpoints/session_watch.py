"""Ends the open sockets of login sessions that are over, whoever ended them: this process, another one, or the clock.

With a live engine, every committed change of the tables behind a login is looked at as it happens; without one, and for
sessions that simply expire, the open sessions are checked from time to time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from stackdock.live import process
from stackdock.live.change import Change
from stackdock.security.open_sockets import end_session_sockets, end_user_sockets, open_sessions
from stackdock.security.scope import system_scope
from stackdock.services.login_sessions import forget, forget_everybody, forget_person, list_lasting

SECONDS_BETWEEN_CHECKS = 30.0  # sessions whose time has come
SECONDS_WITHOUT_ENGINE = 1.0

logger = logging.getLogger(__name__)


class Changes(Protocol):
    """What is used of the live engine."""

    def on_change(self, table: str, listener: Callable[[list[Change]], None]) -> Callable[[], None]: ...


class SessionWatch:
    def __init__(self) -> None:
        self._due = asyncio.Event()
        self._stops: list[Callable[[], None]] = []

    def follow(self, changes: Changes) -> None:
        """Look at once when the tables behind a login change."""
        listeners = {"login_session": self._sessions, "user_account": self._people, "membership": self._memberships}
        self._stops = [changes.on_change(table, listener) for table, listener in listeners.items()]

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                if not self._stops:
                    self._follow_engine()
                with suppress(TimeoutError):
                    seconds = SECONDS_BETWEEN_CHECKS if self._stops else SECONDS_WITHOUT_ENGINE
                    await asyncio.wait_for(self._due.wait(), seconds)
                self._due.clear()
                try:
                    await end_finished()
                except Exception:
                    # The outermost loop of a task that nobody awaits: were it to end, for a database that is away or for a bug,
                    # sockets of ended sessions would stay open unseen.
                    logger.exception("The open sessions could not be checked")
        finally:
            for stop in self._stops:
                stop()

    def _follow_engine(self) -> None:
        with suppress(RuntimeError):  # no engine, or not yet
            self.follow(process.engine())

    def _sessions(self, changes: list[Change]) -> None:
        for change in changes:
            forget(change.row_id) if change.row_id else forget_everybody()
        self._due.set()

    def _people(self, changes: list[Change]) -> None:
        for change in changes:
            forget_person(change.row_id) if change.row_id else forget_everybody()
        self._due.set()

    def _memberships(self, changes: list[Change]) -> None:
        """Another role, or none any more: the person's pages connect again and are asked anew what they may see."""
        for change in changes:
            for user_id in change.routes.get("user_id", ()):
                if change.operation != "I":
                    end_user_sockets(user_id)


async def end_finished() -> None:
    """Close the sockets of every open session that is over."""
    held = open_sessions()
    if not held:
        return
    for session_id in held - await list_lasting(system_scope(None, "session watch"), held):
        forget(session_id)
        end_session_sockets(session_id)


@asynccontextmanager
async def watch_login_sessions() -> AsyncIterator[None]:
    """Watch while the app runs. For `app.register_lifespan_task`."""
    watching = asyncio.create_task(SessionWatch().run(), name="session watch")
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
