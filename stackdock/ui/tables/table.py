"""The machinery of every table: head, live rows, skeleton, what stands in for rows, and the way to more of them."""

from __future__ import annotations

import reflex as rx

from stackdock.live.vars import live_meta
from stackdock.ui.components.buttons import once_button
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.tables.column import Table
from stackdock.ui.tables.live_list import live_list
from stackdock.ui.tables.row import row_component

SKELETON_ROWS = 12
PAGE_SIZE = 50


def live_table(table: Table, *, empty: rx.Component) -> rx.Component:
    """The table in the page's full height, its footer below. `empty` is drawn when there is no row."""
    ready = live_meta(table.slot, "ready")
    count = live_meta(table.slot, "count", int)
    return rx.cond(
        ready & (count == 0),
        empty,
        rx.fragment(
            HeldRows.create(
                bare_table(table), slot=table.slot, label=table.slot.replace("_", " ").capitalize(), class_name="grid"
            ),
            _more(table),
        ),
    )


def card_table(table: Table, label: str) -> rx.Component:
    """The table inside a card: it scrolls sideways by itself, also by keyboard, and never moves the page."""
    scrolling = rx.el.div(bare_table(table), class_name="scroll", tab_index=0, role="group", aria_label=label)
    return HeldRows.create(scrolling, slot=table.slot, class_name="held")


def bare_table(table: Table) -> rx.Component:
    """Head and rows alone. Inside `HeldRows`."""
    row = row_component(table)
    rows = live_list(table.slot, row, is_held=True)
    return rx.el.table(
        _head(table),
        rx.cond(live_meta(table.slot, "ready"), rx.el.tbody(rows), _skeleton(table)),
        class_name="table",
        custom_attrs={"aria-busy": ~live_meta(table.slot, "ready")},
    )


def _head(table: Table) -> rx.Component:
    whole = sum(column.share for column in table.columns)
    cells = [
        rx.el.th(
            column.title or rx.el.span("Actions", class_name="unseen"),
            class_name=column.look,
            scope="col",
            custom_attrs={"width": f"{100 * column.share / whole:.2f}%"}
            | ({"aria-sort": "ascending"} if column.look == "name" else {}),
        )
        for column in table.columns
    ]
    return rx.el.thead(rx.el.tr(*cells))


def _skeleton(table: Table) -> rx.Component:
    cells = [rx.el.td(rx.el.i(), class_name=column.look) for column in table.columns]
    return rx.el.tbody(*[rx.el.tr(*cells) for _ in range(SKELETON_ROWS)], class_name="skeleton", aria_hidden=True)


def _more(table: Table) -> rx.Component:
    count, more = live_meta(table.slot, "count", int), live_meta(table.slot, "more")
    stale = live_meta(table.slot, "stale")
    return rx.el.div(
        LoadedCount.create(slot=table.slot, kind=table.kind),
        KeptRows.create(
            rx.cond(
                more,
                once_button("Load more", counted=count, on_run=ConsoleState.more(table.slot)),
            ),
            slot=table.slot,
            page_size=PAGE_SIZE,
            on_more=ConsoleState.more(table.slot),
        ),
        rx.cond(stale, rx.el.span("These rows cannot be refreshed at the moment.", class_name="stale")),
        class_name="more",
    )


class HeldRows(rx.Component):
    """Around a table: what comes, goes or moves waits behind a button while somebody has a hand on its rows."""

    library = "$/public/stackdock/held_rows"
    tag = "HeldRows"

    slot: rx.Var[str]
    label: rx.Var[str]  # given: it scrolls by itself, and takes the focus for that


class KeptRows(rx.Component):
    """Asks again for the rows that were loaded before the server was restarted."""

    library = "$/public/stackdock/cells"
    tag = "KeptRows"

    slot: rx.Var[str]
    page_size: rx.Var[int]
    on_more: rx.EventHandler[rx.event.no_args_event_spec]


class LoadedCount(rx.Component):
    """ "50 of 187 loaded" """

    library = "$/public/stackdock/docks"
    tag = "LoadedCount"

    slot: rx.Var[str]
    kind: rx.Var[str]
