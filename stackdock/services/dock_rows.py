"""What the mutations of docks have in common; each takes the Work of the mutation it is part of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import select

from stackdock.columns import utc_now
from stackdock.errors import Conflict
from stackdock.models import Dock, Organization
from stackdock.services.audit_actions import AuditAction
from stackdock.services.work import Work


async def lock_dock_names(work: Work) -> None:
    """Let those who name or link a dock of this organization take turns until they commit."""
    mine = select(Organization.id).where(Organization.id == work.scope.organization).with_for_update(key_share=True)
    await work.session.exec(mine)


async def require_free_name(work: Work, name: str, but_for: str | None = None) -> None:
    """Raises Conflict when another dock of the organization has the name, whatever its case. Call `lock_dock_names` first."""
    of_organization = select(Dock.id).where(Dock.organization_id == work.scope.organization)
    same = (await work.session.exec(of_organization.where(func.lower(Dock.name) == func.lower(name)))).all()
    if any(dock_id != but_for for dock_id in same):
        raise Conflict(f"There is already a dock named “{name}”. Choose another name.")


async def require_new_credentials(work: Work, provider: str, fingerprint: str, but_for: str | None = None) -> None:
    """Raises Conflict when another dock of the organization has these very credentials. Call `lock_dock_names` first."""
    same = select(Dock).where(
        Dock.organization_id == work.scope.organization, Dock.provider == provider, Dock.credential_fingerprint == fingerprint
    )
    for dock in (await work.session.exec(same)).all():
        if dock.id != but_for:
            raise Conflict(f"These credentials are already linked, as “{dock.name}”. One account is one dock.")


def ask_for_sync(dock: Dock, work: Work) -> None:
    """Make the dock due now, on behalf of whoever the work's scope is."""
    dock.next_sync_at = dock.sync_requested_at = utc_now()
    dock.sync_requested_by = work.scope.actor.kind


def record_dock(work: Work, action: AuditAction, dock: Dock, **details: Any) -> None:
    work.record(action, target_kind="dock", target_id=dock.id, target_label=dock.name, **details)
