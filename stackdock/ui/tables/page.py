"""What the pages of all resource kinds have in common: the filter, the table, its live views, its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import reflex as rx

from stackdock.live.view import LiveView
from stackdock.security.permissions import Area, Level
from stackdock.services.resources import select_resources, select_total
from stackdock.ui.components.buttons import link_button
from stackdock.ui.components.freshness import KindCount, RowCount
from stackdock.ui.components.links import query_part
from stackdock.ui.components.shell_parts import search_field
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.visits import Nav, Visit
from stackdock.ui.tables.column import Table
from stackdock.ui.tables.placeholders import no_rows
from stackdock.ui.tables.table import live_table
from stackdock.ui.theme import kind_title

TOTAL_INTERVAL_SECONDS = 0.5


def resource_nav(table: Table, position: int, *, is_tab: bool = True) -> Nav:
    return Nav(
        kind_title(table.kind), table.icon, "Infrastructure", position, is_tab, count=lambda: KindCount.create(kind=table.kind)
    )


def resource_views(table: Table) -> Callable[[Visit], Mapping[str, LiveView]]:
    """The rows of the table that match the filter in the address, and how many match in all."""

    def views(visit: Visit) -> Mapping[str, LiveView]:
        scope, kind, search = visit.scope, table.kind, visit.search
        key = (*scope.view_key(Area.RESOURCES), kind, search)
        rows = LiveView(table.slot, key, lambda: select_resources(scope, kind, search), scope=scope)
        if not search:
            return {table.slot: rows}
        total = LiveView(
            "total", key, lambda: select_total(scope, kind, search), scope=scope, min_interval_seconds=TOTAL_INTERVAL_SECONDS
        )
        return {table.slot: rows, "total": total}

    return views


def resource_content(table: Table) -> tuple[rx.Component, ...]:
    """The filter row and the table, as a page's content."""
    title = kind_title(table.kind)
    path = f"/{table.slot}"
    tools = rx.el.div(search_field(f"Filter {title.lower()}", _searched(table)), class_name="tools")
    return tools, live_table(table, empty=no_rows(table, path))


def _searched(table: Table) -> str:
    """Only what the rows of this table have."""
    titles = {column.title for column in table.columns}
    return ", ".join(["Name", *[title.lower() for title in ("Address", "Region") if title in titles], "dock…"])


def resource_count(table: Table) -> rx.Component:
    return RowCount.create(kind=table.kind, filtered=query_part("q") != "")


def link_a_dock() -> rx.Component:
    """The one primary button of a resource page."""
    may_link = ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL)
    return rx.cond(may_link, link_button("Link a dock", to="/link", icon="plug", look="primary"))
