from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from stackdock.columns import utc_now
from stackdock.db.database import Database
from stackdock.db.sessions import transaction
from stackdock.live.change import Change
from stackdock.live.feeds import open_feed
from stackdock.live.outbox import prune_outbox
from stackdock.live.outbox_postgresql import PostgresqlFeed
from stackdock.live.outbox_sqlite import SqliteFeed
from stackdock.models import Organization
from stackdock.security.scope import system_scope
from tests.factories import make_organization


class Reader:
    """A running feed and what it delivered."""

    def __init__(self, url: str) -> None:
        self.feed = open_feed(url)
        self.changes: list[Change] = []
        self.gaps = 0

    def names(self) -> list[str | None]:
        return [change.row_id for change in self.changes if change.table == "organization"]

    def _gap(self) -> None:
        self.gaps += 1

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_true():
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Reader]:
        before = self.gaps
        task = asyncio.create_task(self.feed.run(self.changes.extend, self._gap))
        await self.until(lambda: self.gaps > before)
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
async def reader(database: Database) -> AsyncIterator[Reader]:
    reader = Reader(database.url)
    async with reader.running():
        yield reader


async def add(*slugs: str) -> None:
    async with transaction(system_scope(None)) as session:
        session.add_all([Organization(id=slug, slug=slug, name=slug) for slug in slugs])


async def execute(database: Database, sql: str, **values: Any) -> None:
    async with database.writing.begin() as connection:
        await connection.execute(text(sql), values)


async def test_a_commit_of_another_connection_is_delivered_without_being_asked_for(reader: Reader) -> None:
    await add("acme")
    await reader.until(lambda: reader.names() == ["acme"])


async def test_catching_up_delivers_everything_committed_before(reader: Reader) -> None:
    for number in range(5):
        await add(f"o{number}")
        await reader.feed.catch_up()
        assert reader.names()[-1] == f"o{number}"


async def test_more_changes_than_fit_in_a_batch_all_arrive_once(reader: Reader) -> None:
    slugs = [f"o{number:04}" for number in range(1234)]
    await add(*slugs)
    await reader.until(lambda: len(reader.names()) >= len(slugs))
    await reader.feed.catch_up()
    assert sorted(map(str, reader.names())) == slugs
    assert reader.gaps == 1


async def test_what_is_rolled_back_is_not_delivered_and_leaves_no_gap(reader: Reader, database: Database) -> None:
    async with database.writing.connect() as connection:
        await connection.execute(text("UPDATE change_outbox SET routes = routes"))
        await connection.execute(
            text("INSERT INTO change_outbox (table_name, operation, routes) VALUES ('organization', 'U', '{}')")
        )
        await connection.rollback()
    await add("acme")
    await reader.until(lambda: bool(reader.changes))
    await reader.feed.catch_up()
    assert (reader.names(), reader.gaps) == (["acme"], 1)


async def test_a_transaction_that_commits_late_is_not_skipped(reader: Reader, database: Database) -> None:
    """On PostgreSQL its records have lower numbers than what was committed, and read, before."""
    if database.is_sqlite:
        await add("early", "late")
        await reader.until(lambda: reader.names() == ["early", "late"])
        return
    async with database.engine.connect() as slow:
        await slow.execute(text("UPDATE organization SET name = name"))
        await slow.execute(text("INSERT INTO organization (id, slug, name, created_at) VALUES ('late', 'late', 'late', now())"))
        await add("early")
        await reader.until(lambda: reader.names() == ["early"])
        await slow.commit()
    await reader.until(lambda: reader.names() == ["early", "late"])
    await add("last")
    await reader.until(lambda: reader.names() == ["early", "late", "last"])


async def test_pruning_what_was_read_leaves_no_gap(reader: Reader, database: Database) -> None:
    await add("acme")
    await reader.until(lambda: reader.names() == ["acme"])
    await prune(database, timedelta(0))
    await prune(database, timedelta(0))  # on PostgreSQL the first call only leaves its mark
    async with database.engine.connect() as connection:
        left = (await connection.execute(text("SELECT count(*) FROM change_outbox WHERE table_name <> ''"))).scalar_one()
    assert left == 0
    await add("globex")
    await reader.until(lambda: reader.names() == ["acme", "globex"])
    await reader.feed.catch_up()
    assert reader.gaps == 1


