"""Sockets, a feed and a clock that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, select

from stackdock.live.change import Change
from stackdock.live.engine import LiveEngine
from stackdock.live.view import LiveView
from stackdock.live.wire import Message
from tests.live.page_model import PageModel

THING = Table("thing", MetaData(), Column("id", String, primary_key=True), Column("owner", String), Column("size", Integer))


class ManualClock:
    """Time stands still until `advance`."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.time + seconds, sleeper))
        await sleeper

    async def advance(self, seconds: float) -> None:
        """Let everything that is due happen, in order of its time."""
        end = self.time + seconds
        await settled()
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= end]:
            first = min(due, key=lambda sleeper: sleeper[0])
            self._sleepers.remove(first)
            self.time = max(self.time, first[0])
            if not first[1].done():
                first[1].set_result(None)
            await settled()
        self.time = max(self.time, end)
        await settled()


async def settled() -> None:
    """Let every task run until it waits for something."""
    for _ in range(30):
        await asyncio.sleep(0)


class RecordingSocket:
    """Delivers to a page model; `is_slow` makes it refuse like a full write buffer."""

    def __init__(self) -> None:
        self.page = PageModel()
        self.is_slow = False

    def send(self, message: Message, *, force: bool = False) -> bool:
        if self.is_slow and not force:
            return False
        self.page.receive(message.payload)  # type: ignore[arg-type]
        return True

    @property
    def is_drained(self) -> bool:
        return not self.is_slow


def sizes(socket: RecordingSocket, slot: str = "things") -> dict[str, int] | None:
    """What the tab shows of a `Stage`: id → size, or None before its snapshot."""
    rows = socket.page.rows(slot)
    return None if rows is None else {row["id"]: row["size"] for row in rows}


class HandFeed:
    """Delivers what the test gives it."""

    def __init__(self) -> None:
        self.waiting: list[Change] = []
        self.intake: Callable[[list[Change]], None] = lambda _: None

    async def run(self, intake: Callable[[list[Change]], None], gap: Callable[[], None]) -> None:
        self.intake = intake
        gap()
        await asyncio.Event().wait()

    def wake(self) -> None:
        if self.waiting:
            changes, self.waiting = self.waiting, []
            self.intake(changes)

    async def catch_up(self) -> None:
        self.wake()


class Stage:
    """An engine over a table held in a dict, with everything else under the test's control."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, int]] = {}  # id → owner, size
        self.clock = ManualClock()
        self.feed = HandFeed()
        self.sockets: dict[str, RecordingSocket] = {}
        self.disconnected: list[str] = []
        self.queries = 0
        self.query_seconds = 0.0
        self.fails = False
        self.engine = LiveEngine(self._run_query, self.feed, self.sockets.get, self.disconnected.append, self.clock)
        self.feed.intake = self.engine.intake

    def tab(self, name: str, session_id: str = "session") -> RecordingSocket:
        self.sockets[name] = RecordingSocket()
        self.engine.introduce(name, session_id, principal=session_id)
        return self.sockets[name]

    def view(self, owner: str = "ana", limit: int = 50, **options: Any) -> LiveView:
        statement = select(THING.c.id, THING.c.size).where(THING.c.owner == owner).order_by(THING.c.id)
        return LiveView(name="things", key=(owner,), select=lambda: statement, scope=owner, limit=limit, **options)

    def put(self, row_id: str, size: int, owner: str = "ana") -> None:
        """Commit a row. The engine hears of it with the next `wake`."""
        before = self.rows.get(row_id)
        self.rows[row_id] = (owner, size)
        owners = sorted({owner, before[0] if before else owner})
        self.feed.waiting.append(Change("thing", row_id, "U", '{"owner": ["' + '", "'.join(owners) + '"]}'))

    def remove(self, row_id: str) -> None:
        owner, _ = self.rows.pop(row_id)
        self.feed.waiting.append(Change("thing", row_id, "D", f'{{"owner": ["{owner}"]}}'))

    async def change(self, row_id: str, size: int, owner: str = "ana") -> None:
        self.put(row_id, size, owner)
        self.engine.wake()
        await settled()

    async def _run_query(self, view: LiveView) -> Sequence[Sequence[Any]]:
        self.queries += 1
        if self.fails:
            raise ValueError("the database is away")
        result = sorted((row_id, size) for row_id, (owner, size) in self.rows.items() if owner == view.scope)[: view.limit + 1]
        if self.query_seconds:
            await self.clock.sleep(self.query_seconds)  # what is committed meanwhile is not in the result
        return result
