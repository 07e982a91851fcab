"""Who watches what, and who must be told when something was committed.

The way of a change: the feed reads it from the outbox → `intake` touches the views whose footprint it meets → each touched view
that is watched is run again in its turn (`refresh`) → the difference is encoded once and put on every member's socket.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from itertools import count
from typing import Protocol

from stackdock.errors import NotSignedIn
from stackdock.live import wire
from stackdock.live.change import Change
from stackdock.live.client import Client, Identity
from stackdock.live.footprint import summarize
from stackdock.live.pace import Clock, LoopClock, Pace
from stackdock.live.refresh import Refresher
from stackdock.live.shared_view import SharedView, Socket
from stackdock.live.together import run_together
from stackdock.live.view import LiveView, RunQuery

logger = logging.getLogger(__name__)

LINGER_SECONDS = 30.0  # how long a view that nobody watches is kept
HOUSEKEEPING_SECONDS = 0.25
SETTLE_SECONDS = 5.0  # an acknowledgement waits no longer for rows

Listener = Callable[[list[Change]], None]


class Feed(Protocol):
    """Reads what was committed, in any process."""

    async def run(self, intake: Callable[[list[Change]], None], gap: Callable[[], None]) -> None:
        """Deliver every committed change once to `intake`; call `gap` when some may have been missed. Runs until cancelled."""
        ...

    def wake(self) -> None:
        """Look now."""
        ...

    async def catch_up(self) -> None:
        """Return once everything committed before the call has been delivered."""
        ...


class LiveEngine:
    """`find_socket(socket_id)` gives the way to a connected tab, or None; `disconnect(socket_id)` cuts it off."""

    def __init__(
        self,
        run_query: RunQuery,
        feed: Feed,
        find_socket: Callable[[str], Socket | None],
        disconnect: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or LoopClock()
        self.counts: Counter[str] = Counter()  # what happened so far: changes, runs, sends, …
        self._feed = feed
        self._find_socket = find_socket
        self._disconnect = disconnect
        self._refresher = Refresher(run_query, Pace(self.clock), self.clock, self.counts)
        self._views: dict[Hashable, SharedView] = {}
        self._clients: dict[str, Client] = {}
        self._identities: dict[str, Identity] = {}
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        # A browser may still hold views of an earlier process, so ids differ from one process to the next.
        self._view_ids = (f"{prefix}{number:x}" for prefix in (secrets.token_hex(2) + ".",) for number in count(1))

    # --- life --------------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the feed and keep house until cancelled. May be called again after it ended: the feed begins with a gap.

        Raises what ended it otherwise; it never returns.
        """
        try:
            await run_together(feed=self._feed.run(self.intake, self.gap), housekeeping=self._keep_house())
        finally:
            runs = [shared.task for shared in self._views.values() if shared.task is not None]
            for task in runs:
                task.cancel()
            await asyncio.gather(*runs, return_exceptions=True)

    def wake(self) -> None:
        self._feed.wake()

    async def _keep_house(self) -> None:
        while True:
            await self.clock.sleep(HOUSEKEEPING_SECONDS)
            self.keep_house()

    def keep_house(self) -> None:
        """Send lagging members their snapshot once they have caught up; forget views that nobody watches."""
        now = self.clock.now()
        for identity, shared in list(self._views.items()):
            if shared.lagging:
                self.counts["resent"] += shared.resend_drained()
            if not shared.is_watched and shared.task is None and now - shared.idle_since > LINGER_SECONDS:
                del self._views[identity]

    # --- changes -----------------------------------------------------------------------------------------------------------

    def intake(self, changes: list[Change]) -> None:
        """Something was committed: mark what it can touch, and tell the listeners."""
        self.counts["changes"] += len(changes)
        touches = summarize(changes)
        for shared in self._views.values():
            if any(shared.footprint.is_touched_by(table, routes) for table, routes in touches):
                self._touch(shared)
        for table in {change.table for change in changes}:
            for listener in self._listeners.get(table, ()):
                self._tell(listener, [change for change in changes if change.table == table])

    def gap(self) -> None:
        """Changes may have been missed: every view is run again, and every listener told that anything may have changed."""
        self.counts["gaps"] += 1
        for shared in self._views.values():
            self._touch(shared)
        for table, listeners in self._listeners.items():
            for listener in listeners:
                self._tell(listener, [Change(table, None, "*", "{}")])

    def on_change(self, table: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` (which must not block) with the committed changes of a table; the result ends that.

        A change with `row_id` None means that any row may have changed.
        """
        self._listeners[table].append(listener)
        return lambda: self._listeners[table].remove(listener)

    def _tell(self, listener: Listener, changes: list[Change]) -> None:
        try:
            listener(changes)
        except Exception:  # an outermost loop: one listener's bug must not stop the others, or the feed
            logger.exception("a listener to changes of %s failed", changes[0].table)

    def _touch(self, shared: SharedView) -> None:
        shared.touch()
        if shared.is_watched:
            self._refresher.refresh(shared)

    # --- who is who --------------------------------------------------------------------------------------------------------

    def introduce(self, socket_id: str, session_id: str, principal: object = None) -> None:
        """Say whose socket this is: the login session and whatever `end` needs to know. Nobody else may watch."""
        if self._find_socket(socket_id) is not None:  # else it has gone already, and nobody would forget it again
            self._identities[socket_id] = Identity(session_id, principal)

    def leave(self, socket_id: str) -> None:
        """The socket is gone."""
        self._identities.pop(socket_id, None)
        client = self._clients.pop(socket_id, None)
        if client is not None:
            for shared in client.views():
                shared.leave(socket_id, self.clock.now())

    def end(self, concerns: Callable[[Identity], bool], reason: str) -> int:
        """Authorization changed: end the subscriptions of everybody concerned and cut them off. Returns how many."""
        found = [socket_id for socket_id, identity in self._identities.items() if concerns(identity)]
        for socket_id in found:
            socket = self._find_socket(socket_id)
            self.leave(socket_id)
            if socket is not None:
                socket.send(wire.ended(reason), force=True)
            self._disconnect(socket_id)
        return len(found)

    def _client(self, socket_id: str) -> Client | None:
        """The tab, or None when it has gone. Raises NotSignedIn for one that is there and was not introduced."""
        if socket_id not in self._identities:
            if self._find_socket(socket_id) is None:
                return None
            raise NotSignedIn
        client = self._clients.get(socket_id)
        if client is None and (socket := self._find_socket(socket_id)) is not None:
            client = self._clients[socket_id] = Client(socket_id, socket)
        return client

    # --- subscriptions -----------------------------------------------------------------------------------------------------

    async def watch(self, socket_id: str, slot: str, view: LiveView, *, app_wide: bool = False) -> None:
        """Bind a tab's slot to a view. Returns when its rows are on their way; does nothing for a tab that has gone.

        A view whose first query fails is bound all the same, marked stale: it is tried again, and the rows follow.
        """
        client = self._client(socket_id)
        if client is not None:
            await self._fill(client, slot, view, client.ask(slot, app_wide=app_wide))

    async def _fill(self, client: Client, slot: str, view: LiveView, ticket: int) -> None:
        shared = self._shared(view)
        shared.joining += 1
        try:
            # One that has members is kept current without us; what is missing in its snapshot follows as a patch.
            # One that fails is being tried again: nobody is kept waiting for that.
            if shared.failures == 0 and (shared.shown == 0 or (shared.is_stale and not shared.members)):
                self._refresher.refresh(shared)
                await shared.outcome()
        finally:
            shared.joining -= 1
            shared.idle_since = self.clock.now()
        if self._clients.get(client.socket_id) is not client or not client.still_asks(slot, ticket):
            return
        self._bind(client, slot, shared)

    async def watch_page(self, socket_id: str, slots: Mapping[str, LiveView]) -> None:
        """Bind exactly these slots beside the app-wide ones; the page left behind is dropped."""
        client = self._client(socket_id)
        if client is None:
            return
        for slot in client.page_slots() - slots.keys():
            self.unwatch(socket_id, slot)
        tickets = {slot: client.ask(slot, app_wide=False) for slot in slots}
        await asyncio.gather(*(self._fill(client, slot, view, tickets[slot]) for slot, view in slots.items()))

    async def load_more(self, socket_id: str, slot: str) -> None:
        client = self._client(socket_id)
        shared = client.slots.get(slot) if client else None
        if client is not None and shared is not None and shared.view.limit < shared.view.max_limit:
            await self.watch(socket_id, slot, shared.view.grown(), app_wide=slot in client.app_wide)

    def unwatch(self, socket_id: str, slot: str) -> None:
        client = self._clients.get(socket_id)
        if client is None:
            return
        shared = client.drop(slot)
        if shared is not None:
            if shared not in client.views():
                shared.leave(socket_id, self.clock.now())
            client.socket.send(wire.bound({slot: None}), force=True)

    def keep_only(self, socket_id: str, slots: Collection[str]) -> None:
        """Drop every other slot, of the app's too: also one that the tab still shows from an earlier connection."""
        client = self._clients.get(socket_id)
        for slot in client.asked() - set(slots) if client else ():
            self.unwatch(socket_id, slot)
        if (socket := self._find_socket(socket_id)) is not None:
            socket.send(wire.kept(slots), force=True)

    def resend(self, socket_id: str) -> None:
        """Send a tab all its slots again, whole."""
        client = self._clients.get(socket_id)
        if client is not None:
            for slot, shared in client.slots.items():
                shared.join(socket_id, client.socket, slot)
                self.counts["resent"] += 1

    def _bind(self, client: Client, slot: str, shared: SharedView) -> None:
        """Snapshot and membership in one step: no await here."""
        before = client.slots.get(slot)
        client.slots[slot] = shared
        if before is not None and before not in client.views():
            before.leave(client.socket_id, self.clock.now())
        shared.join(client.socket_id, client.socket, slot)
        self.counts["joins"] += 1
        if shared.is_stale:
            self._refresher.refresh(shared)

    def _shared(self, view: LiveView) -> SharedView:
        shared = self._views.get(view.identity)
        if shared is None:
            shared = self._views[view.identity] = SharedView(next(self._view_ids), view)
            shared.idle_since = self.clock.now()
        return shared

    # --- mutations ---------------------------------------------------------------------------------------------------------

    async def settle(self, socket_id: str) -> None:
        """Return once everything committed so far has been sent to this tab (aggregates with an interval excepted)."""
        await self._feed.catch_up()
        client = self._clients.get(socket_id)
        views: Iterable[SharedView] = client.views() if client else ()
        waiting = [self._refresher.reached(shared, shared.wanted) for shared in views if shared.view.min_interval_seconds == 0]
        if waiting:
            _, late = await asyncio.wait([asyncio.ensure_future(one) for one in waiting], timeout=SETTLE_SECONDS)
            for one in late:
                one.cancel()

    async def acknowledge(self, socket_id: str, mutation: str, *, error: str | None = None) -> None:
        """Answer a mutation after its rows. The tab then drops what it had patched by itself."""
        if error is None:
            await self.settle(socket_id)
        if (socket := self._find_socket(socket_id)) is not None:
            socket.send(wire.answered(mutation, error), force=True)

    def validate(self) -> None:
        """Raise AssertionError when an invariant is broken. For tests."""
        for shared in self._views.values():
            shared.validate()
            bound = {client.socket_id for client in self._clients.values() if shared in client.views()}
            assert shared.members.keys() == bound, "members and bound slots differ"
            assert not (shared.is_stale and shared.members) or shared.task is not None, "a stale view is not being run"
