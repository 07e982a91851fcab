"""The select behind "What changed" on Home: syncs that found something new."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from stackdock.models import Dock, SyncRunKind
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.operations import selects
from stackdock.services.visibility import visible


@selects(Area.DOCKS)
def select_recent_changes(scope: Scope) -> Any:
    """One row per run and kind in which something was added, changed, removed or came back, newest first."""
    changed = SyncRunKind.added + SyncRunKind.changed + SyncRunKind.removed + SyncRunKind.restored
    statement = select(  # type: ignore[call-overload]
        SyncRunKind.id, SyncRunKind.kind, SyncRunKind.added, SyncRunKind.changed, SyncRunKind.removed, SyncRunKind.restored,
        SyncRunKind.names, SyncRunKind.started_at, col(Dock.name).label("dock_name"), Dock.provider,
    ).join(Dock, Dock.id == SyncRunKind.dock_id)  # fmt: skip
    narrowed = visible(statement, SyncRunKind, scope).where(Dock.organization_id == scope.organization, changed > 0)
    return narrowed.order_by(col(SyncRunKind.id).desc())  # an id holds its time: the primary key is the order
