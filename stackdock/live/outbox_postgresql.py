"""The feed on PostgreSQL: one connection listens, one reads.

The order of record numbers is not the order of commits, and a transaction may commit long after it took its number. So the
position is not a number but a *snapshot*: each read delivers exactly the records whose transaction was completed in the present
snapshot and not yet in the last one. Nothing is delivered twice and nothing is skipped, whatever the order of commits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import psycopg

from stackdock.live.change import Change
from stackdock.live.outbox import BATCH, MARKER
from stackdock.live.outbox_sqlite import Gap, Intake
from stackdock.live.together import run_together

logger = logging.getLogger(__name__)

CHANNEL = "stackdock_changes"
IDLE_LOOK_SECONDS = 5.0  # a look at the outbox without a notification, should one be lost
RETRY_SECONDS = 0.5
TOO_LONG_SECONDS = 300.0  # without a look: the process slept, and records may have been pruned meanwhile
TOO_MANY = 20_000  # changes at once: running every view again is cheaper

# One statement, hence one snapshot, for the position and for the records.
READ = """
SELECT pg_current_snapshot()::text, o.seq, o.table_name, o.row_id, o.operation, o.routes
  FROM (SELECT) AS one LEFT JOIN LATERAL (
       SELECT seq, table_name, row_id, operation, routes FROM change_outbox
        WHERE transaction_id >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint
          AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, %(seen)s::pg_snapshot)
        ORDER BY seq LIMIT %(limit)s) AS o ON true"""

# A connection that died without a word is noticed within a minute.
KEEPALIVE: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3}


class PostgresqlFeed:
    """State: closed → following (a snapshot known) → closed (a connection was lost) → following, after a gap.

    `_asked` is the number of the newest request to look, `_looked` the newest one that a finished read had before it began.
    """

    def __init__(self, url: str) -> None:
        self._url = url  # postgresql://…, without a driver
        self._seen = ""
        self._seen_at = 0.0
        self._asked = 0
        self._looked = 0
        self._is_following = False
        self._woken = asyncio.Event()
        self._finished_look = asyncio.Condition()

    async def run(self, intake: Intake, gap: Gap) -> None:
        while True:
            try:
                async with await self._connect() as listener, await self._connect() as reader:
                    # Listen first, then take the position, then run everything: what is committed from here on is delivered.
                    await listener.execute(f"LISTEN {CHANNEL}")
                    await self._take_position(reader)
                    gap()
                    self._is_following = True
                    await run_together(listener=self._listen(listener), reader=self._follow(reader, intake, gap))
            except (psycopg.Error, OSError) as error:
                logger.warning("the change outbox cannot be read (%s); next try in %g s", error, RETRY_SECONDS)
            finally:
                self._is_following = False
                async with self._finished_look:
                    self._finished_look.notify_all()
            await asyncio.sleep(RETRY_SECONDS)

    def wake(self) -> None:
        self._asked += 1
        self._woken.set()

    async def catch_up(self) -> None:
        self.wake()
        asked = self._asked
        async with self._finished_look:
            await self._finished_look.wait_for(lambda: self._looked >= asked or not self._is_following)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self._url, autocommit=True, application_name="stackdock live", **KEEPALIVE)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        async for _ in connection.notifies():
            self.wake()

    async def _take_position(self, connection: psycopg.AsyncConnection[Any]) -> None:
        row = await (await connection.execute("SELECT pg_current_snapshot()::text")).fetchone()
        assert row is not None
        self._seen, self._seen_at = row[0], time.time()

    async def _follow(self, connection: psycopg.AsyncConnection[Any], intake: Intake, gap: Gap) -> None:
        while True:
            self._woken.clear()
            asked = self._asked
            rows = await (await connection.execute(READ, {"seen": self._seen, "limit": TOO_MANY + 1})).fetchall()
            self._seen = rows[0][0]
            # The wall clock, because the other one stands still while a machine sleeps.
            slept, self._seen_at = time.time() - self._seen_at > TOO_LONG_SECONDS, time.time()
            if slept or len(rows) > TOO_MANY:
                gap()
            else:
                changes = [Change(*row[2:]) for row in rows if row[1] is not None and row[4] != MARKER]
                for start in range(0, len(changes), BATCH):
                    intake(changes[start : start + BATCH])
                    await asyncio.sleep(0)
            async with self._finished_look:
                self._looked = asked
                self._finished_look.notify_all()
            try:
                await asyncio.wait_for(self._woken.wait(), IDLE_LOOK_SECONDS)
            except TimeoutError:
                continue
