"""Docks that can be synced, listings made by hand, and what a sync left behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select as select_rows
from sqlmodel import SQLModel, col, select

from stackdock.adapters.mapper import Mapper, StatusMap
from stackdock.adapters.spool import Listing
from stackdock.columns import new_id, utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.models import Dock, DockKind, Organization, RunStatus, SyncRun, SyncRunKind
from stackdock.resources import TABLES, ServerFields, Status
from stackdock.security.scope import system_scope
from stackdock.services.dock_credentials import mask, seal_credentials, store_credentials
from stackdock.services.master_key import keyring
from stackdock.simulators import ACCEPTED_TOKEN, RunningSimulator
from stackdock.sync.claim import Claim, claim_one
from stackdock.sync.reconcile import reconcile
from stackdock.sync.run import run_sync

MAPPER = Mapper(
    kind=ServerFields,
    fields={"external_id": "id", "name": "name", "region": "region", "memory_mib": "memory"},
    status=StatusMap(source="status", known={Status.ACTIVE: ("running",), Status.STOPPED: ("off",)}),
    facts={"note": "note"},
)
"""How a listing made by hand is read."""


def item(external_id: str, **values: Any) -> dict[str, Any]:
    return {"id": external_id, "name": f"web-{external_id}", "region": "fsn1", "status": "running"} | values


def listing_of(items: Iterable[dict[str, Any]]) -> Listing:
    listing = Listing(MAPPER)
    listing.add_page(list(items))
    listing.seal(calls=1)
    return listing


async def link(
    organization: Organization,
    running: RunningSimulator | None = None,
    name: str = "Acme",
    token: str = ACCEPTED_TOKEN,
    **fields: Any,
) -> Dock:
    """A dock with sealed credentials, saved without asking the provider."""
    dock_id = new_id()
    sealed = seal_credentials(keyring(), organization.id, dock_id, mask({"token": token}), f"test|{dock_id}")
    values: dict[str, Any] = {
        "provider": running.simulator.slug if running else "hetzner",
        "base_url": running.base_url if running else "http://127.0.0.1:9/v1",
        "data_key": sealed.data_key,
        "key_id": sealed.key_id,
        "credential_fingerprint": sealed.fingerprint,
    }
    dock = Dock(id=dock_id, organization_id=organization.id, name=name, **(values | fields))
    async with transaction(system_scope(organization.id)) as session:
        session.add(dock)
        await session.flush()
        await store_credentials(session, dock, sealed)
    return dock


async def claim(dock: Dock, owner: str = "tester") -> Claim:
    claimed = await claim_one(owner, dock.id, dock.organization_id)
    assert claimed is not None, "another worker has the dock"
    return claimed


async def sync(dock: Dock) -> RunStatus | None:
    """One whole run, as the scheduler or the command line would do it."""
    return await run_sync(await claim(dock))


async def reconcile_servers(claimed: Claim, items: Iterable[dict[str, Any]]) -> SyncRunKind:
    with listing_of(items) as listing:
        return await reconcile(claimed, "server", listing, utc_now())


async def expire_lease(dock: Dock) -> None:
    async with transaction(system_scope(dock.organization_id)) as session:
        found = await session.get_one(Dock, dock.id)
        found.lease_until = utc_now() - timedelta(seconds=1)


async def fetch(dock: Dock) -> Dock:
    async with reading(system_scope(dock.organization_id)) as session:
        return await session.get_one(Dock, dock.id)


async def servers(dock: Dock, *, removed: bool = False) -> dict[str, Any]:
    """The dock's servers by external id: those present, or the tombstones."""
    table = TABLES["server"]
    is_removed = col(table.removed_at).is_not(None) if removed else col(table.removed_at).is_(None)
    async with reading(system_scope(dock.organization_id)) as session:
        rows = (await session.exec(select(table).where(table.dock_id == dock.id, is_removed))).all()
    return {row.external_id: row for row in rows}  # type: ignore[attr-defined]


async def dock_kind(dock: Dock, kind: str = "server") -> DockKind:
    async with reading(system_scope(dock.organization_id)) as session:
        return (await session.exec(select(DockKind).where(DockKind.dock_id == dock.id, DockKind.kind == kind))).one()


async def runs(dock: Dock) -> list[SyncRun]:
    """Oldest first."""
    async with reading(system_scope(dock.organization_id)) as session:
        found = await session.exec(select(SyncRun).where(SyncRun.dock_id == dock.id).order_by(col(SyncRun.lease_number)))
        return list(found.all())


async def run_kinds(run: SyncRun) -> dict[str, SyncRunKind]:
    async with reading(system_scope(run.organization_id)) as session:
        found = await session.exec(select(SyncRunKind).where(SyncRunKind.run_id == run.id))
        return {kind.kind: kind for kind in found.all()}


async def dump_database() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    async with reading(system_scope(None)) as session:
        return {
            table.name: [dict(row) for row in (await (await session.connection()).execute(select_rows(table))).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }


async def changes_since(seq: int) -> list[tuple[str, str]]:
    """Table and operation of every captured change after `seq`, in order."""
    outbox = SQLModel.metadata.tables["change_outbox"]
    async with reading(system_scope(None)) as session:
        found = await (await session.connection()).execute(
            select_rows(outbox.c.table_name, outbox.c.operation).where(outbox.c.seq > seq).order_by(outbox.c.seq)
        )
        return [(name, operation) for name, operation in found]


async def last_change() -> int:
    outbox = SQLModel.metadata.tables["change_outbox"]
    async with reading(system_scope(None)) as session:
        return (
            await (await session.connection()).execute(select_rows(outbox.c.seq).order_by(outbox.c.seq.desc()).limit(1))
        ).scalar() or 0
