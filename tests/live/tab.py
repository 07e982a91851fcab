"""A browser tab at protocol level: Reflex's socket (engine.io 4, socket.io 5) on a plain TCP connection, and what it was told.

No websocket library, so that a thousand of them cost little beside the server they measure.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

from tests.live.page_model import PageModel

STATE = "reflex___state____state"
NAMESPACE = "/_event"
ROUTE = {"pathname": "/", "asPath": "/"}


class Tab(asyncio.Protocol):
    """`page` holds what the live messages said; `on_text` sees every text message with its time of arrival."""

    def __init__(self, port: int, state: str, on_text: Callable[[Tab, bytes], None] | None = None) -> None:
        self.port = port
        self.state = state  # the full name of the page's state
        self.token = secrets.token_hex(16)
        self.page = PageModel()
        self.hydrated: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_text = on_text
        self.is_recording = True  # whether live messages are decoded into `page`
        self.changed = asyncio.Event()
        self._buffer = bytearray()
        self._fragments = b""
        self._is_open = False

    # --- asyncio.Protocol --------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET {NAMESPACE}/?EIO=4&transport=websocket&token={self.token} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.hydrated.done():
            self.hydrated.set_exception(ConnectionError(f"closed before it was hydrated: {exc}"))
        if not self.closed.done():
            self.closed.set_result(None)
        self.changed.set()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._is_open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in buffer[:20]:
                self.transport.close()
                return
            self._is_open = True
            del buffer[: end + 4]
        at, size = 0, len(buffer)
        while size - at >= 2:
            length, start = buffer[at + 1] & 127, at + 2
            if length >= 126:
                width = 2 if length == 126 else 8
                if size < start + width:
                    break
                length, start = int.from_bytes(buffer[start : start + width], "big"), start + width
            if size < start + length:
                break
            self._frame(buffer[at], bytes(buffer[start : start + length]))
            at = start + length
        del buffer[:at]

    # --- frames and packets --------------------------------------------------------------------------------------------------

    def _frame(self, first: int, payload: bytes) -> None:
        match first & 15:
            case 0 | 1:
                self._fragments += payload
                if first & 128:
                    text, self._fragments = self._fragments, b""
                    self._text(text)
            case 8:
                self.transport.close()
            case 9:
                self._write(payload, opcode=10)

    def _text(self, text: bytes) -> None:
        if self.on_text is not None:
            self.on_text(self, text)
        if text[:1] == b"0":
            boot = {"event": {"name": f"{STATE}.hydrate_and_load", "payload": {}, "router_data": ROUTE}}
            self.send(f"40{NAMESPACE},{json.dumps(boot)}")
        elif text == b"2":
            self.send("3")
        elif text.startswith(b'42/_event,["event",{"delta":{"~":'):
            if self.is_recording:
                self.page.receive(json.loads(text[text.index(b"[") :])[1]["delta"]["~"])
                self.changed.set()
        elif not self.hydrated.done() and b'"is_hydrated_rx_state_":true' in text.replace(b" ", b""):
            self.hydrated.set_result(None)

    def _write(self, payload: bytes, *, opcode: int = 1) -> None:
        size, mask = len(payload), os.urandom(4)
        if size < 126:
            head = bytes((0x80 | opcode, 0x80 | size))
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        masked = int.from_bytes((mask * (size // 4 + 1))[:size], "big") ^ int.from_bytes(payload, "big")
        self.transport.write(head + mask + masked.to_bytes(size, "big"))

    def send(self, text: str) -> None:
        self._write(text.encode())

    # --- what a test does ----------------------------------------------------------------------------------------------------

    def event(self, handler: str, **payload: Any) -> None:
        """Call an event handler of the page's state, as a click does."""
        event = {"name": f"{self.state}.{handler}", "payload": payload, "router_data": ROUTE}
        self.send(f"42{NAMESPACE},{json.dumps(['event', event])}")

    async def until(self, is_true: Callable[[PageModel], bool], timeout_seconds: float = 10.0) -> None:
        """Wait until what the tab was told makes `is_true` true."""
        deadline = time.monotonic() + timeout_seconds
        while not is_true(self.page):
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                last = "\n".join(str(message)[:1000] for message in self.page.log[-3:])
                raise AssertionError(f"not within {timeout_seconds} s; the last messages:\n{last}") from None

    def close(self) -> None:
        self.transport.abort()


async def open_tabs(count: int, port: int, state: str, on_text: Callable[[Tab, bytes], None] | None = None) -> list[Tab]:
    """Connect and hydrate tabs, some at a time."""
    loop = asyncio.get_running_loop()
    tabs: list[Tab] = []
    while len(tabs) < count:
        batch = [
            (await loop.create_connection(lambda: Tab(port, state, on_text), "127.0.0.1", port))[1]
            for _ in range(min(50, count - len(tabs)))
        ]
        await asyncio.gather(*(tab.hydrated for tab in batch))
        tabs += batch
    return tabs


def close_all(tabs: Iterable[Tab]) -> None:
    for tab in tabs:
        tab.close()
