"""A mutation that was done, under its idempotency key: the same key again returns this result instead of doing it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from stackdock.models.fields import instant_now, primary_id


class CompletedRequest(SQLModel, table=True):
    __tablename__ = "completed_request"  # type: ignore[assignment]
    __table_args__ = (UniqueConstraint("actor", "operation", "key", name="uq_completed_request"),)

    id: str = primary_id()
    actor: str = Field(max_length=64)  # kind and id; an anonymous one is told apart by its key alone
    operation: str = Field(max_length=96)
    key: str = Field(max_length=64)
    arguments_hash: str = Field(max_length=64)  # the same key with other arguments is a mistake, not a retry
    result: Any = Field(default=None, sa_type=JSON)
    completed_at: datetime = instant_now(index=True)
