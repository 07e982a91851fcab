"""Capture on SQLite: row triggers. One writer at a time, so `seq` is the order of commits.

`INSERT OR REPLACE` removes rows without firing their delete triggers (unless the connection set recursive_triggers, which a
foreign process does not), so a trigger before the insert records whatever row the new one would displace.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Index, Table, UniqueConstraint

from stackdock.db.trigger import PREFIX, Trigger, id_column, literal, quoted, routing_columns

# Not unixepoch('subsec'): SQLite 3.40 does not know it. The text is what SQLAlchemy writes for an instant.
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"


def make_triggers(_connection: Connection, table: Table) -> list[Trigger]:
    columns = [quoted(column.name) for column in table.columns]
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    row_id = quoted(id_column(table))
    renamed = f"{_record(table, 'D', f'OLD.{row_id}', ('OLD',), where=f'OLD.{row_id} IS NOT NEW.{row_id}')}; "
    displaced = f"{row_id} IS NOT OLD.{row_id} AND "
    return [
        _trigger(table, "insert", "AFTER INSERT", "", _record(table, "I", f"NEW.{row_id}", ("NEW",))),
        _trigger(table, "update", "AFTER UPDATE", changed, renamed + _record(table, "U", f"NEW.{row_id}", ("NEW", "OLD"))),
        _trigger(table, "delete", "AFTER DELETE", "", _record(table, "D", f"OLD.{row_id}", ("OLD",))),
        _trigger(table, "replace", "BEFORE INSERT", "", _record_displaced(table, "")),
        _trigger(table, "replace_update", "BEFORE UPDATE", changed, _record_displaced(table, displaced)),
    ]


def find_triggers(connection: Connection) -> dict[str, tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {name: (table_name, sql) for name, table_name, sql in rows if name.startswith(PREFIX)}


def stored_definition(trigger: Trigger) -> str:
    (statement,) = trigger.statements()
    return statement


def create_trigger(connection: Connection, trigger: Trigger) -> None:
    connection.exec_driver_sql(stored_definition(trigger))


def drop_trigger(connection: Connection, name: str, _table_name: str) -> None:
    connection.exec_driver_sql(f"DROP TRIGGER {quoted(name)}")


def drop_unused(_connection: Connection, _wanted: Iterable[Trigger]) -> None:
    """A trigger on SQLite holds its own body: nothing is left behind."""


def _trigger(table: Table, operation: str, event: str, condition: str, body: str) -> Trigger:
    when = f" WHEN {condition}" if condition else ""
    definition = f"{event} ON {quoted(table.name)} FOR EACH ROW{when} BEGIN {body}; END"
    return Trigger(table.name, operation, definition, (f"CREATE TRIGGER {{name}} {definition}",))


def _record(table: Table, operation: str, row_id: str, rows: tuple[str, ...], *, where: str = "", source: str = "") -> str:
    routes = ", ".join(
        f"{literal(column)}, json_array({', '.join(f'{row}.{quoted(column)}' for row in rows)})"
        for column in routing_columns(table)
    )
    values = f"{literal(table.name)}, {row_id}, {literal(operation)}, json_object({routes}), {NOW}"
    origin = (f" FROM {source}" if source else "") + (f" WHERE {where}" if where else "")
    return f"INSERT INTO change_outbox (table_name, row_id, operation, routes, recorded_at) SELECT {values}{origin}"


def _record_displaced(table: Table, condition: str) -> str:
    """Record the rows that share a unique value with the new one. A spare record costs a query, a missing one a stale screen."""
    same = " OR ".join(
        "(" + " AND ".join(f"gone.{quoted(name)} = NEW.{quoted(name)}" for name in names) + ")" for names in _unique_sets(table)
    )
    row_id = f"gone.{quoted(id_column(table))}"
    where = f"{'gone.' + condition if condition else ''}({same})"
    return _record(table, "D", row_id, ("gone",), where=where, source=f"{quoted(table.name)} AS gone")


def _unique_sets(table: Table) -> list[tuple[str, ...]]:
    found = {(id_column(table),)}
    found |= {tuple(c.name for c in one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)}
    found |= {tuple(c.name for c in one.columns) for one in table.indexes if isinstance(one, Index) and one.unique}
    return sorted(names for names in found if names)
