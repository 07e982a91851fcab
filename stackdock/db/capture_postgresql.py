"""Capture on PostgreSQL: one statement trigger per operation, with transition tables, and a NOTIFY that wakes the readers.

The order of `seq` is not the order of commits here, so every record carries its transaction's id: readers compare snapshots
(`stackdock/live/outbox_postgresql.py`). The notification is empty and therefore sent once per transaction; what happened is in
the outbox. The functions run as their owner, so that capture does not depend on who writes.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table

from stackdock.db.trigger import MAX_NAME_LENGTH, PREFIX, Trigger, id_column, literal, quoted, routing_columns

CHANNEL = "stackdock_changes"
TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS new_rows ",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ",
    "delete": "REFERENCING OLD TABLE AS old_rows ",
    "truncate": "",
}


def make_triggers(connection: Connection, table: Table) -> list[Trigger]:
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    row_id = quoted(id_column(table))
    # A row whose key was changed counts as removed and added. Rows are compared as text: not every type can be compared.
    unchanged = f"NOT EXISTS (SELECT FROM {{other}} AS other WHERE other.{row_id} = {{row}}.{row_id})"
    changed = f"JOIN old_rows AS old_row ON old_row.{row_id} = new_row.{row_id} AND old_row::text IS DISTINCT FROM new_row::text"
    statements = {
        "insert": [_record(table, "I", "new_row", "new_rows AS new_row")],
        "update": [
            _record(table, "U", "new_row", f"new_rows AS new_row {changed}", and_row="old_row"),
            _record(table, "I", "new_row", f"new_rows AS new_row WHERE {unchanged.format(other='old_rows', row='new_row')}"),
            _record(table, "D", "old_row", f"old_rows AS old_row WHERE {unchanged.format(other='new_rows', row='old_row')}"),
        ],
        "delete": [_record(table, "D", "old_row", "old_rows AS old_row")],
        "truncate": [_insert(f"VALUES ({literal(table.name)}, NULL, '*', '{{}}', {_transaction()})")],
    }
    return [_trigger(schema, table, operation, body) for operation, body in statements.items()]


def find_triggers(connection: Connection) -> dict[str, tuple[str, str]]:
    """Name → (table, source of its function), of the triggers that fire in every ordinary session."""
    rows = connection.exec_driver_sql(
        """SELECT t.tgname, c.relname, CASE WHEN t.tgenabled IN ('O', 'A') THEN f.prosrc ELSE 'disabled' END
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"""
    )
    return {name: (table_name, source) for name, table_name, source in rows if name.startswith(PREFIX)}


def stored_definition(trigger: Trigger) -> str:
    return trigger.definition


def create_trigger(connection: Connection, trigger: Trigger) -> None:
    for statement in trigger.statements():
        connection.exec_driver_sql(statement)


def drop_trigger(connection: Connection, name: str, table_name: str) -> None:
    connection.exec_driver_sql(f"DROP TRIGGER {quoted(name)} ON {quoted(table_name)}")


def drop_unused(connection: Connection, wanted: Iterable[Trigger]) -> None:
    """Drop the functions that outdated triggers left behind."""
    names = {trigger.name[:MAX_NAME_LENGTH] for trigger in wanted}
    found = connection.exec_driver_sql("SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
    for (name,) in found.all():
        if name.startswith(PREFIX) and name not in names:
            connection.exec_driver_sql(f"DROP FUNCTION {quoted(name)}()")


def _trigger(schema: str, table: Table, operation: str, statements: list[str]) -> Trigger:
    outbox_written = "FOUND" if len(statements) == 1 else "written > 0"
    lines = ["DECLARE written bigint := 0; counted bigint;", "BEGIN"]
    for statement in statements:
        lines += [f"  {statement};"]
        if len(statements) > 1:
            lines += ["  GET DIAGNOSTICS counted = ROW_COUNT; written := written + counted;"]
    lines += [f"  IF {outbox_written} THEN PERFORM pg_notify('{CHANNEL}', ''); END IF;", "  RETURN NULL;", "END"]
    source = "\n".join(lines)
    function = (
        f"CREATE OR REPLACE FUNCTION {{name}}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {quoted(schema)}, pg_temp AS $stackdock${source}$stackdock$"
    )
    trigger = (
        f"CREATE TRIGGER {{name}} AFTER {operation.upper()} ON {quoted(table.name)} {TRANSITIONS[operation]}"
        f"FOR EACH STATEMENT EXECUTE FUNCTION {{name}}()"
    )
    return Trigger(table.name, operation, source, (function, trigger))


def _record(table: Table, operation: str, row: str, source: str, *, and_row: str | None = None) -> str:
    rows = [row] if and_row is None else [row, and_row]
    routes = ", ".join(
        f"{literal(column)}, json_build_array({', '.join(f'{one}.{quoted(column)}' for one in rows)})"
        for column in routing_columns(table)
    )
    values = f"{literal(table.name)}, {row}.{quoted(id_column(table))}::text, {literal(operation)}"
    return _insert(f"SELECT {values}, json_build_object({routes})::text, {_transaction()} FROM {source}")  # noqa: S608


def _insert(rows: str) -> str:
    return f"INSERT INTO change_outbox (table_name, row_id, operation, routes, transaction_id, recorded_at) {rows}"


def _transaction() -> str:
    """The top-level transaction's id (that of a savepoint would never appear in a snapshot) and the time of the statement."""
    return "pg_current_xact_id()::text::bigint, clock_timestamp()"
