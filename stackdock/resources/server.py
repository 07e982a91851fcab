"""Virtual machines and bare-metal servers."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from stackdock.resources.base import ResourceFields, ResourceRow


class ServerFields(ResourceFields):
    kind: ClassVar[str] = "server"

    public_ipv4: str | None = Field(default=None, max_length=45)
    public_ipv6: str | None = Field(default=None, max_length=64)
    private_ipv4: str | None = Field(default=None, max_length=45)
    size: str | None = Field(default=None, max_length=128)  # the provider's name of the plan
    cpu_count: int | None = None  # virtual cores
    memory_mib: int | None = None
    disk_gib: int | None = None
    image: str | None = Field(default=None, max_length=256)


class Server(ResourceRow, ServerFields, table=True):
    __tablename__ = "server"  # type: ignore[assignment]
