"""Docks and runs as plain data, for whoever asks once instead of watching: the command line."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, func, select

from stackdock.columns import utc_now
from stackdock.db.sessions import reading
from stackdock.errors import NotFound
from stackdock.models import Dock, RunStatus, SyncRun, SyncRunKind
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.dock_fields import read_dock_name
from stackdock.services.docks import select_docks
from stackdock.services.operations import query
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible


@query(Area.DOCKS)
async def list_docks(scope: Scope) -> list[dict[str, Any]]:
    """Every dock by name, with the columns of `select_docks`."""
    async with reading(scope) as session:
        return [dict(row) for row in (await session.exec(select_docks(scope))).mappings()]


@query(Area.DOCKS)
async def get_dock(scope: Scope, dock_id: str) -> dict[str, Any]:
    async with reading(scope) as session:
        found = (await session.exec(select_docks(scope, dock_id))).mappings().one_or_none()
    if found is None:
        raise NotFound("The dock has been removed.")
    return dict(found)


@query(Area.DOCKS)
async def is_being_synced(scope: Scope, dock_id: str) -> bool:
    """Whether a worker has the dock right now. One that died counts until its lease has run out."""
    held = select(Dock.id).where(
        Dock.id == read_id(dock_id), col(Dock.lease_owner).is_not(None), col(Dock.lease_until) >= utc_now()
    )
    async with reading(scope) as session:
        return (await session.exec(visible(held, Dock, scope))).first() is not None


@query(Area.DOCKS)
async def find_dock_id(scope: Scope, name: str) -> str:
    """The dock of this name, whatever its case. Raises: NotFound, which lists the names there are; InvalidInput for what can
    be no dock's name."""
    name = read_dock_name(name)
    async with reading(scope) as session:
        docks = visible(select(Dock.id).where(func.lower(Dock.name) == func.lower(name)), Dock, scope)
        dock_id = (await session.exec(docks)).one_or_none()
        names = (await session.exec(visible(select(Dock.name).order_by(Dock.name), Dock, scope))).all()
    if dock_id is None:
        there = f"There are: {', '.join(names)}." if names else "There is no dock yet."
        raise NotFound(f"There is no dock named {name!r}. {there}")
    return dock_id


@query(Area.DOCKS)
async def find_finished_run(scope: Scope, dock_id: str, after_lease_number: int) -> dict[str, Any] | None:
    """The dock's first run after the lease of that number, once it has ended, with its kinds."""
    later = select(SyncRun).where(
        SyncRun.dock_id == read_id(dock_id), SyncRun.lease_number > after_lease_number, col(SyncRun.status) != RunStatus.RUNNING
    )
    async with reading(scope) as session:
        run = (await session.exec(visible(later, SyncRun, scope).order_by(col(SyncRun.lease_number)).limit(1))).one_or_none()
        if run is None:
            return None
        kinds = select(SyncRunKind).where(SyncRunKind.run_id == run.id).order_by(col(SyncRunKind.started_at), SyncRunKind.id)
        # Without warnings: a status read from the database is plain text, where pydantic expects the enum's member.
        hidden = {"organization_id", "dock_id", "run_id", "id"}
        listed = [kind.model_dump(mode="json", exclude=hidden, warnings=False) for kind in (await session.exec(kinds)).all()]
    return run.model_dump(mode="json", exclude={"organization_id", "lease_number"}, warnings=False) | {"kinds": listed}
