"""What event handlers of pages call. A handler binds slots to views; the rows travel beside Reflex's state.

    @rx.event
    async def on_load(self):
        await watch_page(self, {"servers": self._servers_view()})

    @rx.event
    async def more(self):
        await load_more(self, "servers")

    @rx.event
    async def rename(self, dock_id: str, name: str, mutation: str):
        await docks.rename_dock(scope, dock_id, name)
        await acknowledge(self, mutation)

Reflex runs `on_load` again after a reconnect, so a page that watches there is live again by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import reflex as rx

from stackdock.live import process
from stackdock.live.view import LiveView


async def watch_page(state: rx.State, slots: Mapping[str, LiveView]) -> None:
    """Bind the page's slots, all of them: what an earlier page of this tab bound and this one does not is dropped."""
    await process.engine().watch_page(_socket_id(state), slots)


async def watch_app(state: rx.State, slots: Mapping[str, LiveView]) -> None:
    """Bind slots of the shell (counts in the sidebar): they stay when the page changes."""
    for slot, view in slots.items():
        await process.engine().watch(_socket_id(state), slot, view, app_wide=True)


async def watch(state: rx.State, slot: str, view: LiveView) -> None:
    """Bind one slot to another view: a filter was changed. The old rows are shown until the new ones have come."""
    await process.engine().watch(_socket_id(state), slot, view)


async def load_more(state: rx.State, slot: str) -> None:
    """One page more in the slot, up to its view's `max_limit`. Does nothing for a slot that is not bound."""
    await process.engine().load_more(_socket_id(state), slot)


async def unwatch(state: rx.State, slot: str) -> None:
    """Drop one slot, on both sides."""
    process.engine().unwatch(_socket_id(state), slot)


def keep_only(state: rx.State, slots: Collection[str]) -> None:
    """Drop every other slot of the tab, the shell's too, and whatever it still shows from an earlier connection."""
    process.engine().keep_only(_socket_id(state), slots)


async def resend(state: rx.State) -> None:
    """Send this tab all its slots again, whole. For `LiveBridge(on_gap=…)`."""
    process.engine().resend(_socket_id(state))


async def acknowledge(state: rx.State, mutation: str, *, error: str | None = None) -> None:
    """Tell the tab that its mutation is done, or why not. Returns after this tab's rows have been sent, so nothing flickers."""
    if mutation:
        await process.engine().acknowledge(_socket_id(state), mutation, error=error)


def _socket_id(state: rx.State) -> str:
    """The socket on which the event came. After a reconnect the new socket's own `on_load` binds the slots again."""
    return state.router.session.session_id
