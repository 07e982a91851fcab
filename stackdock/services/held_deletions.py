"""Deletions that a sync held back, because so many rows vanished at once that a person has to agree."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from stackdock.columns import utc_now
from stackdock.errors import Conflict, NotFound
from stackdock.models import Dock, DockKind
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_rows import ask_for_sync, record_dock
from stackdock.services.operations import mutation
from stackdock.services.row_ids import read_id
from stackdock.services.work import Work


@mutation(Area.DOCKS)
async def accept_deletions(scope: Scope, work: Work, dock_id: str, kind: str, shown_count: int) -> dict[str, Any]:
    """Agree that `shown_count` rows of `kind` go. The next complete listing removes them, if no more than these are missing.

    Raises: Conflict when nothing is held any more, or another number than the one that was shown.
    """
    dock = await work.get(Dock, dock_id)
    held = await work.session.exec(
        select(DockKind).where(DockKind.dock_id == dock.id, DockKind.kind == read_id(kind)).with_for_update()
    )
    dock_kind = held.one_or_none()
    if dock_kind is None:
        raise NotFound
    if dock_kind.held_at is None:
        raise Conflict("Nothing is held back here any more.")
    if dock_kind.held_count != shown_count:
        raise Conflict(f"The number has changed: {dock_kind.held_count} are missing now. Look again before you accept.")
    dock_kind.accepted_at, dock_kind.accepted_by = utc_now(), scope.actor.shown[:128]
    dock_kind.accepted_count = dock_kind.held_count
    ask_for_sync(dock, work)
    record_dock(work, AuditAction.DOCK_DELETIONS_ACCEPTED, dock, after={"kind": kind, "count": dock_kind.held_count})
    return {"id": dock.id, "kind": kind, "count": dock_kind.held_count}
