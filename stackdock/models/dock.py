"""A provider account that an organization has linked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Index, SQLModel, String, UniqueConstraint

from stackdock.models.fields import instant, instant_now, primary_id, reference


class DockStatus(StrEnum):
    PENDING = "pending"  # linked, never synced
    SYNCING = "syncing"
    SUCCESS = "success"  # every kind was listed completely
    PARTIAL = "partial"  # some kinds were not
    ERROR = "error"  # no kind was; `error_code` and `error_message` say why


class Dock(SQLModel, table=True):
    """State: pending → syncing → success | partial | error → syncing → … `paused_at` lies over all of them.

    A sync is due when `next_sync_at` has passed and it is not paused; asking for one sets `next_sync_at` to now and
    `sync_requested_at`, which also lifts a pause for that one run. The lease (`lease_number` only grows) says who may write.
    """

    __tablename__ = "dock"  # type: ignore[assignment]
    __table_args__ = (
        UniqueConstraint("organization_id", "name", name="uq_dock_organization_name"),
        Index("ix_dock_due", "next_sync_at"),
        Index("ix_dock_organization", "organization_id", "name", "id"),
        {"info": {"live": ("organization_id", "id")}},
    )

    id: str = primary_id()
    organization_id: str = reference("organization.id")
    provider: str = Field(max_length=32)  # the adapter's slug
    name: str = Field(max_length=80)
    base_url: str | None = Field(default=None, max_length=512)  # of a self-hosted provider; None is the adapter's own
    account: str | None = Field(default=None, max_length=256)  # who the provider says the credential belongs to
    is_demo: bool = False  # its provider is the simulator in the app's own process
    created_at: datetime = instant_now()
    linked_by_id: str | None = reference("user_account.id", ondelete="SET NULL", default=None, nullable=True)

    data_key: str = Field(max_length=256)  # wrapped by the master key, base64
    key_id: str = Field(max_length=32)  # which master key wrapped it
    credential_fingerprint: str = Field(max_length=64)  # keyed hash: the same credential is recognized, not revealed

    status: DockStatus = Field(default=DockStatus.PENDING, sa_type=String(16))  # type: ignore[call-overload]
    progress: str | None = Field(default=None, max_length=128)  # while syncing: "Servers · page 3"
    interval_seconds: int = 300
    paused_at: datetime | None = instant()
    paused_by: str | None = Field(default=None, max_length=128)
    next_sync_at: datetime | None = instant_now()
    sync_requested_at: datetime | None = instant()
    sync_requested_by: str | None = Field(default=None, max_length=16)  # the kind of actor: person or operator
    last_started_at: datetime | None = instant()
    last_complete_at: datetime | None = instant()  # the end of the last run in which every kind was listed completely
    consecutive_failures: int = 0
    error_code: str | None = Field(default=None, max_length=48)  # the error's class name
    error_message: str | None = Field(default=None, max_length=512)
    resource_count: int = 0

    lease_owner: str | None = Field(default=None, max_length=64)
    lease_number: int = 0
    lease_until: datetime | None = instant()
