"""Syncing what has not changed: 10,000 resources are compared with their listing, and nothing is written."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stackdock.db.database import close_database, open_database
from stackdock.resources import TABLES
from stackdock.security.scope import system_scope
from stackdock.services.master_key import open_keyring
from stackdock.settings import settings
from tests.factories import make_organization
from tests.fixtures.postgres import PostgresServer
from tests.linked_docks import changes_since, claim, expire_lease, item, last_change, link, reconcile_servers

RESOURCES = 10_000


@dataclass(frozen=True)
class Resync:
    database: str
    resources: int
    seconds: float
    writes: int  # rows of resource tables that the change triggers saw


def measure() -> Iterator[Resync]:
    with tempfile.TemporaryDirectory() as folder:
        yield asyncio.run(_resync("SQLite", f"sqlite:///{folder}/stackdock.db", Path(folder)))
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield asyncio.run(_resync("PostgreSQL", server.url(server.create_database()), Path(folder)))
    finally:
        server.stop()


async def _resync(name: str, url: str, folder: Path) -> Resync:
    os.environ["STACKDOCK_DATA_DIR"] = str(folder)
    settings.cache_clear()
    await open_database(url)
    try:
        await open_keyring(system_scope(None), folder)
        dock = await link(await make_organization())
        items = [item(f"{number:05}", memory=4096, note="unchanged") for number in range(RESOURCES)]
        await reconcile_servers(await claim(dock), items)
        await expire_lease(dock)
        claimed = await claim(dock)
        seq = await last_change()
        began = time.perf_counter()
        again = await reconcile_servers(claimed, items)
        seconds = time.perf_counter() - began
        assert again.seen == RESOURCES
        tables = {table.__tablename__ for table in TABLES.values()}
        return Resync(name, RESOURCES, seconds, sum(table in tables for table, _ in await changes_since(seq)))
    finally:
        await close_database()
