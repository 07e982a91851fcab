"""What stands where rows would be: no dock yet, no match, a failed sync, nothing of this kind."""

from __future__ import annotations

import reflex as rx

from stackdock.live.vars import live_meta, live_row
from stackdock.security.permissions import Area, Level
from stackdock.ui.components.buttons import link_button, once_button
from stackdock.ui.components.empty import empty
from stackdock.ui.components.freshness import broken_count
from stackdock.ui.components.links import link, query_part
from stackdock.ui.components.text import joined
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.demo import DemoState
from stackdock.ui.states.docks import DocksState
from stackdock.ui.tables.column import Row, Table
from stackdock.ui.tables.dock_facts import next_try
from stackdock.ui.tables.live_list import live_list
from stackdock.ui.theme import KIND_NAMES


def no_dock_yet(what: str) -> rx.Component:
    """The two doors of an empty console. `what` will appear once a dock is linked."""
    why = (
        f"Link a provider account and its {what} appear here and stay up to date by themselves. "
        "Or look around first: the demo estate has over a hundred resources that change while you watch, "
        "and goes away with one click."
    )
    may_link = ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL)
    return rx.cond(
        may_link,
        empty(
            "plug",
            "No dock is linked yet",
            why,
            link_button("Link your first dock", to="/link", icon="plug", look="primary"),
            once_button("Explore a demo estate", on_run=lambda key: DemoState.start(key), answered=DemoState.answered),
        ),
        empty("plug", "No dock is linked yet", f"Once somebody links a provider account, its {what} appear here."),
    )


def no_rows(table: Table, path: str) -> rx.Component:
    """For a resource table without a row: the one of the four reasons that holds."""
    many = KIND_NAMES[table.kind][1]
    search = query_part("q")
    return rx.cond(
        live_meta("docks", "ready") & (live_meta("docks", "count", int) == 0),
        no_dock_yet(many),
        rx.cond(
            search != "",
            empty(
                "search-x",
                joined(f"No {many} match “", search, "”"),
                "The filter looks at names, addresses, regions, sizes and docks.",
                link("Clear the filter", to=path, class_name="btn"),
            ),
            rx.cond(
                broken_count().bool(),
                rx.el.div(
                    empty(
                        "cloud-off",
                        f"No {many}, as far as could be read",
                        rx.cond(
                            broken_count() == 1,
                            f"The last sync of one dock failed, so nobody knows which {many} it has.",
                            f"The last sync of some docks failed, so nobody knows which {many} they have.",
                        ),
                    ),
                    rx.el.div(live_list("docks", failed_dock), class_name="reasons"),
                    class_name="nothing",
                ),
                empty(table.icon, f"No {many} in your docks", f"As soon as a dock lists {many}, they appear here by themselves."),
            ),
        ),
    )


@rx.memo
def failed_dock(row_id: rx.Var[str]) -> rx.Component:
    """A dock that could not be read, which may be why nothing is here: what it means, and the one button that mends it."""
    dock: Row = live_row("docks", row_id)
    code = dock["error_code"].to(str)
    is_rejected = code == "CredentialsRejected"
    is_passing = (code == "ProviderUnavailable") | (code == "RateLimited") | (code == "UnexpectedResponse")
    may_sync = ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL)
    sync = once_button("Sync now", on_run=lambda key: DocksState.sync(row_id, key), answered=DocksState.synced)
    page = joined("/docks/", row_id)
    return rx.cond(
        (dock["status"].to(str) == "error") | is_rejected,
        rx.el.div(
            rx.el.span(rx.el.span(dock["name"].to(str), " could not be synced."), class_name="st failed"),
            rx.el.span(dock["error_message"].to(str), " Nothing was removed.", next_try(dock), class_name="muted"),
            rx.cond(
                is_rejected,
                link("Replace token", to=page, class_name="btn"),
                rx.cond(is_passing & may_sync, sync, link("Open the dock", to=page, class_name="btn")),
            ),
            class_name="note failed",
        ),
        rx.fragment(),
    )
