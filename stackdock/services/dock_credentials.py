"""A dock's credentials at rest: sealed field by field under a data key of their own, which the master key wraps.

Opened only by a sync, which records it on its run, and by a check that a person asked for, which is audited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.errors import CredentialsRejected
from stackdock.models import Dock, DockCredential
from stackdock.security.envelope import Key, SealBroken, credential_place, data_key_place
from stackdock.security.keyring import Keyring

Secrets = Mapping[str, SecretStr]
"""Credential fields in memory, each in a wrapper that never shows it."""


@dataclass(frozen=True)
class SealedCredentials:
    """Ready to be stored. Its repr is the same for the same credentials, so that a repeated request is recognized as one."""

    dock_id: str = field(repr=False)
    key_id: str
    data_key: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    fingerprint: str


def mask(values: Mapping[str, str]) -> Secrets:
    return {name: SecretStr(value) for name, value in values.items()}


def reveal(secrets: Secrets) -> dict[str, str]:
    """Plain text, for the one call that needs it. Keep it in no variable that outlives that call."""
    return {name: secret.get_secret_value() for name, secret in secrets.items()}


def seal_credentials(keyring: Keyring, organization_id: str, dock_id: str, secrets: Secrets, place: str) -> SealedCredentials:
    """Seal under a new data key. `place` tells equal credentials of different accounts apart: provider and address."""
    key_id, data_key = keyring.current_id, Key.generate()
    return SealedCredentials(
        dock_id=dock_id,
        key_id=key_id,
        data_key=keyring.current.seal(data_key.secret, data_key_place(organization_id, dock_id, key_id)),
        fields={
            # Bound to the data key's id, not the master key's: rotating the master key wraps one data key anew and no field.
            name: data_key.seal(secret.get_secret_value().encode(), credential_place(organization_id, dock_id, name, data_key.id))
            for name, secret in secrets.items()
        },
        fingerprint=keyring.current.fingerprint(reveal(secrets) | {"\0place": place}),
    )


def open_credentials(keyring: Keyring, dock: Dock, rows: Sequence[DockCredential]) -> Secrets:
    """Raises CredentialsRejected when they were altered, moved here from elsewhere, or sealed under a key that is gone."""
    key = keyring.find(dock.key_id)
    if key is None:
        raise CredentialsRejected(
            f"The credentials of this dock are encrypted under the master key {dock.key_id}, which this instance does not have."
        )
    try:
        data_key = Key(key.open(dock.data_key, data_key_place(dock.organization_id, dock.id, dock.key_id)))
        return {
            row.name: SecretStr(
                data_key.open(row.ciphertext, credential_place(dock.organization_id, dock.id, row.name, data_key.id)).decode()
            )
            for row in rows
        }
    except SealBroken:
        raise CredentialsRejected("The stored credentials of this dock cannot be decrypted. Replace them.") from None


async def store_credentials(session: AsyncSession, dock: Dock, sealed: SealedCredentials) -> None:
    """Put `sealed` in the place of whatever the dock had. The dock itself is changed, not added."""
    dock.data_key, dock.key_id, dock.credential_fingerprint = sealed.data_key, sealed.key_id, sealed.fingerprint
    await session.exec(delete(DockCredential).where(col(DockCredential.dock_id) == dock.id))
    session.add_all(
        DockCredential(organization_id=dock.organization_id, dock_id=dock.id, name=name, ciphertext=ciphertext)
        for name, ciphertext in sealed.fields.items()
    )


async def list_credentials(session: AsyncSession, dock_id: str) -> list[DockCredential]:
    """The sealed rows."""
    found = await session.exec(select(DockCredential).where(DockCredential.dock_id == dock_id).order_by(DockCredential.name))
    return list(found.all())
