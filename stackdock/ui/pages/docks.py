"""Every linked account: is it fresh, what does it do now, when is it next."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.live.vars import live_meta, live_row
from stackdock.security.permissions import Area, Level
from stackdock.ui.components.buttons import link_button, once_button
from stackdock.ui.components.cards import card
from stackdock.ui.components.docks import DockFigure, NextSync
from stackdock.ui.components.freshness import DockCount
from stackdock.ui.components.links import link
from stackdock.ui.components.text import joined
from stackdock.ui.shell import Screen, allowed, page, screen
from stackdock.ui.states.docks import DocksState
from stackdock.ui.states.visits import Nav
from stackdock.ui.tables.column import Row
from stackdock.ui.tables.demo_mark import demo_note
from stackdock.ui.tables.dock_facts import rejected_words
from stackdock.ui.tables.docks import DOCKS
from stackdock.ui.tables.live_list import live_list
from stackdock.ui.tables.placeholders import no_dock_yet
from stackdock.ui.tables.table import card_table
from stackdock.ui.theme import KIND_NAMES

_MANY = {kind: many for kind, (_, many) in KIND_NAMES.items()}


@page(
    "/o/[slug]/docks",
    "Docks",
    nav=Nav("Docks", "plug", "Accounts", count=DockCount.create),
    permission=(Area.DOCKS, Level.READ),
)
def docks() -> Screen:
    ready, count = live_meta("docks", "ready"), live_meta("docks", "count", int)
    content = rx.el.div(
        live_list("docks", rejected_note),
        live_list("dock_kinds", held_elsewhere),
        demo_note(),
        rx.el.div(
            DockFigure.create(label="Resources", figure="resources"),
            DockFigure.create(label="Fresh docks", figure="fresh"),
            DockFigure.create(label="Needs someone", figure="needy"),
            DockFigure.create(label="Held deletions", figure="held"),
            class_name="stats",
        ),
        card("Linked accounts", card_table(DOCKS, "Linked accounts"), aside=NextSync.create()),
        class_name="page",
    )
    return screen(
        "Docks",
        rx.cond(ready & (count == 0), no_dock_yet("resources"), content),
        beside=rx.el.span(rx.cond(ready, count.to_string(), ""), class_name="count num faint"),
        actions=_actions(count),
    )


def _actions(count: Any) -> rx.Component:
    sync_all = once_button(
        rx.icon("refresh-cw", size=14),
        "Sync all",
        on_run=lambda key: DocksState.sync_all(key),
        answered=DocksState.synced,
        class_name="btn far",
    )
    link_one = link_button("Link a dock", to="/link", icon="plug", look="primary")
    return allowed(Area.DOCKS, Level.FULL, rx.cond(count > 0, rx.fragment(sync_all, link_one)))


@rx.memo
def rejected_note(row_id: rx.Var[str]) -> rx.Component:
    """What happened to a dock whose token is refused, what it means for its resources, and the button that mends it."""
    dock: Row = live_row("docks", row_id)
    return rx.cond(
        dock["error_code"].to(str) == "CredentialsRejected",
        rx.el.div(
            *rejected_words(dock),
            link("Replace token", to=joined("/docks/", row_id), class_name="btn"),
            class_name="note failed",
            role="status",
        ),
        rx.fragment(),
    )


@rx.memo
def held_elsewhere(row_id: rx.Var[str]) -> rx.Component:
    """Deletions that a dock holds back, and the way to where a person decides."""
    row: Row = live_row("dock_kinds", row_id)
    dock: Row = live_row("docks", row["dock_id"].to(str))
    many = rx.Var.create(_MANY)[row["kind"].to(str)].to(str)
    return rx.cond(
        (row["held_count"].to(int) > 0) & ~row["accepted_at"].bool(),
        rx.el.div(
            rx.el.span(
                rx.el.span(dock["name"].to(str), ": ", row["held_count"].to_string(), " ", many, " missing at once."),
                class_name="st degraded",
            ),
            rx.el.span(
                "They are kept until somebody agrees to remove them, or the provider lists them again.", class_name="muted"
            ),
            link("Decide", to=joined("/docks/", row["dock_id"].to(str)), class_name="btn"),
            class_name="note degraded",
            role="status",
        ),
        rx.fragment(),
    )
