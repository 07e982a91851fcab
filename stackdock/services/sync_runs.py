"""The selects behind the history of syncs."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from stackdock.models import Dock, SyncRun, SyncRunKind
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.operations import selects
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible


@selects(Area.DOCKS)
def select_sync_runs(scope: Scope, dock_id: str | None = None) -> Any:
    """The runs, newest first; of one dock with `dock_id`."""
    statement = select(  # type: ignore[call-overload]
        SyncRun.id, SyncRun.dock_id, col(Dock.name).label("dock_name"), Dock.provider, SyncRun.trigger, SyncRun.status,
        SyncRun.started_at, SyncRun.finished_at, SyncRun.calls, SyncRun.error_code, SyncRun.error_message,
    ).join(Dock, Dock.id == SyncRun.dock_id)  # fmt: skip
    statement = visible(statement, SyncRun, scope).where(Dock.organization_id == scope.organization)
    if dock_id is not None:
        dock_id = read_id(dock_id)
        statement = statement.where(SyncRun.dock_id == dock_id, Dock.id == dock_id)
    return statement.order_by(col(SyncRun.started_at).desc(), col(SyncRun.id).desc())


@selects(Area.DOCKS)
def select_sync_run_kinds(scope: Scope, dock_id: str) -> Any:
    """What the runs of one dock did for each kind, newest run first."""
    statement = select(  # type: ignore[call-overload]
        SyncRunKind.id, SyncRunKind.run_id, SyncRunKind.kind, SyncRunKind.outcome, SyncRunKind.seen, SyncRunKind.added,
        SyncRunKind.changed, SyncRunKind.removed, SyncRunKind.restored, SyncRunKind.held, SyncRunKind.calls,
        SyncRunKind.started_at, SyncRunKind.finished_at, SyncRunKind.error_code, SyncRunKind.error_message,
    ).where(SyncRunKind.dock_id == read_id(dock_id))  # fmt: skip
    return visible(statement, SyncRunKind, scope).order_by(col(SyncRunKind.run_id).desc(), SyncRunKind.kind, SyncRunKind.id)
