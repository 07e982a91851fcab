"""One browser tab: its socket, whose it is, and what its slots are bound to."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from stackdock.live.shared_view import SharedView, Socket


@dataclass(frozen=True)
class Identity:
    session_id: str  # of the login session
    principal: object = None  # whatever the app's authorization needs; the live engine does not look at it


@dataclass
class Client:
    socket_id: str
    socket: Socket
    slots: dict[str, SharedView] = field(default_factory=dict)
    app_wide: set[str] = field(default_factory=set)  # slots that stay when the page changes
    _asked: dict[str, int] = field(default_factory=dict)  # slot → the newest request for it
    _tickets: count[int] = field(default_factory=count)

    def views(self) -> set[SharedView]:
        return set(self.slots.values())

    def asked(self) -> set[str]:
        """Every slot that is bound, or about to be."""
        return self._asked.keys() | self.slots.keys()

    def page_slots(self) -> set[str]:
        return self._asked.keys() - self.app_wide

    def ask(self, slot: str, *, app_wide: bool) -> int:
        """Take note that the slot is to show another view. The ticket is worthless once somebody asks again."""
        self._asked[slot] = next(self._tickets)
        (self.app_wide.add if app_wide else self.app_wide.discard)(slot)
        return self._asked[slot]

    def still_asks(self, slot: str, ticket: int) -> bool:
        return self._asked.get(slot) == ticket

    def drop(self, slot: str) -> SharedView | None:
        self._asked.pop(slot, None)
        self.app_wide.discard(slot)
        return self.slots.pop(slot, None)
