"""Every committed row change of a live table, written by database triggers and read by the live engine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant


class ChangeOutbox(SQLModel, table=True):
    __tablename__ = "change_outbox"  # type: ignore[assignment]
    __table_args__ = ({"sqlite_autoincrement": True},)  # a number is never used again after pruning

    seq: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))  # type: ignore[call-overload]
    table_name: str = Field(max_length=64)
    row_id: str | None = Field(default=None, max_length=64)  # None: any row of the table
    operation: str = Field(max_length=1)  # I, U, D, or * for any
    routes: str = ""  # JSON: routing column → its old and new values
    transaction_id: int | None = Field(default=None, sa_type=BigInteger, index=True)  # type: ignore[call-overload]  # PostgreSQL only
    recorded_at: datetime | None = instant(index=True)
