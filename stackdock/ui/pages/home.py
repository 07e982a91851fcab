"""Home: how much there is, what needs someone, what changed. On an empty instance, the two doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import reflex as rx

from stackdock.live.vars import live_meta
from stackdock.live.view import LiveView
from stackdock.resources import TABLES
from stackdock.security.permissions import Area, Level
from stackdock.services.audit_log import select_audit
from stackdock.services.recent_changes import select_recent_changes
from stackdock.ui.components.cards import card
from stackdock.ui.components.docks import Needs
from stackdock.ui.components.freshness import KindTotal, StatusBar
from stackdock.ui.components.links import link
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.states.visits import Nav, Visit
from stackdock.ui.tables.demo_mark import demo_note
from stackdock.ui.tables.feeds import audit_line, change_line, needy_dock, needy_kind
from stackdock.ui.tables.live_list import live_list
from stackdock.ui.tables.placeholders import no_dock_yet
from stackdock.ui.theme import kind_title

FEED_LENGTH = 8
FEED_INTERVAL_SECONDS = 1.0
PLACES = {"server": "/servers", "block_volume": "/volumes", "database": "/databases", "domain": "/domains"}


def _views(visit: Visit) -> Mapping[str, LiveView]:
    scope = visit.scope
    views = {
        "changes": LiveView(
            "changes",
            scope.view_key(Area.DOCKS),
            lambda: select_recent_changes(scope),
            scope=scope,
            limit=FEED_LENGTH,
            min_interval_seconds=FEED_INTERVAL_SECONDS,
        )
    }
    if scope.allows(Area.AUDIT, Level.READ):
        views["audit"] = LiveView(
            "audit", scope.view_key(Area.AUDIT), lambda: select_audit(scope), scope=scope, limit=FEED_LENGTH
        )
    return views


@page("/o/[slug]", "Home", nav=Nav("Home", "house"), permission=(Area.DOCKS, Level.READ), views=_views)
def home() -> Screen:
    nothing = live_meta("docks", "ready") & (live_meta("docks", "count", int) == 0)
    return screen(
        "Home", rx.cond(nothing, no_dock_yet("resources"), rx.el.div(demo_note(), _numbers(), _columns(), class_name="page"))
    )


def _numbers() -> rx.Component:
    return rx.el.div(
        *[
            link(
                rx.el.span(kind_title(kind), class_name="muted"),
                rx.el.span(KindTotal.create(kind=kind), class_name="big"),
                StatusBar.create(kind=kind),
                to=PLACES[kind],
                class_name="card stat",
            )
            for kind in TABLES
        ],
        class_name="stats",
    )


def _columns() -> rx.Component:
    needs = card(
        "Needs someone",
        rx.el.ul(
            live_list("docks", needy_dock),
            live_list("dock_kinds", needy_kind),
            class_name="feed",
        ),
        Needs.create(empty="Nobody is needed: every dock can be read and nothing is held back."),
        aside=Needs.create(),
    )
    changes = card(
        "What changed",
        _feed("changes", change_line, "Nothing has changed at the providers since their docks were linked."),
        aside="live",
    )
    people = card("Who did what", _feed("audit", audit_line, "Nothing yet."), aside="live")
    may_read = live_meta("audit", "ready")
    return rx.el.div(
        rx.el.div(needs, rx.cond(may_read, people), class_name="stack"), rx.el.div(changes, class_name="stack"), class_name="cols"
    )


def _feed(slot: str, line: Callable[..., rx.Component], nothing: str) -> rx.Component:
    ready, count = live_meta(slot, "ready"), live_meta(slot, "count", int)
    return rx.fragment(
        rx.el.ul(live_list(slot, line), class_name="feed"),
        rx.cond(ready & (count == 0), rx.el.p(nothing, class_name="quiet-line muted")),
    )
