from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from stackdock.columns import new_id
from stackdock.models import Dock
from stackdock.resources import Server


def add(connection: Connection, row_id: str, organization: str = "ours", **values: Any) -> None:
    connection.execute(
        insert(Server).values(
            id=row_id,
            organization_id=organization,
            dock_id=f"dock-{organization}",
            **{"external_id": row_id, "name": row_id} | values,
        )
    )


def recorded(engine: Engine) -> list[tuple[str, str | None, str, set[str]]]:
    """What was recorded since the last call: table, row, operation, organizations."""
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT table_name, row_id, operation, routes FROM change_outbox ORDER BY seq")).all()
        connection.execute(text("DELETE FROM change_outbox"))
    return [(row[0], row[1], row[2], set(json.loads(row[3]).get("organization_id", ()))) for row in rows]


def test_insert_update_and_delete_are_recorded_with_old_and_new_routes(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "a")
    assert recorded(engine) == [("server", "a", "I", {"ours"})]
    with engine.begin() as connection:
        connection.execute(update(Server).where(col(Server.id) == "a").values(organization_id="theirs", dock_id="dock-theirs"))
    assert recorded(engine) == [("server", "a", "U", {"ours", "theirs"})]
    with engine.begin() as connection:
        connection.execute(delete(Server))
    assert recorded(engine) == [("server", "a", "D", {"theirs"})]


def test_an_update_that_changes_nothing_records_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "a")
    recorded(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE server SET name = name, facts = facts, removed_at = NULL"))
    assert recorded(engine) == []
    with engine.begin() as connection:
        connection.execute(text("UPDATE server SET region = 'fsn1'"))
    assert recorded(engine) == [("server", "a", "U", {"ours"})]


def test_a_bulk_statement_records_each_row_it_changes(engine: Engine) -> None:
    with engine.begin() as connection:
        for number in range(20):
            add(connection, f"r{number:02}", region="fsn1" if number < 5 else "nbg1")
    recorded(engine)
    with engine.begin() as connection:
        connection.execute(update(Server).values(region="nbg1"))
    assert sorted(row_id for _, row_id, _, _ in recorded(engine)) == [f"r{number:02}" for number in range(5)]  # type: ignore[type-var]


def test_a_rolled_back_savepoint_takes_only_its_own_changes_with_it(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "kept")
        savepoint = connection.begin_nested()
        add(connection, "dropped")
        savepoint.rollback()
        add(connection, "also-kept")
    assert [row_id for _, row_id, _, _ in recorded(engine)] == ["kept", "also-kept"]


def test_a_rolled_back_transaction_records_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        add(connection, "a")
        connection.rollback()
    assert recorded(engine) == []


def test_a_changed_key_is_recorded_under_both_keys(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "old")
    recorded(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE server SET id = 'new' WHERE id = 'old'"))
    assert {row_id for _, row_id, _, _ in recorded(engine)} == {"old", "new"}


def test_a_cascade_is_recorded(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "a")
    recorded(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")  # foreign keys can only be switched outside a transaction
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")
        connection.execute(delete(Dock).where(col(Dock.id) == "dock-ours"))
        connection.commit()
    assert {(table, row_id, operation) for table, row_id, operation, _ in recorded(engine)} == {
        ("dock", "dock-ours", "D"), ("server", "a", "D"),
    }  # fmt: skip


def test_a_row_put_in_the_place_of_another_tells_both_organizations(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, "a")
    recorded(engine)
    columns = "id, organization_id, dock_id, external_id, name, status, provider_tags, facts, first_seen_at, changed_at"
    values = "'a', 'theirs', 'dock-theirs', 'x', 'x', 'active', '[]', '{}', '2026-01-01', '2026-01-01'"
    replace = {
        "sqlite": f"INSERT OR REPLACE INTO server ({columns}) VALUES ({values})",
        "postgresql": f"INSERT INTO server ({columns}) VALUES ({values}) ON CONFLICT (id) DO UPDATE "
        "SET organization_id = excluded.organization_id, dock_id = excluded.dock_id",
    }
    with engine.begin() as connection:
        connection.exec_driver_sql(replace[engine.dialect.name])
    assert set().union(*(organizations for *_, organizations in recorded(engine))) == {"ours", "theirs"}


def test_a_row_displaced_by_another_unique_value_is_recorded(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection, suppress(DBAPIError):
            add(connection, "a")
            add(connection, "b", external_id="a")
            raise AssertionError("PostgreSQL has no way to displace a row without naming it")
        return
    with engine.begin() as connection:
        add(connection, "a")
    recorded(engine)
    with engine.begin() as connection:
        connection.execute(insert(Server).prefix_with("OR REPLACE").values(
            id="b", organization_id="ours", dock_id="dock-ours", external_id="a", name="b"))  # fmt: skip
    assert {row_id for _, row_id, _, _ in recorded(engine)} == {"a", "b"}
    with engine.begin() as connection:
        add(connection, "c", external_id="c")
    recorded(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE OR REPLACE server SET external_id = 'c' WHERE id = 'b'")
    assert {row_id for _, row_id, _, _ in recorded(engine)} == {"b", "c"}


def test_truncate_and_copy_are_recorded_on_postgresql(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection, pytest.raises(DBAPIError):
            connection.exec_driver_sql("TRUNCATE server")
        return
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        with raw.cursor().copy(
            "COPY server (id, organization_id, dock_id, external_id, name, status, provider_tags, facts, first_seen_at, "
            "changed_at) FROM STDIN"
        ) as copy:
            for row_id in ("a", "b"):
                copy.write_row((row_id, "ours", "dock-ours", row_id, row_id, "active", "[]", "{}", "2026-01-01", "2026-01-01"))
        raw.commit()
    assert recorded(engine) == [("server", "a", "I", {"ours"}), ("server", "b", "I", {"ours"})]
    with engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE server")
    assert recorded(engine) == [("server", None, "*", set())]


def test_another_process_with_plain_sql_is_recorded(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        add(connection, "a")
    recorded(engine)
    statement = "UPDATE server SET status = 'stopped'"
    driver, target = ("sqlite3", engine.url.database) if engine.dialect.name == "sqlite" else ("psycopg", database_url)
    program = f"import {driver}, sys; c = {driver}.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    subprocess.run([sys.executable, "-c", program, str(target), statement], check=True)
    assert recorded(engine) == [("server", "a", "U", {"ours"})]


# --- installing and verifying --------------------------------------------------------------------------------------------------


def test_ids_are_recorded_as_text(engine: Engine) -> None:
    row_id = new_id()
    with engine.begin() as connection:
        add(connection, row_id)
    assert recorded(engine)[0][1] == row_id
