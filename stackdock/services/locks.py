"""Turns within a transaction: whoever holds a name's turn keeps it until the transaction ends."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


async def take_turn(session: AsyncSession, name: str) -> None:
    """Wait for the name's turn on PostgreSQL; on SQLite a writing transaction is alone already."""
    if session.get_bind().dialect.name == "postgresql":
        connection = await session.connection()
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 11))"), {"name": name})
