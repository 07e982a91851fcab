"""Block storage volumes."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from stackdock.resources.base import ResourceFields, ResourceRow


class BlockVolumeFields(ResourceFields):
    kind: ClassVar[str] = "block_volume"

    size_gib: int | None = None
    attached_to: str | None = Field(default=None, max_length=512)  # external id of the server
    device: str | None = Field(default=None, max_length=256)
    volume_type: str | None = Field(default=None, max_length=64)
    filesystem: str | None = Field(default=None, max_length=64)
    is_encrypted: bool | None = None


class BlockVolume(ResourceRow, BlockVolumeFields, table=True):
    __tablename__ = "block_volume"  # type: ignore[assignment]
