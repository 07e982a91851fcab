"""Which master keys this data was encrypted under. The keys themselves are never in the database."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant_now


class MasterKey(SQLModel, table=True):
    __tablename__ = "master_key"  # type: ignore[assignment]

    key_id: str = Field(max_length=32, primary_key=True)
    canary: str = Field(max_length=256)  # a known word sealed with the key: proves that a key of this id is that key
    created_at: datetime = instant_now()
