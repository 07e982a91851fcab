"""Who belongs to which organization, with which role."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from stackdock.models.fields import instant_now, primary_id, reference


class Membership(SQLModel, table=True):
    __tablename__ = "membership"  # type: ignore[assignment]
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id", name="uq_membership_organization_user"),
        {"info": {"live": ("organization_id", "user_id")}},
    )

    id: str = primary_id()
    organization_id: str = reference("organization.id")
    user_id: str = reference("user_account.id", index=True)
    role: str = Field(max_length=32)
    created_at: datetime = instant_now()
