"""The feed that fits a database's address."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from stackdock.live.outbox_postgresql import PostgresqlFeed
from stackdock.live.outbox_sqlite import SqliteFeed


def open_feed(database_url: str) -> SqliteFeed | PostgresqlFeed:
    """`database_url` may name a driver. Nothing is connected before the engine runs."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        if not url.database:
            raise ValueError("live views need a database file, other processes cannot see one in memory")
        return SqliteFeed(url.database)
    return PostgresqlFeed(url.set(drivername="postgresql").render_as_string(hide_password=False))
