"""What the tiny app shows. In a file of its own, so that a test may name the views without making a second app."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from stackdock.live.view import LiveView
from stackdock.resources.server import Server
from stackdock.security.scope import system_scope

CELLS = ("name", "status", "status_word", "region", "public_ipv4", "private_ipv4", "size", "image", "cpu_count", "changed_at")
ORDERS = {"name": (col(Server.name), col(Server.id)), "changed": (col(Server.changed_at).desc(), col(Server.id).desc())}


def servers_view(organization_id: str, order: str = "name", limit: int = 50) -> LiveView:
    scope = system_scope(organization_id)
    table: Any = Server
    statement = (
        select(*(getattr(table, cell) for cell in ("id", *CELLS)))
        .where(col(Server.organization_id) == organization_id, col(Server.removed_at).is_(None))
        .order_by(*ORDERS[order])
    )
    return LiveView(name="servers", key=(organization_id, order), select=lambda: statement, scope=scope, limit=limit)


def counts_view(organization_id: str) -> LiveView:
    statement = (
        select(col(Server.status).label("id"), func.count().label("count"))
        .where(col(Server.organization_id) == organization_id, col(Server.removed_at).is_(None))
        .group_by(col(Server.status))
        .order_by(col(Server.status))
    )
    return LiveView(name="counts", key=(organization_id,), select=lambda: statement, scope=system_scope(organization_id))
