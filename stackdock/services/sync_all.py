"""Ask for a sync of every dock at once."""

from __future__ import annotations

from sqlmodel import col, select

from stackdock.models import Dock
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_rows import ask_for_sync, record_dock
from stackdock.services.operations import mutation
from stackdock.services.visibility import visible
from stackdock.services.work import Work


@mutation(Area.DOCKS)
async def request_sync_of_all(scope: Scope, work: Work) -> dict[str, int]:
    """Make every dock that the scope may see due now, but for those that a person has paused. Returns at once."""
    wanted = visible(select(Dock).where(col(Dock.paused_at).is_(None)), Dock, scope).order_by(Dock.id)
    docks = (await work.session.exec(wanted.with_for_update())).all()
    for dock in docks:
        ask_for_sync(dock, work)
        record_dock(work, AuditAction.DOCK_SYNC_REQUESTED, dock)
    if not docks:
        work.record(AuditAction.DOCK_SYNC_REQUESTED, target_kind="dock", reason="there was no dock to sync")
    return {"docks": len(docks)}
