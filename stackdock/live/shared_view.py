"""One result that is kept true, and everybody who watches it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from stackdock.live import wire
from stackdock.live.cells import to_cells
from stackdock.live.diff import diff
from stackdock.live.footprint import footprint
from stackdock.live.view import LiveView


class Socket(Protocol):
    """The way to one browser tab."""

    def send(self, message: wire.Message, *, force: bool = False) -> bool:
        """Put a message on its way, in order. False when too much is waiting already (then it is not sent, unless forced)."""
        ...

    @property
    def is_drained(self) -> bool:
        """Whether the tab has taken what was sent."""
        ...


class SharedView:
    """State, as transitions:

        wanted       number of the newest change that can touch the view; starts at 1: never run
                     n → n + 1: `touch`
        shown        the value of `wanted` that the last successful run had before its query began
                     a → b: the members have been sent the run's difference
        rows, order  the last result; seq grows by one with each difference
        members      socket id → socket. None → socket: `join`, which sends the snapshot in the same step
        lagging      members that get no patches, because too much waits in their socket
                     in → out: `resend_drained`, with a snapshot
        failures     runs in a row that failed; 0 → n tells the members `stale`, n → 0 tells them it is over

    Invariants (checked by `validate`):
        - a member that is not lagging has been sent snapshot k and every patch from k + 1 to `seq`, in order
        - shown <= wanted; when they are equal, rows are the result of a query that began after every change known
        - a view with members that is stale has a run under way or waiting for its turn (the engine's duty)
    """

    def __init__(self, view_id: str, view: LiveView) -> None:
        self.id = view_id
        self.view = view
        self.footprint = footprint(view.statement)
        names = view.cells_of()
        self._id_at = names.index(view.id_cell)
        self.cells = tuple(name for name in names if name != view.id_cell)
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.order: list[str] = []
        self.meta: dict[str, Any] = {"more": False, "stale": False}
        self.seq = 0
        self.wanted = 1
        self.shown = 0
        self.failures = 0
        self.members: dict[str, Socket] = {}
        self.lagging: set[str] = set()
        self.joining = 0  # subscriptions that wait for the first result
        self.idle_since = 0.0
        self.not_before = 0.0  # earliest start of the next run
        self.expected_seconds = 0.0  # loop time of the last run
        self.task: asyncio.Task[None] | None = None
        self._snapshot: wire.Message | None = None
        self._outcomes: list[asyncio.Future[None]] = []

    @property
    def is_stale(self) -> bool:
        return self.shown < self.wanted

    @property
    def is_watched(self) -> bool:
        return bool(self.members) or self.joining > 0

    def touch(self) -> None:
        self.wanted += 1

    # --- results -----------------------------------------------------------------------------------------------------------

    def take(self, result: Sequence[Sequence[Any]]) -> wire.Message | None:
        """Make `result` the view's rows; the message that tells the members, or None when nothing looks different."""
        more = len(result) > self.view.limit
        rows: dict[str, tuple[Any, ...]] = {}
        at = self._id_at
        for values in result[: self.view.limit]:
            cells = to_cells(values)
            rows[str(cells[at])] = cells[:at] + cells[at + 1 :]
        order = list(rows)
        changes = diff(self.cells, self.rows, self.order, rows, order)
        meta = {key: value for key, value in (("more", more), ("stale", False)) if self.meta[key] is not value}
        if meta:
            changes["m"] = meta
        self.rows, self.order = rows, order
        return self._tell(changes)

    def fail(self) -> wire.Message | None:
        """A run failed: what is shown may be old. The message that says so, the first time."""
        return None if self.meta["stale"] else self._tell({"m": {"stale": True}})

    def _tell(self, changes: dict[str, Any]) -> wire.Message | None:
        if not changes:
            return None
        self.meta |= changes.get("m", {})
        self.seq += 1
        self._snapshot = None
        return wire.patch(self.id, self.seq, changes)

    def snapshot(self) -> wire.Message:
        if self._snapshot is None:
            rows = [[row_id, *self.rows[row_id]] for row_id in self.order]
            self._snapshot = wire.snapshot(self.id, self.seq, self.cells, rows, dict(self.meta))
        return self._snapshot

    # --- members -----------------------------------------------------------------------------------------------------------

    def join(self, socket_id: str, socket: Socket, slot: str) -> None:
        """Bind the member's slot and send the snapshot. No await may come between the snapshot and the membership."""
        self.members[socket_id] = socket
        self.lagging.discard(socket_id)
        socket.send(wire.bound({slot: self.id}), force=True)
        socket.send(self.snapshot(), force=True)

    def leave(self, socket_id: str, now: float) -> None:
        self.members.pop(socket_id, None)
        self.lagging.discard(socket_id)
        if not self.members:
            self.idle_since = now

    def resend_drained(self) -> int:
        """Members that have caught up get one snapshot in place of what they missed."""
        drained = [socket_id for socket_id in self.lagging if self.members[socket_id].is_drained]
        for socket_id in drained:
            self.lagging.discard(socket_id)
            self.members[socket_id].send(self.snapshot(), force=True)
        return len(drained)

    # --- waiting -----------------------------------------------------------------------------------------------------------

    def outcome(self) -> asyncio.Future[None]:
        """Done after the run that is under way, or else the next, whether it succeeded or not."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outcomes.append(future)
        return future

    def finish_run(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        for future in outcomes:
            if not future.done():
                future.set_result(None)

    def validate(self) -> None:
        """Raise AssertionError when an invariant is broken. For tests."""
        assert 0 <= self.shown <= self.wanted, "more was shown than was asked for"
        assert self.lagging <= self.members.keys(), "somebody who left still lags"
        assert list(self.rows) == self.order, "rows and order differ"
