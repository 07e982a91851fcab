"""Arriving at a page: what the person may see here, and the live views of the shell and of the page. Holds no rows."""

from __future__ import annotations

from collections.abc import Mapping

import reflex as rx

from stackdock.errors import NotFound, PermissionDenied
from stackdock.live import pages, process
from stackdock.live.view import LiveView
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.docks import select_dock_kinds, select_docks
from stackdock.services.resources import select_counts
from stackdock.ui.states.handlers import handler
from stackdock.ui.states.scopes import scope_of, signed_in_of
from stackdock.ui.states.session import SessionState
from stackdock.ui.states.visits import Visit, find_page

COUNTS_INTERVAL_SECONDS = 0.5  # every change of a resource touches the counts


class ConsoleState(rx.State):
    levels: dict[str, int] = {}  # area → level, for what is drawn; the services check for themselves
    has_arrived: bool = False

    @handler(None)
    async def arrive(self, scope: Scope) -> None:
        """Bind the views of the page in the address. Runs at each page, and again after a reconnect."""
        try:
            scope = await scope_of(self)
        except NotFound:
            self._enter_with({})
            pages.keep_only(self, ())
            return
        self._enter_with({area.value: int(scope.permissions.get(area, Level.NONE)) for area in Area})
        process.engine().introduce(self.router.session.session_id, (await signed_in_of(self)).session_id, scope.actor.id)
        shell, page = _shell_views(scope), self._page_views(scope)
        pages.keep_only(self, shell.keys() | page.keys())
        await pages.watch_app(self, shell)
        await pages.watch_page(self, page)

    def _enter_with(self, levels: dict[str, int]) -> None:
        """In a role that may less than the last one, what the forms of that one were told is forgotten."""
        if any(levels.get(area, 0) < level for area, level in self.levels.items()):
            for state in self._get_root_state().substates.values():
                if not isinstance(state, ConsoleState | SessionState):
                    state.reset()
        self.levels, self.has_arrived = levels, True

    def _page_views(self, scope: Scope) -> Mapping[str, LiveView]:
        """None for a page that this person may not see."""
        found = find_page(self.router.url.path)
        if found is None or not scope.allows(found[0].area, found[0].level):
            return {}
        page, parts = found
        try:
            return page.views(Visit(scope, parts, self.router.url.query_parameters))
        except PermissionDenied:
            self.levels = self.levels | {page.area.value: int(Level.NONE)}
            return {}

    @handler(None)
    async def fill_gap(self, scope: Scope) -> None:
        """The browser missed a message: send everything it shows again."""
        await pages.resend(self)

    @handler(None)
    async def more(self, scope: Scope, slot: str) -> None:
        """One page more of rows in a slot that this tab shows already."""
        await pages.load_more(self, slot)


def _shell_views(scope: Scope) -> dict[str, LiveView]:
    """The small views that every page leans on: counts in the sidebar, the docks and when they were last complete."""
    views: dict[str, LiveView] = {}
    if scope.allows(Area.DOCKS, Level.READ):
        key = scope.view_key(Area.DOCKS)
        views["docks"] = LiveView("docks", key, lambda: select_docks(scope), scope=scope, limit=500)
        views["dock_kinds"] = LiveView("dock_kinds", key, lambda: select_dock_kinds(scope), scope=scope, limit=500)
    if scope.allows(Area.RESOURCES, Level.READ):
        key = scope.view_key(Area.RESOURCES)
        views["counts"] = LiveView(
            "counts", key, lambda: select_counts(scope), scope=scope, limit=500, min_interval_seconds=COUNTS_INTERVAL_SECONDS
        )
    return views
