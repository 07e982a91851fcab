"""A process that writes to the servers table as unkindly as it can, by plain SQL.

    python -m tests.live.random_writer DATABASE_URL SEED

For each line `N` on standard input it makes N random transactions and then prints `done`.
"""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from stackdock.columns import new_id

INSTANT = "2026-01-01 00:{:02}:{:02}.000000"
STATUSES = ("active", "stopped", "failed", "pending")
COLUMNS = (
    "id", "organization_id", "dock_id", "external_id", "name", "status", "status_word", "region", "cpu_count",
    "provider_tags", "facts", "first_seen_at", "changed_at",
)  # fmt: skip


class Writer:
    def __init__(self, url: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
        else:
            self.connection = psycopg.connect(url, autocommit=True)
        self.docks = self.query("SELECT id, organization_id FROM dock ORDER BY id")

    def execute(self, sql: str, *values: Any) -> Any:
        return self.connection.execute(sql if self.is_sqlite else sql.replace("?", "%s"), values or None or ())

    def query(self, sql: str, *values: Any) -> list[Any]:
        return self.execute(sql, *values).fetchall()

    # --- one statement -------------------------------------------------------------------------------------------------------

    def pick(self) -> str:
        """An existing row, or none: ids are asked for as they are now, which another writer may change before we use them."""
        rows = self.query("SELECT id FROM server ORDER BY id LIMIT 1 OFFSET ?", self.random.randrange(60))
        return rows[0][0] if rows else new_id()

    def row(self, row_id: str | None = None) -> tuple[Any, ...]:
        dock_id, organization_id = self.random.choice(self.docks)
        row_id = row_id or new_id()
        at = INSTANT.format(self.random.randrange(60), self.random.randrange(60))
        name = f"web-{self.random.randrange(30):02}"
        status = self.random.choice(STATUSES)
        return (row_id, organization_id, dock_id, row_id, name, status, None, None, 2, "[]", "{}", at, at)

    def insert(self, verb: str = "INSERT", row_id: str | None = None) -> None:
        marks = ", ".join("?" * len(COLUMNS))
        self.execute(f"{verb} INTO server ({', '.join(COLUMNS)}) VALUES ({marks})", *self.row(row_id))

    def change_cell(self) -> None:
        self.execute("UPDATE server SET status = ? WHERE id = ?", self.random.choice(STATUSES), self.pick())

    def change_order(self) -> None:
        name = f"web-{self.random.randrange(30):02}"
        at = INSTANT.format(self.random.randrange(60), self.random.randrange(60))
        self.execute("UPDATE server SET name = ?, changed_at = ? WHERE id = ?", name, at, self.pick())

    def change_nothing(self) -> None:
        self.execute("UPDATE server SET name = name WHERE id = ?", self.pick())

    def move(self) -> None:
        dock_id, organization_id = self.random.choice(self.docks)
        self.execute("UPDATE server SET organization_id = ?, dock_id = ? WHERE id = ?", organization_id, dock_id, self.pick())

    def change_key(self) -> None:
        self.execute("UPDATE server SET id = ? WHERE id = ?", new_id(), self.pick())

    def tombstone(self) -> None:
        self.execute("UPDATE server SET removed_at = ? WHERE id = ?", INSTANT.format(0, 0), self.pick())

    def raise_dead(self) -> None:
        self.execute("UPDATE server SET removed_at = NULL WHERE removed_at IS NOT NULL")

    def delete(self) -> None:
        self.execute("DELETE FROM server WHERE id = ?", self.pick())

    def bulk_update(self) -> None:
        self.execute(
            "UPDATE server SET status = ?, cpu_count = cpu_count + 1 WHERE name < ?", self.random.choice(STATUSES), "web-15"
        )

    def bulk_insert(self) -> None:
        for _ in range(self.random.randrange(2, 8)):
            self.insert()

    def bulk_delete(self) -> None:
        self.execute("DELETE FROM server WHERE name > ?", f"web-{self.random.randrange(20, 30):02}")

    def displace(self) -> None:
        """Put a row of any organization in the place of another, without an update or a delete."""
        if self.is_sqlite:
            self.insert("INSERT OR REPLACE", self.pick())
            return
        row = self.row(self.pick())
        marks = ", ".join("?" * len(COLUMNS))
        self.execute(
            f"INSERT INTO server ({', '.join(COLUMNS)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE "
            "SET organization_id = excluded.organization_id, dock_id = excluded.dock_id, name = excluded.name",
            *row,
        )

    def copy_or_truncate(self) -> None:
        if self.is_sqlite:
            self.execute("DELETE FROM server")
        elif self.random.random() < 0.3:
            self.execute("TRUNCATE server")
        else:
            with self.connection.cursor().copy(f"COPY server ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for _ in range(3):
                    copy.write_row(self.row())

    # --- one transaction ------------------------------------------------------------------------------------------------------

    def statements(self) -> list[Callable[[], None]]:
        often = [self.change_cell, self.change_order, self.insert, self.change_cell]
        rare = [
            self.change_nothing, self.move, self.change_key, self.tombstone, self.raise_dead, self.delete, self.bulk_update,
            self.bulk_insert, self.displace, self.move,
        ]  # fmt: skip
        last = [self.bulk_delete, self.copy_or_truncate]
        weights = [6.0] * len(often) + [2.0] * len(rare) + [0.4] * len(last)
        return self.random.choices([*often, *rare, *last], weights, k=self.random.randrange(1, 5))

    def transaction(self) -> None:
        self.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        for statement in self.statements():
            with_savepoint = self.random.random() < 0.3
            if with_savepoint:
                self.execute("SAVEPOINT here")
            statement()
            if with_savepoint:
                self.execute(self.random.choice(("ROLLBACK TO SAVEPOINT here", "RELEASE SAVEPOINT here")))
        # On PostgreSQL the other writer may commit meanwhile: a later number then becomes visible before an earlier one.
        time.sleep(self.random.random() * (0.002 if self.is_sqlite else 0.01))
        self.execute(self.random.choices(("COMMIT", "ROLLBACK"), (5, 1))[0])

    def run(self, count: int) -> int:
        """Make `count` transactions; how many were refused (a key taken, a deadlock), which is as good as a rollback."""
        refused = 0
        for _ in range(count):
            try:
                self.transaction()
            except (sqlite3.Error, psycopg.Error):
                refused += 1
                with contextlib.suppress(sqlite3.OperationalError):
                    self.execute("ROLLBACK")
        return refused


def main() -> None:
    writer = Writer(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps({"refused": writer.run(int(line))}), flush=True)


if __name__ == "__main__":
    main()
