"""One encrypted credential field of a dock. Write-only: nothing but a sync or a check decrypts it."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from stackdock.models.fields import primary_id, reference


class DockCredential(SQLModel, table=True):
    __tablename__ = "dock_credential"  # type: ignore[assignment]
    __table_args__ = (UniqueConstraint("dock_id", "name", name="uq_dock_credential_dock_name"),)

    id: str = primary_id()
    organization_id: str = reference("organization.id")
    dock_id: str = reference("dock.id")
    name: str = Field(max_length=64)
    ciphertext: str = Field(max_length=16384)  # nonce and AES-256-GCM output, base64
