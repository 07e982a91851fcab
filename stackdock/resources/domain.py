"""Domains and DNS zones."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from stackdock.columns import UtcDateTime
from stackdock.resources.base import ResourceFields, ResourceRow


class DomainFields(ResourceFields):
    kind: ClassVar[str] = "domain"

    record_count: int | None = None
    ttl_seconds: int | None = None
    registrar: str | None = Field(default=None, max_length=256)
    nameservers: str | None = Field(default=None, max_length=1024)  # comma-separated, in the provider's order
    is_private: bool | None = None
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # type: ignore[call-overload]


class Domain(ResourceRow, DomainFields, table=True):
    __tablename__ = "domain"  # type: ignore[assignment]
