"""A running app: its heartbeat tells a CLI command whether somebody is there to do the work."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from stackdock.models.fields import instant_now, primary_id


class AppProcess(SQLModel, table=True):
    __tablename__ = "app_process"  # type: ignore[assignment]

    id: str = primary_id()
    origin: str = Field(max_length=256)
    started_at: datetime = instant_now()
    seen_at: datetime = instant_now()  # every few seconds
