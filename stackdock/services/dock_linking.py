"""Link a provider account, or give a linked one new credentials: the provider is asked first, then something is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from sqlmodel import select

from stackdock.adapters.contract import Adapter, Identity
from stackdock.adapters.credentials import MAX_LENGTH, read_credentials
from stackdock.adapters.identity import check_credentials
from stackdock.columns import new_id
from stackdock.db.sessions import reading
from stackdock.errors import InvalidInput, NotFound
from stackdock.models import Dock, DockStatus
from stackdock.providers import ADAPTERS
from stackdock.security.permissions import Area
from stackdock.security.scope import ActorKind, Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_addresses import ADDRESS_FIELD, Target, read_address, target_of, with_address
from stackdock.services.dock_credentials import (
    SealedCredentials,
    Secrets,
    list_credentials,
    mask,
    open_credentials,
    reveal,
    seal_credentials,
    store_credentials,
)
from stackdock.services.dock_fields import DEFAULT_INTERVAL_SECONDS, MAX_NAME_LENGTH, read_dock_name
from stackdock.services.dock_rows import (
    ask_for_sync,
    lock_dock_names,
    record_dock,
    require_free_name,
    require_new_credentials,
)
from stackdock.services.master_key import keyring
from stackdock.services.operations import action, mutation
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible
from stackdock.services.work import Work

CHECK_SECONDS = 10.0
MAX_CREDENTIAL_LENGTH = MAX_LENGTH
__all__ = ["MAX_CREDENTIAL_LENGTH", "MAX_NAME_LENGTH", "check_dock", "link_dock", "replace_credentials"]


@action(Area.DOCKS)
async def link_dock(
    scope: Scope, *, provider: str, name: str, credentials: Mapping[str, str | SecretStr], base_url: str | None = None
) -> dict[str, Any]:
    """Check the credentials at the provider, save the dock, and make its first sync due.

    Returns its id, the account the provider names, and the provider's warnings.
    Raises: InvalidInput (its `field` names the form field), Conflict, AddressRefused, and check_credentials' errors.
    """
    adapter = _read_provider(provider)
    name = read_dock_name(name)
    address = read_address(adapter, base_url)
    secrets = _read_secrets(adapter, credentials, address)
    identity = await _ask(adapter, secrets, target_of(adapter.slug, address))
    sealed = seal_credentials(keyring(), scope.organization, new_id(), secrets, _place(adapter.slug, address))
    return await _save_dock(scope, sealed, adapter.slug, name, address, _described(identity))


@mutation(Area.DOCKS)
async def _save_dock(
    scope: Scope, work: Work, sealed: SealedCredentials, provider: str, name: str, base_url: str | None, identity: dict[str, Any]
) -> dict[str, Any]:
    await lock_dock_names(work)
    await require_free_name(work, name)
    await require_new_credentials(work, provider, sealed.fingerprint)
    dock = Dock(
        id=sealed.dock_id,
        organization_id=scope.organization,
        provider=provider,
        name=name,
        base_url=base_url,
        account=identity["account"],
        linked_by_id=scope.actor.id if scope.actor.kind is ActorKind.PERSON else None,
        data_key=sealed.data_key,
        key_id=sealed.key_id,
        credential_fingerprint=sealed.fingerprint,
        interval_seconds=DEFAULT_INTERVAL_SECONDS,
    )
    work.session.add(dock)
    await work.session.flush()
    await store_credentials(work.session, dock, sealed)
    after = {"name": name, "provider": provider, "base_url": base_url, "account": identity["account"], "fields": [*sealed.fields]}
    record_dock(work, AuditAction.DOCK_LINKED, dock, after=after)
    return {"id": dock.id, **identity}


@action(Area.DOCKS)
async def replace_credentials(scope: Scope, dock_id: str, credentials: Mapping[str, str | SecretStr]) -> dict[str, Any]:
    """Check new credentials at the provider, then put them in the old ones' place under a new data key, and sync.

    Raises: NotFound, and as link_dock.
    """
    dock = await _get_dock(scope, dock_id)
    if dock.is_demo:
        raise InvalidInput("A demo dock has no credentials of its own.")
    adapter = _read_provider(dock.provider)
    secrets = _read_secrets(adapter, credentials, dock.base_url)
    identity = await _ask(adapter, secrets, target_of(dock.provider, dock.base_url))
    sealed = seal_credentials(keyring(), scope.organization, dock.id, secrets, _place(dock.provider, dock.base_url))
    return await _save_credentials(scope, dock.id, sealed, _described(identity))


@mutation(Area.DOCKS)
async def _save_credentials(
    scope: Scope, work: Work, dock_id: str, sealed: SealedCredentials, identity: dict[str, Any]
) -> dict[str, Any]:
    await lock_dock_names(work)
    dock = await work.get(Dock, dock_id)
    await require_new_credentials(work, dock.provider, sealed.fingerprint, but_for=dock.id)
    before, after = {"account": dock.account}, {"account": identity["account"], "fields": [*sealed.fields]}
    record_dock(work, AuditAction.CREDENTIALS_REPLACED, dock, before=before, after=after)
    await store_credentials(work.session, dock, sealed)
    dock.account = identity["account"]
    if dock.status == DockStatus.ERROR or dock.error_code:
        # The next run tells how it really is; until then the old complaint is about credentials that are gone.
        dock.status = DockStatus.PENDING
        dock.error_code = dock.error_message = None
    dock.consecutive_failures = 0
    ask_for_sync(dock, work)
    return {"id": dock.id, **identity}


@action(Area.DOCKS)
async def check_dock(scope: Scope, dock_id: str) -> dict[str, Any]:
    """Ask the provider whether the stored credentials still work. They are decrypted for it, which is audited first."""
    await _record_check(scope, dock_id)
    dock = await _get_dock(scope, dock_id)
    async with reading(scope) as session:
        secrets = open_credentials(keyring(), dock, await list_credentials(session, dock.id))
    target = target_of(dock.provider, dock.base_url, is_demo=dock.is_demo)
    return _described(await _ask(_read_provider(dock.provider), secrets, target))


@mutation(Area.DOCKS)
async def _record_check(scope: Scope, work: Work, dock_id: str) -> None:
    dock = await work.get(Dock, dock_id)
    fields = [row.name for row in await list_credentials(work.session, dock.id)]
    record_dock(work, AuditAction.CREDENTIALS_CHECKED, dock, after={"decrypted_fields": fields})


async def _ask(adapter: Adapter, secrets: Secrets, target: Target) -> Identity:
    fields = with_address(adapter, reveal(secrets), target.base_url)
    return await check_credentials(adapter, fields, base_url=target.base_url, policy=target.policy, timeout_seconds=CHECK_SECONDS)


def _read_provider(slug: Any) -> Adapter:
    adapter = ADAPTERS.get(slug) if isinstance(slug, str) else None
    if adapter is None:
        raise InvalidInput("Choose a provider.", field="provider")
    return adapter


def _read_secrets(adapter: Adapter, credentials: Any, base_url: str | None) -> Secrets:
    if not isinstance(credentials, Mapping):
        raise InvalidInput("The credentials are missing.", field="credentials")
    plain = {
        str(name): value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in credentials.items()
    }
    for name, value in plain.items():
        if not isinstance(value, str):
            raise InvalidInput("A credential must be text.", field=name[:64])
    read = read_credentials(adapter, with_address(adapter, plain, base_url))
    return mask({name: value for name, value in read.items() if name != ADDRESS_FIELD})


def _place(provider: str, base_url: str | None) -> str:
    return f"{provider}|{base_url or ''}"


def _described(identity: Identity) -> dict[str, Any]:
    account = identity.account[:256] if identity.account else None
    return {"account": account, "warnings": list(identity.warnings)}


async def _get_dock(scope: Scope, dock_id: str) -> Dock:
    async with reading(scope) as session:
        dock = (await session.exec(visible(select(Dock).where(Dock.id == read_id(dock_id)), Dock, scope))).one_or_none()
    if dock is None:
        raise NotFound
    return dock
