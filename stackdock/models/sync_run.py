"""One sync of one dock."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import JSON, Field, Index, SQLModel, String

from stackdock.models.fields import instant, instant_now, primary_id, reference


class RunStatus(StrEnum):
    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"
    ABANDONED = "abandoned"  # its lease ran out: the worker died or was cut off


class RunTrigger(StrEnum):
    SCHEDULE = "schedule"
    PERSON = "person"
    OPERATOR = "operator"  # the CLI


class SyncRun(SQLModel, table=True):
    __tablename__ = "sync_run"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_sync_run_dock_started", "dock_id", "started_at", "id"),
        Index("ix_sync_run_started", "started_at"),
        {"info": {"live": ("organization_id", "dock_id")}},
    )

    id: str = primary_id()
    organization_id: str = reference("organization.id")
    dock_id: str = reference("dock.id")
    trigger: RunTrigger = Field(default=RunTrigger.SCHEDULE, sa_type=String(16))  # type: ignore[call-overload]
    status: RunStatus = Field(default=RunStatus.RUNNING, sa_type=String(16))  # type: ignore[call-overload]
    lease_number: int = 0
    started_at: datetime = instant_now()
    finished_at: datetime | None = instant()
    calls: int = 0
    decrypted_fields: list[str] = Field(default_factory=list, sa_type=JSON)  # type: ignore[call-overload]  # names, never values
    error_code: str | None = Field(default=None, max_length=48)
    error_message: str | None = Field(default=None, max_length=512)
