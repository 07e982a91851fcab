"""A real uvicorn on a loopback port in the test's own loop, as `stackdock serve` starts it, and a websocket client for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import websockets
from starlette.types import ASGIApp

from stackdock.security.cookies import session_cookie_name
from stackdock.settings import settings
from tests.fixtures.processes import free_port

PATIENCE_SECONDS = 10


def choose_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the settings a port of this test's own, before anything reads them."""
    monkeypatch.setenv("STACKDOCK_PORT", str(free_port()))
    settings.cache_clear()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve `app` on the port of the settings while the block runs. Gives the origin."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=settings().port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
        yield settings().origin
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def socket(
    origin: str, cookie: str | None, *, from_origin: str | None = "own", query: str = "", path: str = "/_event/"
) -> AsyncIterator[websockets.ClientConnection]:
    """A websocket as a page of ours opens it, or not quite. Raises InvalidStatus when it is refused."""
    headers = {"Cookie": f"{session_cookie_name()}={cookie}"} if cookie else {}
    if from_origin:
        headers["Origin"] = origin if from_origin == "own" else from_origin
    address = origin.replace("http", "ws", 1) + path + (query or "?EIO=4&transport=websocket&token=tab-1")
    async with websockets.connect(address, additional_headers=headers, compression=None, max_size=None) as connection:
        yield connection


class Tab:
    """A browser tab: Reflex's own protocol on top of a socket."""

    def __init__(self, connection: websockets.ClientConnection, path: str = "/o/acme/servers") -> None:
        self.connection = connection
        self.path = path
        self.received: list[dict[str, Any]] = []

    async def open(self) -> Tab:
        await self.connection.recv()
        await self.connection.send(
            "40/_event," + json.dumps({"event": self._event("reflex___state____state.hydrate_and_load", {})})
        )
        return self

    def _event(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": {"pathname": "/o/[slug]/servers", "asPath": self.path}}

    async def send(self, name: str, payload: dict[str, Any]) -> None:
        await self.connection.send("42/_event," + json.dumps(["event", self._event(name, payload)]))

    async def until(self, text: str) -> str:
        """Read on until a message holds `text`."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = str(await self.connection.recv())
                if message == "2":
                    await self.connection.send("3")
                if text in message:
                    return message
