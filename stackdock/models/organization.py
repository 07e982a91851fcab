"""The tenant: everything a customer has carries its id."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant_now, primary_id


class Organization(SQLModel, table=True):
    __tablename__ = "organization"  # type: ignore[assignment]
    __table_args__ = ({"info": {"live": ("id",)}},)

    id: str = primary_id()
    slug: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=128)
    created_at: datetime = instant_now()
