"""A signed-in browser. The cookie's token is kept only as a hash."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant, instant_now, primary_id, reference


class LoginSession(SQLModel, table=True):
    __tablename__ = "login_session"  # type: ignore[assignment]
    __table_args__ = ({"info": {"live": ("id", "user_id")}},)

    id: str = primary_id()
    token_hash: str = Field(max_length=64, unique=True)
    user_id: str = reference("user_account.id", index=True)
    created_at: datetime = instant_now()
    last_seen_at: datetime = instant_now()  # written at most once a minute
    expires_at: datetime = instant_now(index=True)
    ended_at: datetime | None = instant()
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=256)
