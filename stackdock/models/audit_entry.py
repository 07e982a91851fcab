"""Who did what, when, from where, and what it changed. Appended in the transaction of the change itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import JSON, Field, Index, SQLModel, String, UniqueConstraint

from stackdock.columns import Id
from stackdock.models.fields import instant_now, primary_id


class AuditResult(StrEnum):
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class AuditEntry(SQLModel, table=True):
    """One link of a hash chain. `chain` is the organization's id, or "instance" for what belongs to none.

    Neither actor nor organization is a foreign key: an entry outlives both.
    """

    __tablename__ = "audit_entry"  # type: ignore[assignment]
    __table_args__ = (
        UniqueConstraint("chain", "sequence", name="uq_audit_entry_chain_sequence"),
        Index("ix_audit_entry_organization", "organization_id", "recorded_at", "id"),
        {"info": {"live": ("organization_id", "target_id")}},
    )

    id: str = primary_id()
    organization_id: str | None = Field(default=None, sa_type=Id)  # type: ignore[call-overload]
    chain: str = Field(max_length=26)
    sequence: int  # from 1, without gaps
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    recorded_at: datetime = instant_now()
    actor_kind: str = Field(max_length=16)
    actor_id: str | None = Field(default=None, sa_type=Id)  # type: ignore[call-overload]
    actor_label: str = Field(default="", max_length=254)
    action: str = Field(max_length=64)
    result: AuditResult = Field(default=AuditResult.DONE, sa_type=String(16))  # type: ignore[call-overload]
    reason: str | None = Field(default=None, max_length=512)
    target_kind: str | None = Field(default=None, max_length=32)
    target_id: str | None = Field(default=None, sa_type=Id)  # type: ignore[call-overload]
    target_label: str | None = Field(default=None, max_length=254)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # type: ignore[call-overload]
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # type: ignore[call-overload]
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=256)
    request_id: str = Field(default="", max_length=64)
