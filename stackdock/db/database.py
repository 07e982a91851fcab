"""The process's one database: SQLite in the data folder, or PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel

import stackdock.models
import stackdock.resources  # noqa: F401  (every table is known to the metadata)
from stackdock.db import capture, migrate, sqlite
from stackdock.errors import StartRefused
from stackdock.settings import Settings

OWN_FILES = {"stackdock.db", "master.key"}


class Database:
    """One engine and the lock that lets this process's writers queue fairly on SQLite, which has one writer at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _make_engine(url)
        self.writing = _immediate(self.engine) if self.is_sqlite else self.engine
        self.reader = sqlite.Reader(url) if self.is_sqlite else None
        self._write_lock = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def write_lock(self) -> asyncio.Lock | None:
        return self._write_lock if self.is_sqlite else None

    async def close(self) -> None:
        await self.engine.dispose()
        if self.reader is not None:
            await asyncio.to_thread(self.reader.close)


_current: Database | None = None


def current() -> Database:
    if _current is None:
        raise StartRefused("The database is not open.")
    return _current


async def open_database(url: str, *, migrated: bool = False) -> Database:
    """Open the process's database; bring its schema up to date first, unless the caller knows that it is (`migrated`)."""
    global _current
    url = driver_url(url)
    _make_file(url)
    if not migrated:
        await _bring_up_to_date(url)
    database = Database(url)
    async with database.engine.connect() as connection:
        await connection.run_sync(capture.verify_capture, SQLModel.metadata)
    _current = database
    return database


def _make_file(url: str) -> None:
    """An SQLite file that only this user can read; SQLite gives the files beside it the same mode."""
    path = make_url(url).database
    if url.startswith("sqlite") and path:
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(path).touch(mode=0o600)


async def _bring_up_to_date(url: str) -> None:
    try:
        await asyncio.to_thread(migrate.upgrade, url)
    except OperationalError:
        raise  # not reachable or busy: whoever starts the app knows what to say
    except DatabaseError as error:
        if not url.startswith("sqlite"):
            raise
        raise StartRefused(f"{make_url(url).database} is not a database that StackDock can use: {error.orig}.") from error


async def close_database() -> None:
    global _current
    if _current is not None:
        await _current.close()
        _current = None


def database_url(settings: Settings) -> str:
    """Where the settings say the data is. Creates the data folder, for this user only.

    Raises StartRefused for a folder that holds other things: closing it to others, or writing into it, is not ours to do.
    """
    folder = settings.data_dir.resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
        if names and not names & OWN_FILES:
            raise StartRefused(f"STACKDOCK_DATA_DIR: {folder} holds other files. Name an empty or a new folder.")
        folder.chmod(0o700)
    except OSError as error:
        raise StartRefused(f"STACKDOCK_DATA_DIR: {folder} cannot be used: {error.strerror}.") from error
    return driver_url(settings.database_url or f"sqlite:///{folder / 'stackdock.db'}")


def driver_url(url: str) -> str:
    """The same address with the driver that StackDock uses."""
    scheme, _, rest = url.partition("://")
    match scheme.partition("+")[0]:
        case "sqlite":
            return f"sqlite+aiosqlite://{rest}"
        case "postgresql" | "postgres":
            return f"postgresql+psycopg://{rest}"
    raise StartRefused(f"STACKDOCK_DATABASE_URL: {scheme!r} is not supported, use postgresql:// or sqlite:///")


def _make_engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": sqlite.BUSY_TIMEOUT_SECONDS})
    sqlite.listen(engine.sync_engine)
    return engine


def _immediate(engine: AsyncEngine) -> AsyncEngine:
    """The same pool; its transactions take the write lock at once instead of failing half-way."""
    return engine.execution_options(**{sqlite.IMMEDIATE: True})
