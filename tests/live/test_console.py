"""The engine, its transport and Reflex together: real sockets to a real server in a process of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import psycopg
import pytest

from stackdock.db.database import close_database, open_database
from tests.factories import make_dock, make_organization, make_server
from tests.live.processes import STATE, get, stats, tiny_app
from tests.live.tab import Tab, close_all, open_tabs


class Console:
    def __init__(self, port: int, organization_id: str, execute: Callable[[str], object]) -> None:
        self.port = port
        self.organization_id = organization_id
        self.execute = execute  # a statement in another process than the server's

    async def open(self, count: int = 1) -> list[Tab]:
        tabs = await open_tabs(count, self.port, STATE)
        for tab in tabs:
            tab.event("open_page", organization_id=self.organization_id)
        for tab in tabs:
            await tab.until(lambda page: page.rows("servers") is not None)
        return tabs


@pytest.fixture
async def tiny(database_url: str) -> AsyncIterator[Console]:
    await open_database(database_url, migrated=True)
    organization = await make_organization()
    dock = await make_dock(organization)
    for number in range(60):
        await make_server(dock, f"web-{number:02}")
    await close_database()
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
    else:
        connection = psycopg.connect(database_url, autocommit=True)
    async with tiny_app(database_url) as port:
        yield Console(port, organization.id, cast("Any", connection).execute)
    connection.close()


def statuses(tab: Tab) -> set[str]:
    return {row["status"] for row in tab.page.rows("servers") or ()}


async def test_plain_sql_in_another_process_reaches_every_tab(tiny: Console) -> None:
    tabs = await tiny.open(5)
    tiny.execute("UPDATE server SET status = 'stopped'")
    for tab in tabs:
        await tab.until(lambda page: all(row["status"] == "stopped" for row in page.rows("servers") or ()))
        assert len(tab.page.rows("servers") or ()) == 50
        assert tab.page.gaps == 0
    close_all(tabs)


async def test_a_one_cell_change_is_under_400_bytes(tiny: Console) -> None:
    sizes: list[int] = []
    (tab,) = await tiny.open()
    tab.on_text = lambda _, text: sizes.append(len(text))
    tiny.execute("UPDATE server SET region = 'fsn1-dc14' WHERE name = 'web-07'")
    await tab.until(lambda page: any(row["region"] == "fsn1-dc14" for row in page.rows("servers") or ()))
    assert max(sizes) < 400
    close_all([tab])


async def test_load_more_brings_the_rest_and_leaving_the_page_drops_it(tiny: Console) -> None:
    (tab,) = await tiny.open()
    assert tab.page.meta("servers")["more"] is True
    tab.event("more")
    await tab.until(lambda page: len(page.rows("servers") or ()) == 60)
    assert tab.page.meta("servers")["more"] is False
    tab.event("leave_page")
    await tab.until(lambda page: page.rows("servers") is None and not page.views)
    close_all([tab])


async def test_a_slow_reader_is_caught_up_and_delays_nobody(tiny: Console) -> None:
    slow, quick = await tiny.open(2)
    slow.transport.pause_reading()
    for number in range(400):
        for _ in range(20):
            slow.event("resend")  # several megabytes fit in the sockets of the two processes
        tiny.execute(f"UPDATE server SET region = 'r{number}'")
        if (await stats(tiny.port)).get("lagged"):
            break
    else:
        raise AssertionError("the slow tab was never held back")
    tiny.execute("UPDATE server SET status = 'last', image = 'last'")
    await quick.until(lambda page: all(row["image"] == "last" for row in page.rows("servers") or ()))
    slow.transport.resume_reading()
    await slow.until(lambda page: all(row["image"] == "last" for row in page.rows("servers") or ()))
    assert (slow.page.gaps, quick.page.gaps) == (0, 0)
    assert (await stats(tiny.port))["resent"] >= 1
    close_all([slow, quick])


async def test_an_acknowledgement_comes_after_the_rows(tiny: Console) -> None:
    (tab,) = await tiny.open()
    for number in range(10):
        tiny.execute(f"UPDATE server SET region = 'r{number}' WHERE name = 'web-03'")
        tab.event("complete", mutation=f"m{number}")
        await tab.until(lambda page: f"m{number}" in page.answers)  # noqa: B023
        assert next(row["region"] for row in tab.page.rows("servers") or () if row["name"] == "web-03") == f"r{number}"
    tab.event("complete", mutation="refused", error="You may not do this.")
    await tab.until(lambda page: page.answers.get("refused") == "You may not do this.")
    close_all([tab])


async def test_an_ended_session_loses_its_tabs_and_others_stay(tiny: Console) -> None:
    ended, other = await tiny.open(2)
    answer = await get(tiny.port, f"/end?session=session-of-{ended.token}")
    assert answer == {"ended": 1}
    await asyncio.wait_for(ended.closed, 10)
    assert ended.page.ended == "signed out"
    tiny.execute("UPDATE server SET status = 'failed'")
    await other.until(lambda page: statuses(other) == {"failed"})
    assert statuses(ended) != {"failed"}
    close_all([other])


async def test_a_tab_that_asks_again_gets_everything_again(tiny: Console) -> None:
    (tab,) = await tiny.open()
    before = len(tab.page.log)
    tab.event("resend")
    await tab.until(lambda page: len(page.log) > before)
    assert len(tab.page.rows("servers") or ()) == 50
    close_all([tab])
