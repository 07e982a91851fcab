"""What every resource has, whatever its kind."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from stackdock.columns import Id, UtcDateTime, new_id, utc_now


class Status(StrEnum):
    """The one vocabulary of states; the provider's own word is kept beside it."""

    ACTIVE = "active"
    PENDING = "pending"  # on its way to another state
    IDLE = "idle"  # scaled to zero, asleep or paused on purpose
    STOPPED = "stopped"
    DEGRADED = "degraded"
    FAILED = "failed"
    CLOSED = "closed"  # resolved, archived or cancelled
    UNKNOWN = "unknown"  # a word that no source lists


class ResourceFields(SQLModel):
    """The normalized part: what an adapter fills, never a table. What the provider does not say stays None."""

    kind: ClassVar[str]

    external_id: str = Field(min_length=1, max_length=512)
    name: str = Field(max_length=512)
    status: Status = Field(default=Status.ACTIVE, sa_type=String(16))  # type: ignore[call-overload]
    status_word: str | None = Field(default=None, max_length=128)  # the provider's own word
    region: str | None = Field(default=None, max_length=128)
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # type: ignore[call-overload]
    console_url: str | None = Field(default=None, max_length=1024)  # the resource's page in the provider's console
    provider_tags: list[str] = Field(default_factory=list, sa_type=JSON)  # type: ignore[call-overload]
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # type: ignore[call-overload]  # further facts, each allowed by name in the adapter


class ResourceRow(SQLModel):
    """The stored part: what StackDock adds to a normalized resource.

    `removed_at` is the tombstone: the provider's complete listing no longer had it. `changed_at` is when a sync last
    wrote one of its fields; an unchanged resync writes nothing.
    """

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Id)  # type: ignore[call-overload]
    organization_id: str = Field(sa_type=Id, foreign_key="organization.id", ondelete="CASCADE")  # type: ignore[call-overload]
    dock_id: str = Field(sa_type=Id, foreign_key="dock.id", ondelete="CASCADE")  # type: ignore[call-overload]
    first_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)  # type: ignore[call-overload]
    changed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)  # type: ignore[call-overload]
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # type: ignore[call-overload]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        name = cls.__tablename__
        present: Any = {"sqlite_where": text("removed_at IS NULL"), "postgresql_where": text("removed_at IS NULL")}
        return (
            UniqueConstraint("dock_id", "external_id", name=f"uq_{name}_dock_external"),
            Index(f"ix_{name}_organization_name", "organization_id", "name", "id", **present),
            Index(f"ix_{name}_dock_removed", "dock_id", "removed_at"),
            {"info": {"live": ("organization_id", "dock_id", "id")}},
        )
