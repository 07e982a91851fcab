"""The way to a browser tab: the one file that touches the internals of Reflex, socket.io, engine.io and uvicorn.

A message for a thousand tabs is encoded once, as a whole websocket frame, and written straight to each connection's transport:
5 to 10 µs a tab, where engine.io's writer task takes 30. What this leans on is checked in `tests/live/test_transport.py`:

- uvicorn (`ws="websockets-sansio"`, no per-message deflate): the bound `send` that an ASGI application is given belongs to the
  protocol object, which has `transport`, `conn.extensions` and `close_sent`
- engine.io: `AsyncServer.sockets[sid]` has `queue` and `closed`; `AsyncSocket.poll` feeds the writer task
- socket.io: `manager.eio_sid_from_sid`, `get_environ` keeps the ASGI scope
- Reflex: `App.event_namespace`, `App.sio`; browser tabs have their own `socket_id` (`state.router.session.session_id`)

Order is kept between frames written here and packets that go through engine.io: a frame is written only while the socket's queue
is empty and its writer waits for the queue; otherwise it joins the queue. Where uvicorn's protocol cannot be found, everything
goes through the queue, and where engine.io's queue cannot, through Reflex's public `emit`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engineio import async_socket
from engineio.exceptions import QueueEmpty
from engineio.packet import MESSAGE, Packet

from stackdock.live.wire import NAMESPACE, SUBSTATE, Message

if TYPE_CHECKING:
    from reflex import App
    from reflex.app import EventNamespace
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as AsgiMessage

    from stackdock.live.shared_view import Socket

logger = logging.getLogger(__name__)

MAX_WAITING_BYTES = 256 * 1024  # in one connection's write buffer, before its tab counts as slow
MAX_WAITING_PACKETS = 32  # the same for a connection without a known transport
SCOPE_KEY = "stackdock.connection"


class Connection:
    """One websocket: uvicorn's protocol object, and whether the application's own write is held up in it."""

    __slots__ = ("protocol", "writes_under_way")

    def __init__(self, protocol: Any) -> None:
        self.protocol = protocol
        self.writes_under_way = 0

    @property
    def takes_frames(self) -> bool:
        """Whether a plain frame may be written: the handshake is over, nothing is compressed, and nobody has said goodbye."""
        protocol = self.protocol
        return protocol.handshake_complete and not protocol.conn.extensions


class RememberConnections:
    """The outermost ASGI application: notes uvicorn's protocol object of each websocket in its scope.

    Give it to uvicorn itself. An ASGI middleware between them that replaces `send` hides the protocol; tabs then get their
    messages through engine.io's queue, three times as dear.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        protocol = getattr(send, "__self__", None)
        if scope["type"] != "websocket" or not all(hasattr(protocol, name) for name in ("transport", "conn", "close_sent")):
            await self._app(scope, receive, send)
            return
        connection = scope[SCOPE_KEY] = Connection(protocol)

        async def counted(message: AsgiMessage) -> None:
            connection.writes_under_way += 1
            try:
                await send(message)
            finally:
                connection.writes_under_way -= 1

        await self._app(scope, receive, counted)


class TabSocket:
    """A tab behind an engine.io socket."""

    __slots__ = ("_connection", "_engine_socket", "_queue")

    def __init__(self, engine_socket: Any, connection: Connection | None) -> None:
        self._engine_socket = engine_socket
        self._queue = engine_socket.queue
        self._connection = connection if connection is not None and connection.takes_frames else None

    def send(self, message: Message, *, force: bool = False) -> bool:
        if self._engine_socket.closed:
            return True  # gone: the disconnect hook is on its way, and nothing is owed
        waiting = self._queue.qsize()
        connection = self._connection
        if connection is None:
            if waiting >= MAX_WAITING_PACKETS and not force:
                return False
        else:
            protocol = connection.protocol
            transport = protocol.transport
            if protocol.close_sent or transport.is_closing():
                return True
            if not force and transport.get_write_buffer_size() > MAX_WAITING_BYTES:
                return False
            if not waiting and not connection.writes_under_way:
                transport.write(message.frame)
                return True
        self._queue.put_nowait(_packet(message))
        return True

    @property
    def is_drained(self) -> bool:
        if self._queue.qsize():
            return False
        return self._connection is None or self._connection.protocol.transport.get_write_buffer_size() == 0


