"""The websocket's handshake and life: who may open one, how fast it may talk, and its end when the login session ends."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stackdock.endpoints.visitors import visitor
from stackdock.security.open_sockets import OpenSocket, holding, socket_count
from stackdock.security.rate_limit import RateLimit
from stackdock.services.login_sessions import SignedIn
from stackdock.settings import settings

SOCKETS_PER_SESSION = 2000  # a bound for what one stolen or shared cookie may hold open, far above what a person opens
MESSAGES_PER_SECOND = 100
MESSAGE_BURST = 300
MESSAGE_CHARACTERS = 256 * 1024

POLICY_VIOLATION = 1008
TOO_LARGE = 1009
SESSION_ENDED = 4401

_CLIENT_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")


async def serve_socket(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Accept the socket of a signed-in person's own page; refuse any other before it is accepted."""
    connection = HTTPConnection(scope)
    signed_in = await visitor(connection) if connection.headers.get("origin", "").lower() in settings().allowed_origins else None
    query = _own_query(scope, signed_in) if signed_in else None
    if signed_in is None or query is None or socket_count(signed_in.session_id) >= SOCKETS_PER_SESSION:
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    scope = {**scope, "query_string": urlencode(query).encode()}
    line = _Line(receive, send)
    with holding(OpenSocket(signed_in.session_id, signed_in.user_id, query["token"], line.end_session)):
        await app(scope, line.receive, line.send)


def _own_query(scope: Scope, signed_in: SignedIn) -> dict[str, str] | None:
    """The query for Reflex, or None for one that no page of ours sends.

    Reflex finds a browser tab's state by the token in it, and takes anybody's word. With the login session's id inside the token,
    a token that another session presents is simply another tab's, whatever still runs for the first.
    """
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    if query.get("transport") != "websocket" or not _CLIENT_TOKEN.fullmatch(query.get("token", "")):
        return None
    return query | {"token": f"{query['token']}-{signed_in.session_id}"}


class _Line:
    """One open socket, between the server and Reflex."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._limit = RateLimit(MESSAGES_PER_SECOND, MESSAGE_BURST, max_keys=1)
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._next: asyncio.Future[Any] | None = None

    async def receive(self) -> Message:
        """The next message, or the end: of the connection, of the session, or of our patience with this client."""
        if self._ended.done():
            return {"type": "websocket.disconnect", "code": self._ended.result()}
        self._next = self._next or asyncio.ensure_future(self._receive())
        await asyncio.wait({self._next, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done():
            self._next.cancel()
            return {"type": "websocket.disconnect", "code": self._ended.result()}
        message, self._next = self._next.result(), None
        if message["type"] == "websocket.receive":
            if len(message.get("text") or message.get("bytes") or "") > MESSAGE_CHARACTERS:
                await self._end(TOO_LARGE)
                return await self.receive()
            if not self._limit.take(""):
                await self._end(POLICY_VIOLATION)
                return await self.receive()
        return message

    async def send(self, message: Message) -> None:
        if not self._ended.done():  # what was on its way to an ended session stays here
            await self._send(message)

    async def end_session(self) -> None:
        await self._end(SESSION_ENDED)

    async def _end(self, code: int) -> None:
        if self._ended.done():
            return
        self._ended.set_result(code)
        with suppress(OSError, RuntimeError):  # what the server says when the other side was faster
            await self._send({"type": "websocket.close", "code": code})
