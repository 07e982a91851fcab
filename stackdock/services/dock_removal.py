"""Remove a dock with everything that came from it, after saying what that is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.db.sessions import reading
from stackdock.errors import NotFound
from stackdock.models import Dock, SyncRun
from stackdock.resources import TABLES
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_rows import record_dock
from stackdock.services.operations import mutation, query
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible
from stackdock.services.work import Work


@query(Area.DOCKS)
async def describe_removal(scope: Scope, dock_id: str) -> dict[str, Any]:
    """What removing the dock would take along, by kind and number. Nothing changes at the provider."""
    async with reading(scope) as session:
        dock = (await session.exec(visible(select(Dock).where(Dock.id == read_id(dock_id)), Dock, scope))).one_or_none()
        if dock is None:
            raise NotFound
        present = await count_resources(session, dock_id)
        removed = await count_resources(session, dock_id, removed=True)
        runs = (await session.exec(select(func.count()).where(SyncRun.dock_id == dock_id))).one()
    return {
        "id": dock.id,
        "name": dock.name,
        "provider": dock.provider,
        "is_demo": dock.is_demo,
        "resources": present,
        "resource_count": sum(present.values()),
        "removed_resource_count": sum(removed.values()),
        "sync_run_count": runs,
    }


@mutation(Area.DOCKS)
async def remove_dock(scope: Scope, work: Work, dock_id: str) -> dict[str, str]:
    """Delete the dock, its credentials, its resources and its runs. A sync that is running notices and writes nothing more."""
    dock = await work.get(Dock, dock_id)
    await take_away(work, dock)
    return {"id": dock.id, "name": dock.name}


async def take_away(work: Work, dock: Dock) -> int:
    """Delete the dock with all that hangs on it, by the tables' own cascades, and record it; returns how many resources went."""
    present = await count_resources(work.session, dock.id)
    before = {"name": dock.name, "provider": dock.provider, "account": dock.account, "resources": present}
    record_dock(work, AuditAction.DOCK_REMOVED, dock, before=before)
    await work.session.delete(dock)
    await work.session.flush()
    return sum(present.values())


async def count_resources(session: AsyncSession, dock_id: str, *, removed: bool = False) -> dict[str, int]:
    """How many rows of each kind the dock has, kinds without one left out: present ones, or the tombstones."""
    counts = {}
    for kind, table in TABLES.items():
        is_removed = col(table.removed_at).is_not(None) if removed else col(table.removed_at).is_(None)
        counts[kind] = (await session.exec(select(func.count()).where(table.dock_id == dock_id, is_removed))).one()
    return {kind: count for kind, count in counts.items() if count}
