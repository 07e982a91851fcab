"""The one-time link that claims a new instance. Only the newest one works."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant, instant_now, primary_id


class SetupLink(SQLModel, table=True):
    __tablename__ = "setup_link"  # type: ignore[assignment]

    id: str = primary_id()
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = instant_now()
    used_at: datetime | None = instant()
