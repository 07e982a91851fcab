"""Messages to the browser's store, encoded once however many sockets they go to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

SUBSTATE = "~"  # no state of Reflex's has this name: the browser's bridge is its dispatcher
NAMESPACE = "/_event"

# An ordinary Reflex update on the wire: engine.io message (4), socket.io event (2), namespace, name, {"delta": {substate: …}}.
_HEAD = f'42{NAMESPACE},["event",{{"delta":{{"{SUBSTATE}":'
_TAIL = "}}]"


class Message:
    """One message for the browser's store."""

    __slots__ = ("__dict__", "payload")

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self.payload = payload

    @cached_property
    def text(self) -> str:
        """The whole engine.io message."""
        return _HEAD + json.dumps(self.payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + _TAIL

    @cached_property
    def frame(self) -> bytes:
        """The message as one unmasked websocket text frame, as servers send them (RFC 6455, 5.2)."""
        body = self.text.encode()
        size = len(body)
        if size < 126:
            return bytes((0x81, size)) + body
        if size < 65536:
            return b"\x81\x7e" + size.to_bytes(2, "big") + body
        return b"\x81\x7f" + size.to_bytes(8, "big") + body


def bound(slots: Mapping[str, str | None]) -> Message:
    """From its snapshot on a slot shows this view; None: the slot is dropped."""
    return Message({"b": slots})


def kept(slots: Iterable[str]) -> Message:
    """Every slot but these is dropped, whatever the tab may still show from an earlier connection."""
    return Message({"only": sorted(slots)})


def snapshot(view_id: str, seq: int, cells: Sequence[str], rows: Sequence[Sequence[Any]], meta: Mapping[str, Any]) -> Message:
    return Message({"v": view_id, "s": seq, "c": cells, "r": rows, "m": meta})


def patch(view_id: str, seq: int, changes: Mapping[str, Any]) -> Message:
    return Message({"v": view_id, "s": seq, **changes})


def answered(mutation: str, error: str | None) -> Message:
    return Message({"k": [mutation, error is None, error]})


def ended(reason: str) -> Message:
    return Message({"end": reason})
