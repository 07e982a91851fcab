"""The selects behind the tables of resources: rows of one kind, and counts of all kinds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, and_, cast, func, literal, or_, union_all
from sqlmodel import col, select

from stackdock.errors import NotFound
from stackdock.models import Dock
from stackdock.resources import TABLES, BlockVolume, ResourceRow, Server
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.operations import selects
from stackdock.services.row_ids import read_id
from stackdock.services.typed_text import read_text
from stackdock.services.visibility import visible

MAX_SEARCH_LENGTH = 200
_SEARCHED = ("name", "external_id", "region", "public_ipv4", "public_ipv6", "private_ipv4", "host", "size", "engine")
_NOT_SHOWN = {"organization_id", "removed_at"}


@selects(Area.RESOURCES)
def select_resources(scope: Scope, kind: str, search: str = "", dock_id: str | None = None) -> Any:
    """The present resources of a kind, by name: every column of the kind's table, and dock_name, provider, is_demo.

    A volume has server_name too: that of the server it is attached to, where the scope may see it.

    `search` finds text anywhere in the name, the provider's id, addresses, region and size, and in the dock's name.
    Raises InvalidInput for what cannot be searched for.
    """
    table: Any = _table(kind)
    columns = [column for column in table.__table__.columns if column.name not in _NOT_SHOWN]
    statement = select(*columns, col(Dock.name).label("dock_name"), Dock.provider, Dock.is_demo)  # type: ignore[call-overload]
    if table is BlockVolume:
        servers = _visible_servers(scope)
        same = and_(servers.c.dock_id == BlockVolume.dock_id, servers.c.external_id == BlockVolume.attached_to)
        statement = statement.add_columns(servers.c.name.label("server_name")).select_from(BlockVolume).outerjoin(servers, same)
    return _narrowed(statement, table, scope, search, dock_id).order_by(table.name, table.id)


def _visible_servers(scope: Scope) -> Any:
    columns = (Server.dock_id, Server.external_id, Server.name)
    return visible(select(*columns).where(col(Server.removed_at).is_(None)), Server, scope).subquery("attached")


@selects(Area.RESOURCES)
def select_total(scope: Scope, kind: str, search: str = "", dock_id: str | None = None) -> Any:
    """One row, id "total": how many `select_resources` with the same parameters finds."""
    table: Any = _table(kind)
    statement = select(literal("total").label("id"), func.count(table.id).label("count"))
    return _narrowed(statement, table, scope, search, dock_id)


@selects(Area.RESOURCES)
def select_counts(scope: Scope) -> Any:
    """One row per kind and status that occurs: id ("server:active"), kind, status, count."""
    parts = []
    for kind, table in TABLES.items():
        row: Any = table
        status = cast(row.status, String)
        part = select(
            (literal(f"{kind}:") + status).label("id"),
            literal(kind).label("kind"),
            status.label("status"),
            func.count(row.id).label("count"),
        )
        parts.append(visible(part, table, scope).where(row.removed_at.is_(None)).group_by(row.status))
    return union_all(*parts).order_by("id")


def _table(kind: str) -> type[ResourceRow]:
    table = TABLES.get(kind) if isinstance(kind, str) else None
    if table is None:
        raise NotFound
    return table


def _narrowed(statement: Any, table: Any, scope: Scope, search: str, dock_id: str | None) -> Any:
    joined = statement.join(Dock, Dock.id == table.dock_id).where(table.removed_at.is_(None))
    # Said of the dock as well, so that the live view is spared what happens to other organizations' docks.
    narrowed = visible(joined.where(Dock.organization_id == scope.organization), table, scope)
    if dock_id is not None:
        dock_id = read_id(dock_id)
        narrowed = narrowed.where(table.dock_id == dock_id, Dock.id == dock_id)
    if words := read_text(search, what="A search", longest=MAX_SEARCH_LENGTH, field="search").split():
        places = [getattr(table, name) for name in _SEARCHED if hasattr(table, name)]
        for word in words:
            narrowed = narrowed.where(or_(*(place.icontains(word, autoescape=True) for place in [*places, Dock.name])))
    return narrowed
