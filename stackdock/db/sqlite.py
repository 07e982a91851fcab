"""How this project's connections to SQLite behave, whichever driver opens them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine, Executable, create_engine, event

BUSY_TIMEOUT_SECONDS = 15
IMMEDIATE = "stackdock_immediate"
READERS = 2  # it answers in well under a millisecond: more threads would only share the interpreter's lock


def listen(engine: Engine) -> None:
    """Have the engine's connections use WAL, foreign keys and transactions that SQLAlchemy begins itself."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


class Reader:
    """A short way for queries that run all the time, as those of the live views do.

    The async driver crosses to its thread and back for every step of a query, which costs four times the query itself. Here the
    whole of it is one visit to a thread.
    """

    def __init__(self, url: str) -> None:
        options = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        self.threads = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._engine = create_engine(url.replace("+aiosqlite", ""), connect_args=options, hide_parameters=True)
        listen(self._engine)

    def fetch(self, statement: Executable) -> Sequence[Sequence[Any]]:
        """Blocks: call it in one of `threads`."""
        with self._engine.connect() as connection:
            return connection.execute(statement).all()

    def close(self) -> None:
        self.threads.shutdown()
        self._engine.dispose()


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and breaks savepoints
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "recursive_triggers=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(IMMEDIATE) else "BEGIN")