class PublicSocket:
    """A tab reached through socket.io's public `emit` alone: slower, and right whatever upstream changes."""

    def __init__(self, namespace: EventNamespace, socket_id: str) -> None:
        self._namespace = namespace
        self._socket_id = socket_id
        self._waiting: deque[Message] = deque()
        self._writer: asyncio.Task[None] | None = None

    def send(self, message: Message, *, force: bool = False) -> bool:
        if len(self._waiting) >= MAX_WAITING_PACKETS and not force:
            return False
        self._waiting.append(message)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return True

    @property
    def is_drained(self) -> bool:
        return not self._waiting

    async def _write(self) -> None:
        try:
            while self._waiting:
                update = {"delta": {SUBSTATE: self._waiting[0].payload}}
                await self._namespace.emit("event", update, to=self._socket_id)
                self._waiting.popleft()
        finally:
            self._writer = None


class Transport:
    """The tabs of one Reflex app."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._sockets: dict[str, Socket] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def install(self, on_gone: Callable[[str], None]) -> None:
        """Call `on_gone` with the socket id of every tab that disconnects, and make engine.io's writers cheap."""
        namespace: Any = self._app.event_namespace
        inner = namespace.on_disconnect

        def on_disconnect(socket_id: str, *_reason: Any) -> Any:
            self._sockets.pop(socket_id, None)
            on_gone(socket_id)
            return inner(socket_id)

        namespace.on_disconnect = on_disconnect
        async_socket.AsyncSocket.poll = _poll  # pyright: ignore[reportAttributeAccessIssue]

    def find(self, socket_id: str) -> Socket | None:
        """The way to a connected tab, or None."""
        found = self._sockets.get(socket_id)
        if found is None and (found := self._open(socket_id)) is not None:
            self._sockets[socket_id] = found
        return found

    def disconnect(self, socket_id: str) -> None:
        """Cut a tab off, after what has been sent to it."""
        task = asyncio.get_running_loop().create_task(self._disconnect(socket_id))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _open(self, socket_id: str) -> Socket | None:
        sio: Any = self._app.sio
        namespace = self._app.event_namespace
        if sio is None or namespace is None or not sio.manager.is_connected(socket_id, NAMESPACE):
            return None
        try:
            engine_socket = sio.eio.sockets[sio.manager.eio_sid_from_sid(socket_id, NAMESPACE)]
            scope = (sio.get_environ(socket_id, NAMESPACE) or {}).get("asgi.scope", {})
            return TabSocket(engine_socket, scope.get(SCOPE_KEY))
        except (AttributeError, KeyError):
            logger.warning("engine.io is not as expected: live rows take the slow way", exc_info=True)
            return PublicSocket(namespace, socket_id)

    async def _disconnect(self, socket_id: str) -> None:
        sio: Any = self._app.sio
        engine_id = sio.manager.eio_sid_from_sid(socket_id, NAMESPACE)
        engine_socket = sio.eio.sockets.get(engine_id)
        await sio.disconnect(socket_id, namespace=NAMESPACE)
        if engine_socket is not None:
            # Else the connection stays, and may ask for the namespace again. None ends the writer, which closes the websocket.
            await sio.eio.disconnect(engine_id)
            engine_socket.queue.put_nowait(None)


def _packet(message: Message) -> Packet:
    """engine.io's packet of a message, encoded once for all sockets."""
    packet = message.__dict__.get("packet")
    if packet is None:
        packet = message.__dict__["packet"] = Packet(MESSAGE, message.text[1:])  # engine.io puts the leading 4 itself
    return packet


async def _poll(self: Any) -> list[Packet]:
    """What `AsyncSocket.poll` does, without its `wait_for`.

    On Python 3.11 that makes a task and a timer for each packet, and holds a packet that is neither in the queue nor written,
    so that a frame could overtake it. Its time limit is not missed: a dead peer is noticed by the reader, which has the same.
    """
    try:
        packet = await self.queue.get()
    except asyncio.CancelledError:
        raise QueueEmpty from None
    packets = []
    while packet is not None:
        self.queue.task_done()
        packets.append(packet)
        try:
            packet = self.queue.get_nowait()
        except asyncio.QueueEmpty:
            return packets
    self.queue.task_done()
    if packets:
        self.queue.put_nowait(None)  # end after these
    return packets
