"""Docks: not a resource, but the same machinery."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.ui.components.buttons import icon_once_button
from stackdock.ui.components.docks import DockNext, DockNow, DockStatus
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.links import link
from stackdock.ui.components.providers import provider_label, provider_name
from stackdock.ui.components.text import joined
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.docks import DocksState
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.tables.demo_mark import demo_tag


def _name(row: Row) -> rx.Component:
    return rx.el.span(
        link(row["name"].to(str), to=joined("/docks/", row["id"].to(str)), class_name="row-link"),
        demo_tag(row),
        class_name="named",
    )


def _sync_now(row: Row) -> rx.Component:
    dock_id, name = row["id"].to(str), row["name"].to(str)
    button = icon_once_button(
        "refresh-cw",
        label=joined("Sync now: ", name),
        disabled=row["status"].to(str) == "syncing",
        on_run=lambda key: DocksState.sync(dock_id, key),
        answered=DocksState.synced,
    )
    return rx.cond(ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL), button)


DOCKS = Table(
    slot="docks",
    kind="dock",
    icon="plug",
    columns=(
        Column("Name", _name, ("name",), "name", width=22),
        Column("Provider", lambda row: provider_label(row["provider"].to(str)), width=14),
        Column("Status", lambda row: DockStatus.create(dock=row), ("paused_at", "error_code"), "end", width=14),
        Column("Now", lambda row: DockNow.create(dock=row), (), "wide muted", width=22),
        Column("Last complete", lambda row: relative_time(row["last_complete_at"]), (), "wide faint", width=10),
        Column("Next", lambda row: DockNext.create(dock=row), (), "wide faint", width=16),
        Column("", _sync_now, (), "tail", width=6),
    ),
    under=lambda row: rx.el.span(provider_name(row["provider"].to(str)), " · ", DockNow.create(dock=row), class_name="line"),
)
