"""One dock: its facts, what it lists, what it holds back, its runs, and what may be changed about it."""

from __future__ import annotations

from collections.abc import Mapping

import reflex as rx

from stackdock.live.vars import live_meta, live_row
from stackdock.live.view import LiveView
from stackdock.security.permissions import Area, Level
from stackdock.services.docks import select_dock_kinds, select_docks
from stackdock.services.sync_runs import select_sync_run_kinds, select_sync_runs
from stackdock.ui.components.buttons import Look, link_button, once_button
from stackdock.ui.components.cards import card
from stackdock.ui.components.docks import ReplaceToken
from stackdock.ui.components.empty import empty
from stackdock.ui.components.freshness import Freshness
from stackdock.ui.components.links import address_part
from stackdock.ui.shell import Screen, allowed, page, screen
from stackdock.ui.states.docks import DocksState
from stackdock.ui.states.visits import Visit
from stackdock.ui.tables.column import Row, Table
from stackdock.ui.tables.dock_facts import dock_facts, dock_status, rejected_words
from stackdock.ui.tables.dock_kinds import KINDS, held_note
from stackdock.ui.tables.dock_settings import SettingsState, dock_settings
from stackdock.ui.tables.live_list import live_list
from stackdock.ui.tables.sync_runs import RUNS
from stackdock.ui.tables.table import card_table

RUN_COUNT = 10


def _views(visit: Visit) -> Mapping[str, LiveView]:
    scope, dock_id = visit.scope, visit.parts["dock"]
    key = (*scope.view_key(Area.DOCKS), dock_id)
    return {
        "dock": LiveView("dock", key, lambda: select_docks(scope, dock_id), scope=scope),
        "kinds": LiveView("kinds", key, lambda: select_dock_kinds(scope, dock_id), scope=scope),
        "runs": LiveView("runs", key, lambda: select_sync_runs(scope, dock_id), scope=scope, limit=RUN_COUNT),
        "run_kinds": LiveView("run_kinds", key, lambda: select_sync_run_kinds(scope, dock_id), scope=scope, limit=5 * RUN_COUNT),
    }


@page("/o/[slug]/docks/[dock]", "Dock", permission=(Area.DOCKS, Level.READ), views=_views, on_open=SettingsState.open)
def dock() -> Screen:
    dock_id = address_part("dock")
    row: Row = live_row("dock", dock_id)
    ready = live_meta("dock", "ready")
    exists = live_meta("dock", "count", int) != 0
    gone = empty(
        "unplug",
        "There is no such dock",
        "It was removed, or you may not see it.",
        link_button("See all docks", to="/docks"),
    )
    is_rejected = row["error_code"].to(str) == "CredentialsRejected"
    content = rx.el.div(
        rx.cond(is_rejected, _rejected(row)),
        live_list("kinds", held_note),
        rx.el.div(
            rx.el.div(
                card("Facts", dock_facts(row)),
                card("What it lists", _rows(KINDS, "What it lists", "Nothing yet: no sync has been able to list anything.")),
                card("Recent syncs", _rows(RUNS, "Recent syncs", "It has not been synced yet."), aside=f"the last {RUN_COUNT}"),
                class_name="stack",
            ),
            allowed(Area.DOCKS, Level.FULL, dock_settings(row, dock_id)),
            class_name="cols",
        ),
        class_name="page",
    )
    # One primary: what helps. Asking again does not help a token that is refused, except a demo's, which no form replaces.
    sync = rx.cond(is_rejected & ~row["is_demo"].bool(), _sync(row, dock_id, ""), _sync(row, dock_id, "primary"))
    return screen(
        rx.cond(ready & exists, row["name"].to(str), "Dock"),
        rx.cond(ready, rx.cond(exists, content, gone)),
        beside=rx.cond(exists, dock_status(row)),
        fresh=rx.cond(exists, rx.fragment(), Freshness.create()),
        actions=rx.cond(exists, allowed(Area.DOCKS, Level.FULL, sync)),
    )


def _sync(row: Row, dock_id: rx.Var[str], look: Look) -> rx.Component:
    return once_button(
        rx.icon("refresh-cw", size=14),
        "Sync now",
        disabled=row["status"].to(str) == "syncing",
        on_run=lambda key: DocksState.sync(dock_id, key),
        answered=DocksState.synced,
        look=look,
    )


def _rejected(row: Row) -> rx.Component:
    """Why it cannot be read, and the way to the form that mends it."""
    return rx.el.div(
        *rejected_words(row),
        rx.cond(row["is_demo"], rx.fragment(), allowed(Area.DOCKS, Level.FULL, ReplaceToken.create())),
        class_name="note failed",
        role="status",
    )


def _rows(table: Table, label: str, nothing: str) -> rx.Component:
    ready, count = live_meta(table.slot, "ready"), live_meta(table.slot, "count", int)
    return rx.cond(ready & (count == 0), rx.el.p(nothing, class_name="quiet-line muted"), card_table(table, label))
