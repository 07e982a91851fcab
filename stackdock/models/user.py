"""A person who signs in. Belongs to organizations through memberships."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant, instant_now, primary_id


class User(SQLModel, table=True):
    __tablename__ = "user_account"  # type: ignore[assignment]  # "user" is a reserved word in PostgreSQL
    __table_args__ = ({"info": {"live": ("id",)}},)

    id: str = primary_id()
    email: str = Field(max_length=254, unique=True)  # lower case
    name: str = Field(max_length=128)
    password_hash: str = Field(max_length=256)  # Argon2id, in its own encoded form
    created_at: datetime = instant_now()
    disabled_at: datetime | None = instant()
