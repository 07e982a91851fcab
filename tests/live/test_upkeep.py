"""Whatever ends a part of the engine, pages move again, or the process learns that they cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from stackdock.db.database import Database
from stackdock.db.sessions import fetch_rows
from stackdock.live import process, upkeep
from stackdock.live.engine import LiveEngine
from stackdock.live.feeds import open_feed
from stackdock.live.outbox_postgresql import PostgresqlFeed
from stackdock.live.together import PartEnded, run_together
from stackdock.live.upkeep import PAUSE_SECONDS, RESTARTS, WINDOW_SECONDS, keep_running
from stackdock.live.view import LiveView
from stackdock.models import Dock
from stackdock.security.scope import Scope
from tests.factories import make_dock, make_organization, make_server
from tests.live.doubles import ManualClock, RecordingSocket, settled
from tests.live.tiny_views import servers_view


async def run_query(view: LiveView) -> Sequence[Any]:
    assert isinstance(view.scope, Scope)
    return await fetch_rows(view.scope, view.query)


class Console:
    """An engine on a real database that is kept running, and one tab that watches the servers."""

    def __init__(self, url: str, dock: Dock) -> None:
        self.dock = dock
        self.tab = RecordingSocket()
        self.engine = LiveEngine(run_query, open_feed(url), {"tab": self.tab}.get, lambda _: None)

    def names(self) -> set[str]:
        return {row["name"] for row in self.tab.page.rows("servers") or ()}

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not is_true():
                await asyncio.sleep(0.005)

    async def add(self, name: str) -> None:
        await make_server(self.dock, name)


@pytest.fixture
async def console(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(process, "_health", process.Health.WELL)
    organization = await make_organization()
    console = Console(database.url, await make_dock(organization))
    running = asyncio.create_task(keep_running(console.engine.run, console.engine.clock))
    console.engine.introduce("tab", "session")
    await console.engine.watch("tab", "servers", servers_view(organization.id))
    await console.add("first")
    await console.until(lambda: console.names() == {"first"})
    yield console
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])


def running_parts() -> set[str]:
    return {task.get_name().removeprefix("live ") for task in asyncio.all_tasks() if task.get_name().startswith("live ")}


def end_part(name: str) -> bool:
    found = [task for task in asyncio.all_tasks() if task.get_name() == f"live {name}"]
    return any(task.cancel() for task in found)


@pytest.mark.parametrize("part", ["feed", "housekeeping"])
async def test_a_part_that_was_cancelled_is_started_again_and_nothing_was_missed(console: Console, part: str) -> None:
    assert end_part(part)
    await console.add("while it was down")
    await console.until(lambda: console.names() == {"first", "while it was down"})
    await console.add("afterwards")
    await console.until(lambda: "afterwards" in console.names())
    await console.until(lambda: {"feed", "housekeeping"} <= running_parts())
    await console.until(lambda: process.health() is process.Health.WELL)
    console.engine.validate()


@pytest.mark.parametrize("part", ["reader", "listener"])
async def test_a_part_of_the_feed_that_was_cancelled_is_started_again(console: Console, part: str) -> None:
    has_parts = isinstance(console.engine._feed, PostgresqlFeed)  # on SQLite the feed is one part
    assert end_part(part) is has_parts
    await console.add("second")
    await console.until(lambda: console.names() == {"first", "second"})
    await console.until(lambda: not has_parts or {"reader", "listener"} <= running_parts())


async def test_a_bug_met_while_a_change_is_taken_in_costs_nobody_a_row(
    console: Console, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    met: list[object] = []

    def summarize(changes: Any) -> Any:
        met.append(changes)
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("stackdock.live.engine.summarize", summarize)
        await console.add("lost on its way")
        await console.until(lambda: bool(met))
    await console.until(lambda: "lost on its way" in console.names())
    assert "The live engine ended; it is started again" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_an_engine_that_ends_too_often_is_given_up() -> None:
    clock, starts = ManualClock(), 0

    async def run() -> None:
        nonlocal starts
        starts += 1
        raise ZeroDivisionError

    running = asyncio.ensure_future(keep_running(run, clock))
    await clock.advance(0)
    for _ in range(RESTARTS):
        assert not running.done()
        await clock.advance(PAUSE_SECONDS)
    assert isinstance(running.exception(), ZeroDivisionError)
    assert starts == 1 + RESTARTS


async def test_an_engine_that_ends_now_and_then_is_started_for_ever() -> None:
    clock, starts = ManualClock(), 0

    async def run() -> None:
        nonlocal starts
        starts += 1
        await clock.sleep(WINDOW_SECONDS / RESTARTS)

    running = asyncio.ensure_future(keep_running(run, clock))
    await clock.advance(20 * WINDOW_SECONDS)
    assert not running.done()
    assert starts > 4 * RESTARTS
    running.cancel()
    await settled()
    assert running.cancelled()


async def test_parts_end_together() -> None:
    ended: list[str] = []

    async def wait(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async def fail() -> None:
        raise ZeroDivisionError

    async def finish() -> None:
        return

    with pytest.raises(ZeroDivisionError):
        await run_together(one=wait("one"), other=fail())
    with pytest.raises(PartEnded, match="the live other ended"):
        await run_together(one=wait("one"), other=finish())
    both = asyncio.ensure_future(run_together(one=wait("a"), other=wait("b")))
    await settled()
    both.cancel()
    await settled()
    assert both.cancelled()
    assert ended == ["one", "one", "a", "b"]
