"""One capture trigger: what the two databases' descriptions have in common."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Table

PREFIX = "live_"
MAX_NAME_LENGTH = 63  # PostgreSQL cuts longer ones


@dataclass(frozen=True)
class Trigger:
    table_name: str
    operation: str  # what fires it: insert, update, delete, truncate, replace
    definition: str  # the SQL after the trigger's name, or the source of its function
    create: tuple[str, ...]  # the statements that make it, with {name} where the name goes

    @property
    def name(self) -> str:
        digest = sha256("\n".join((*self.create, self.definition)).encode()).hexdigest()[:12]
        return f"{PREFIX}{digest}_{self.operation}_{self.table_name}"[:MAX_NAME_LENGTH]

    def statements(self) -> list[str]:
        return [statement.replace("{name}", quoted(self.name)) for statement in self.create]


def id_column(table: Table) -> str:
    """The one column that identifies a row. Raises ValueError for a live table without one."""
    columns = [column.name for column in table.primary_key.columns]
    if len(columns) != 1:
        raise ValueError(f"a live table needs a primary key of one column, {table.name} has {columns}")
    return columns[0]


def routing_columns(table: Table) -> tuple[str, ...]:
    """The columns whose old and new values tell which views a change can touch."""
    columns = tuple(table.info["live"])
    if unknown := set(columns) - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))} to route by")
    return columns


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
