"""The triggers that capture changes are there, current and enabled, or the start is refused."""

import pytest
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

from stackdock.db.capture import install_capture, live_tables, verify_capture
from stackdock.errors import StartRefused


def test_every_live_table_is_captured_after_a_migration(engine: Engine) -> None:
    assert {"server", "dock", "login_session"} <= {table.name for table in live_tables(SQLModel.metadata)}
    with engine.begin() as connection:
        verify_capture(connection, SQLModel.metadata)


def test_installing_again_changes_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        before = triggers(connection)
        install_capture(connection, SQLModel.metadata)
        assert triggers(connection) == before


def test_a_missing_trigger_stops_the_start_and_is_put_back(engine: Engine) -> None:
    with engine.begin() as connection:
        drop(connection, next(name for name in triggers(connection) if "_update_server" in name and "replace" not in name))
        with pytest.raises(StartRefused, match=r"server \(update\): missing"):
            verify_capture(connection, SQLModel.metadata)
        install_capture(connection, SQLModel.metadata)
        verify_capture(connection, SQLModel.metadata)


def test_a_rebuilt_table_has_lost_its_triggers_and_the_start_says_so(engine: Engine) -> None:
    """What Alembic's batch operations do on SQLite, and a restored table on PostgreSQL."""
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE dock_kind RENAME TO gone")
        connection.exec_driver_sql("CREATE TABLE dock_kind AS SELECT * FROM gone")
        with pytest.raises(StartRefused, match="dock_kind"):
            verify_capture(connection, SQLModel.metadata)
        connection.rollback()


def test_a_changed_definition_is_outdated_and_replaced(engine: Engine) -> None:
    table = SQLModel.metadata.tables["server"]
    before = table.info["live"]
    with engine.begin() as connection:
        try:
            table.info["live"] = ("organization_id",)
            with pytest.raises(StartRefused, match="server"):
                verify_capture(connection, SQLModel.metadata)
            install_capture(connection, SQLModel.metadata)
            verify_capture(connection, SQLModel.metadata)
        finally:
            table.info["live"] = before
        with pytest.raises(StartRefused, match="server"):
            verify_capture(connection, SQLModel.metadata)
        install_capture(connection, SQLModel.metadata)
        verify_capture(connection, SQLModel.metadata)
        assert len(triggers(connection)) == len(set(triggers(connection)))


def test_a_disabled_trigger_or_an_altered_function_is_noticed_on_postgresql(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # a trigger there is as it was created, or not there
            assert all(name.startswith("live_") for name in triggers(connection))
            return
        connection.exec_driver_sql("ALTER TABLE server DISABLE TRIGGER ALL")
        with pytest.raises(StartRefused, match="server"):
            verify_capture(connection, SQLModel.metadata)
        connection.exec_driver_sql("ALTER TABLE server ENABLE TRIGGER ALL")
        verify_capture(connection, SQLModel.metadata)
        name = next(name for name in triggers(connection) if "_insert_server" in name)
        connection.exec_driver_sql(
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$'
        )
        with pytest.raises(StartRefused, match=r"server \(insert\): outdated"):
            verify_capture(connection, SQLModel.metadata)
        install_capture(connection, SQLModel.metadata)
        verify_capture(connection, SQLModel.metadata)


def test_a_trigger_of_a_table_that_is_no_longer_live_is_dropped(engine: Engine) -> None:
    table = SQLModel.metadata.tables["sync_run"]
    before = table.info.pop("live")
    try:
        with engine.begin() as connection:
            install_capture(connection, SQLModel.metadata)
            assert not [name for name in triggers(connection) if name.endswith("_sync_run")]
    finally:
        table.info["live"] = before


def triggers(connection: Connection) -> list[str]:
    source = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    return [name for (name,) in connection.exec_driver_sql(source[connection.dialect.name])]


def drop(connection: Connection, name: str) -> None:
    table = "" if connection.dialect.name == "sqlite" else " ON server"
    connection.exec_driver_sql(f'DROP TRIGGER "{name}"{table}')
