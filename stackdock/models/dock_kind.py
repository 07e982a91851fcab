"""What is known of one kind of resource at one dock: when it was last listed completely, and what is held back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from stackdock.models.fields import instant, primary_id, reference


class DockKind(SQLModel, table=True):
    """Held deletions: none → held (`held_at`) → accepted (`accepted_at`, by a person) → the next complete run removes them.

    A complete run in which the rows are back, or fewer than the breaker's limit are missing, returns it to none.
    """

    __tablename__ = "dock_kind"  # type: ignore[assignment]
    __table_args__ = (
        UniqueConstraint("dock_id", "kind", name="uq_dock_kind_dock_kind"),
        {"info": {"live": ("organization_id", "dock_id")}},
    )

    id: str = primary_id()
    organization_id: str = reference("organization.id", index=True)
    dock_id: str = reference("dock.id")
    kind: str = Field(max_length=32)
    last_complete_at: datetime | None = instant()
    resource_count: int = 0
    empty_run_count: int = 0  # complete runs in a row that listed nothing while rows were there
    held_count: int = 0  # rows that are missing at the provider and held back here
    held_at: datetime | None = instant()
    accepted_at: datetime | None = instant()
    accepted_by: str | None = Field(default=None, max_length=128)
    accepted_count: int = 0  # how many a person agreed to remove
    error_code: str | None = Field(default=None, max_length=48)  # of the last run, None when it was complete
    error_message: str | None = Field(default=None, max_length=512)
