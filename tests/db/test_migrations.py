"""The migrations make exactly the tables that the models describe."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from stackdock.db import migrate
from stackdock.db.database import Database, driver_url


async def test_models_and_migrations_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": SQLModel.metadata})
        return compare_metadata(context, SQLModel.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_migrating_twice_changes_nothing_and_loses_nothing(database_url: str) -> None:
    url = driver_url(database_url)
    engine = migrate.sync_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO organization (id, slug, name, created_at) VALUES ('O', 'acme', 'Acme', '2026-01-01')")
        )
    migrate.upgrade(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT slug FROM organization")).scalars().all() == ["acme"]
    engine.dispose()
