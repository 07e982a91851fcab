"""The unit of work: the only way to a session, and the only commit.

Returning commits, raising rolls back. Changes are published only after the commit, by the listeners named here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Executable, text
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.db.database import current
from stackdock.security.scope import Scope

_after_commit: list[Callable[[], None]] = []


def on_commit(listener: Callable[[], None]) -> None:
    """Call `listener` (which must not block) after every commit of this process."""
    if listener not in _after_commit:
        _after_commit.append(listener)


@asynccontextmanager
async def transaction(scope: Scope) -> AsyncIterator[AsyncSession]:
    """A session that may write, inside one transaction for the scope's organization."""
    database = current()
    async with database.write_lock or nullcontext():
        async with AsyncSession(database.writing, expire_on_commit=False) as session, session.begin():
            await _enter(session, scope)
            yield session
    for listener in _after_commit:
        listener()


@asynccontextmanager
async def reading(scope: Scope) -> AsyncIterator[AsyncSession]:
    """A session that reads one consistent snapshot; whatever it writes is rolled back."""
    async with AsyncSession(current().engine, expire_on_commit=False) as session:
        await _enter(session, scope)
        yield session


async def fetch_rows(scope: Scope, statement: Executable) -> Sequence[Sequence[Any]]:
    """The statement's rows, read in one transaction that begins with the call: the shortest way there is."""
    reader = current().reader
    if reader is not None:
        return await asyncio.get_running_loop().run_in_executor(reader.threads, reader.fetch, statement)
    async with reading(scope) as session:
        connection = await session.connection()
        return (await connection.execute(statement)).all()


async def _enter(session: AsyncSession, scope: Scope) -> None:
    """Tell PostgreSQL whose rows this transaction is about, for row-level security."""
    if not current().is_sqlite:
        connection = await session.connection()
        await connection.execute(
            text("SELECT set_config('stackdock.organization_id', :organization_id, true)"),
            {"organization_id": scope.organization_id or ""},
        )