async def prune(database: Database, age: timedelta) -> int:
    async with database.writing.begin() as connection:
        return await connection.run_sync(prune_outbox, age)


async def test_young_records_are_kept(reader: Reader, database: Database) -> None:
    await add("acme")
    assert await prune(database, timedelta(minutes=1)) == 0
    assert await prune(database, timedelta(minutes=1)) == 0
    await reader.until(lambda: reader.names() == ["acme"])


async def test_a_record_that_only_looks_old_outlives_the_next_pruning_on_postgresql(database: Database) -> None:
    """A transaction may commit long after its records were written; readers have had no time yet."""
    await add("acme")
    await execute(database, "UPDATE change_outbox SET recorded_at = :then", then=utc_now() - timedelta(days=1))
    removed = await prune(database, timedelta(hours=1))
    assert removed == (1 if database.is_sqlite else 0)  # a reader on SQLite notices, see below


async def test_records_pruned_before_they_were_read_are_a_gap_on_sqlite(database: Database) -> None:
    reader = Reader(database.url)
    if not isinstance(reader.feed, SqliteFeed):
        async with reader.running():  # PostgreSQL: a reader that was cut off starts afresh, see below
            assert reader.gaps == 1
        return
    async with reader.running():
        await add("seen")
        await reader.until(lambda: reader.names() == ["seen"])
        async with database.writing.begin() as connection:
            await connection.execute(text("UPDATE organization SET name = 'a'"))
            await connection.execute(text("UPDATE organization SET name = 'b'"))
            await connection.execute(text("DELETE FROM change_outbox WHERE seq < (SELECT max(seq) FROM change_outbox)"))
        await reader.until(lambda: reader.gaps == 2)
        await reader.until(lambda: len(reader.names()) == 2)
        async with database.writing.begin() as connection:
            await connection.execute(text("UPDATE organization SET name = 'c'"))
            await connection.execute(text("DELETE FROM change_outbox"))
        await reader.until(lambda: reader.gaps == 3)


async def test_a_lost_connection_is_replaced_and_counts_as_a_gap(reader: Reader, database: Database) -> None:
    if isinstance(reader.feed, PostgresqlFeed):
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stackdock live'"
        await execute(database, end)
    else:
        assert reader.feed._connection is not None
        reader.feed._connection.close()
    await reader.until(lambda: reader.gaps == 2)
    await add("acme")
    await reader.until(lambda: reader.names() == ["acme"])


async def test_a_database_that_is_away_at_first_is_found_later(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        reader = Reader("sqlite:////nowhere/at/all.db")
        task = asyncio.create_task(reader.feed.run(reader.changes.extend, reader._gap))
        await asyncio.sleep(0)
        await reader.feed.catch_up()  # does not hang
        assert reader.gaps == 0
        task.cancel()
        await asyncio.wait([task])
        return
    reader = Reader(database_url.rsplit("/", 1)[0] + "/not_yet")
    task = asyncio.create_task(reader.feed.run(reader.changes.extend, reader._gap))
    await reader.feed.catch_up()
    assert reader.gaps == 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE not_yet TEMPLATE template0")
    with psycopg.connect(database_url.rsplit("/", 1)[0] + "/not_yet", autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE change_outbox "
            "(seq bigserial, table_name text, row_id text, operation text, routes text, transaction_id bigint)"
        )
    await reader.until(lambda: reader.gaps == 1)
    task.cancel()
    await asyncio.wait([task])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE not_yet WITH (FORCE)")


async def test_two_readers_each_get_everything(reader: Reader, database: Database) -> None:
    async with Reader(database.url).running() as second:
        await make_organization("acme")
        await reader.until(lambda: len(reader.names()) == 1)
        await second.until(lambda: len(second.names()) == 1)
