"""The feed on SQLite: a read-only connection in the loop's thread, polled through `PRAGMA data_version` (4 µs a look).

SQLite has one writer at a time and the outbox numbers its records without holes, also after a rollback, so reading on from the
last number misses nothing, and a hole means that records were pruned before they were read.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from stackdock.live.change import Change
from stackdock.live.outbox import BATCH, MARKER

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.01  # how soon another process's commit is noticed
RETRY_SECONDS = 0.5

Intake = Callable[[list[Change]], None]
Gap = Callable[[], None]


class SqliteFeed:
    """State: closed → following (position known) → closed (an error) → following, after a gap."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._connection: sqlite3.Connection | None = None
        self._position = 0  # number of the last record delivered
        self._version = -1  # of the file, at the last look
        self._asked = False
        self._woken = asyncio.Event()
        self._intake: Intake = _nobody
        self._gap: Gap = _no_gap

    async def run(self, intake: Intake, gap: Gap) -> None:
        self._intake, self._gap = intake, gap
        try:
            while True:
                try:
                    if self._connection is None:
                        self._open()
                    await self._follow()
                except sqlite3.Error:
                    logger.exception("the change outbox cannot be read; next try in %g s", RETRY_SECONDS)
                    self._close()
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._close()

    def wake(self) -> None:
        self._asked = True
        self._woken.set()

    async def catch_up(self) -> None:
        try:
            await self._read_all()
        except sqlite3.Error:
            self.wake()  # `run` meets the same error, and reopens

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self._asked or self._has_changed():
                self._asked = False
                await self._read_all()
            timer = loop.call_later(POLL_SECONDS, self._woken.set)  # a timer costs a fifth of asyncio.wait_for
            await self._woken.wait()
            timer.cancel()
            self._woken.clear()

    async def _read_all(self) -> None:
        more = self._connection is not None
        while more:
            more = self._read()
            await asyncio.sleep(0)

    def _open(self) -> None:
        self._connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=0.0
        )
        self._position = self._last_number(self._connection)
        self._version = -1
        self._gap()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _has_changed(self) -> bool:
        assert self._connection is not None
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        changed, self._version = version != self._version, version
        return changed

    def _read(self) -> bool:
        """Deliver the next batch; whether there may be more."""
        connection = self._connection
        if connection is None:
            return False
        connection.execute("BEGIN")  # both queries see one moment
        try:
            rows = connection.execute(
                "SELECT seq, table_name, row_id, operation, routes FROM change_outbox WHERE seq > ? ORDER BY seq LIMIT ?",
                (self._position, BATCH),
            ).fetchall()
            last = rows[-1][0] if rows else self._last_number(connection)
        finally:
            connection.execute("COMMIT")
        is_whole = last == self._position + len(rows)
        self._position = last
        if not is_whole:
            self._gap()
        changes = [Change(*row) for _, *row in rows if row[2] != MARKER]
        if changes:
            self._intake(changes)
        return len(rows) == BATCH

    @staticmethod
    def _last_number(connection: sqlite3.Connection) -> int:
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'change_outbox'").fetchone()
        return row[0] if row else 0


def _nobody(_changes: list[Change]) -> None:
    """Until `run` is called nobody takes the changes."""


def _no_gap() -> None:
    """Until `run` is called nobody misses anything."""
