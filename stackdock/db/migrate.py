"""Bring a database's schema up to date: Alembic migrations, then the change triggers, which a migration may have dropped."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, pool
from sqlmodel import SQLModel

from alembic import command
from stackdock.db import capture

ROOT = Path(__file__).resolve().parents[2]


def upgrade(url: str, revision: str = "head") -> None:
    """Run the migrations on the database at `url` (a driver URL) and install the triggers. Blocks: call it in a thread."""
    engine = sync_engine(url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if revision == "head":
                capture.install_capture(connection, SQLModel.metadata)
    finally:
        engine.dispose()


def sync_engine(url: str) -> Engine:
    """A blocking engine for migrations: one connection, transactional also on SQLite."""
    engine = create_engine(url.replace("sqlite+aiosqlite", "sqlite"), poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection, _record) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA busy_timeout=60000")

        @event.listens_for(engine, "begin")
        def begin(connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
