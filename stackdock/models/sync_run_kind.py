"""What one sync run did for one kind of resource."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import JSON, Field, SQLModel, String, UniqueConstraint

from stackdock.models.fields import instant, instant_now, primary_id, reference


class KindOutcome(StrEnum):
    RUNNING = "running"
    SUCCESS = "success"
    HELD = "held"  # listed completely; too many rows would vanish, a person decides
    SKIPPED = "skipped"  # the credential may not read this kind
    FAILED = "failed"


class SyncRunKind(SQLModel, table=True):
    __tablename__ = "sync_run_kind"  # type: ignore[assignment]
    __table_args__ = (
        UniqueConstraint("run_id", "kind", name="uq_sync_run_kind_run_kind"),
        {"info": {"live": ("organization_id", "dock_id", "run_id")}},
    )

    id: str = primary_id()
    organization_id: str = reference("organization.id")
    dock_id: str = reference("dock.id", index=True)
    run_id: str = reference("sync_run.id")
    kind: str = Field(max_length=32)
    outcome: KindOutcome = Field(default=KindOutcome.RUNNING, sa_type=String(16))  # type: ignore[call-overload]
    seen: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    restored: int = 0  # came back from a tombstone
    held: int = 0
    names: dict[str, str] | None = Field(default=None, sa_type=JSON)  # type: ignore[call-overload]  # "added": name, where it is one row
    calls: int = 0
    started_at: datetime = instant_now()
    finished_at: datetime | None = instant()
    error_code: str | None = Field(default=None, max_length=48)
    error_message: str | None = Field(default=None, max_length=512)
