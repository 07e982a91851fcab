"""Managed databases."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from stackdock.resources.base import ResourceFields, ResourceRow


class DatabaseFields(ResourceFields):
    kind: ClassVar[str] = "database"

    engine: str | None = Field(default=None, max_length=64)
    engine_version: str | None = Field(default=None, max_length=64)
    host: str | None = Field(default=None, max_length=512)
    port: int | None = None
    size: str | None = Field(default=None, max_length=128)  # the provider's name of the plan
    node_count: int | None = None
    storage_gib: int | None = None


class Database(ResourceRow, DatabaseFields, table=True):
    __tablename__ = "database"  # type: ignore[assignment]
