"""The select behind the audit log's page."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from stackdock.models import AuditEntry, User
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.operations import selects


@selects(Area.AUDIT)
def select_audit(scope: Scope) -> Any:
    """The organization's entries, newest first, with the actor's name while the account is there.

    Who may read the log at all reads all of it.
    """
    statement = select(  # type: ignore[call-overload]
        AuditEntry.id, AuditEntry.recorded_at, AuditEntry.actor_kind, AuditEntry.actor_label, AuditEntry.action,
        AuditEntry.result, AuditEntry.target_kind, AuditEntry.target_id, AuditEntry.target_label, AuditEntry.reason,
        AuditEntry.before, AuditEntry.after, AuditEntry.address, col(User.name).label("actor_name"),
    ).outerjoin(User, col(User.id) == AuditEntry.actor_id).where(AuditEntry.organization_id == scope.organization)  # fmt: skip
    return statement.order_by(col(AuditEntry.recorded_at).desc(), col(AuditEntry.id).desc())
