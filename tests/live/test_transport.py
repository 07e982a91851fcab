"""What `stackdock/live/transport.py` leans on in other people's code, and that it keeps the order of messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import reflex as rx
import socketio
import uvicorn
from engineio.async_socket import AsyncSocket
from reflex_base.registry import RegistrationContext
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from stackdock.live.transport import MAX_WAITING_BYTES, PublicSocket, RememberConnections, TabSocket, Transport
from stackdock.live.wire import NAMESPACE, Message
from tests.fixtures.processes import free_port
from tests.live.tab import Tab


class Namespace(socketio.AsyncNamespace):
    """As much of Reflex's as the transport uses."""

    def __init__(self) -> None:
        super().__init__(NAMESPACE)
        self.connected: asyncio.Queue[str] = asyncio.Queue()

    def on_connect(self, socket_id: str, _environ: object, _auth: object = None) -> None:
        self.connected.put_nowait(socket_id)

    def on_disconnect(self, socket_id: str) -> None:
        """Reflex's takes the socket's id alone."""


class Server:
    def __init__(self, port: int, options: dict[str, Any], *, remembers: bool) -> None:
        self.port = port
        self.namespace = Namespace()
        self.sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
        self.sio.register_namespace(self.namespace)
        self.transport = Transport(cast("rx.App", SimpleNamespace(sio=self.sio, event_namespace=self.namespace)))
        self.gone: list[str] = []
        self.transport.install(self.gone.append)
        asgi: Any = socketio.ASGIApp(self.sio, socketio_path=NAMESPACE)
        config = uvicorn.Config(
            RememberConnections(asgi) if remembers else asgi, port=port, log_level="error", lifespan="off",
            **{"ws": "websockets-sansio", "ws_per_message_deflate": False} | options,
        )  # fmt: skip
        self.server = uvicorn.Server(config)

    async def tab(self) -> tuple[Tab, str]:
        loop = asyncio.get_running_loop()
        _, tab = await loop.create_connection(lambda: Tab(self.port, "", None), "127.0.0.1", self.port)
        return tab, await asyncio.wait_for(self.namespace.connected.get(), 10)


@pytest.fixture
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    options = dict(getattr(request, "param", {}))
    served = Server(free_port(), options, remembers=options.pop("remembers", True))
    running = asyncio.create_task(served.server.serve())
    while not served.server.started:
        await asyncio.sleep(0.01)
    yield served
    served.server.should_exit = True
    served.server.force_exit = True
    await running


def numbered(tab: Tab) -> list[int]:
    return [message["n"] for message in tab.page.log]


async def test_a_frame_is_written_straight_to_the_connection(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    assert isinstance(socket, TabSocket)
    assert socket._connection is not None, "uvicorn's protocol was not found: every message takes the slow way"
    assert isinstance(socket._connection.protocol, WebSocketsSansIOProtocol)
    socket.send(Message({"n": 1}))
    assert socket._queue.qsize() == 0
    await tab.until(lambda page: bool(page.log))
    assert numbered(tab) == [1]


@pytest.mark.parametrize(
    "server",
    [{}, {"remembers": False}],
    indirect=True,
    ids=["written straight", "through the queue"],
)
async def test_messages_arrive_in_order_whatever_way_they_go(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    assert socket is not None
    for number in range(300):
        if number % 3 == 0:
            await server.sio.emit("event", {"delta": {"~": {"n": number}}}, to=socket_id, namespace=NAMESPACE)
        else:
            socket.send(Message({"n": number}), force=True)
        if number % 7 == 0:
            await asyncio.sleep(0)
    await tab.until(lambda page: len(page.log) == 300)
    assert numbered(tab) == list(range(300))


async def test_order_is_kept_while_the_connection_is_held_up(server: Server) -> None:
    """The writer task waits inside uvicorn with a packet in its hand: frames must not overtake it."""
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    assert isinstance(socket, TabSocket)
    tab.transport.pause_reading()
    filler, number = "x" * 100_000, 0
    while socket._connection is not None and not socket._connection.writes_under_way:
        await server.sio.emit("event", {"delta": {"~": {"n": number, "filler": filler}}}, to=socket_id, namespace=NAMESPACE)
        number += 1
        await asyncio.sleep(0)
        assert number < 500, "the connection was never held up"
    for later in range(number, number + 20):
        socket.send(Message({"n": later}), force=True)
    tab.transport.resume_reading()
    await tab.until(lambda page: len(page.log) == number + 20)
    assert numbered(tab) == list(range(number + 20))


async def test_a_tab_that_does_not_read_refuses_after_a_while_and_takes_again_when_drained(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    assert isinstance(socket, TabSocket)
    tab.transport.pause_reading()
    sent = 0
    while socket.send(Message({"n": sent, "filler": "x" * 100_000})):
        sent += 1
        await asyncio.sleep(0)
        assert sent < 500, "no backpressure"
    assert socket._connection is not None
    assert socket._connection.protocol.transport.get_write_buffer_size() > MAX_WAITING_BYTES
    assert not socket.is_drained
    tab.transport.resume_reading()
    await tab.until(lambda page: len(page.log) == sent)
    while not socket.is_drained:
        await asyncio.sleep(0.01)
    assert socket.send(Message({"n": sent}))
    await tab.until(lambda page: len(page.log) == sent + 1)


async def test_a_disconnected_tab_is_told_of_once_and_found_no_more(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    tab.close()
    while not server.gone:
        await asyncio.sleep(0.01)
    assert server.gone == [socket_id]
    assert server.transport.find(socket_id) is None
    assert socket is not None
    assert socket.send(Message({"n": 1})), "writing to a tab that has gone is nobody's error"


async def test_cutting_off_comes_after_what_was_sent(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = server.transport.find(socket_id)
    assert socket is not None
    socket.send(Message({"end": "signed out"}), force=True)
    server.transport.disconnect(socket_id)
    await asyncio.wait_for(tab.closed, 10)
    assert tab.page.ended == "signed out"


async def test_the_public_way_delivers_in_order_too(server: Server) -> None:
    tab, socket_id = await server.tab()
    socket = PublicSocket(cast("Any", server.namespace), socket_id)
    for number in range(20):
        assert socket.send(Message({"n": number}))
    await tab.until(lambda page: len(page.log) == 20)
    assert numbered(tab) == list(range(20))


async def test_without_engineio_s_sockets_the_public_way_is_taken(server: Server) -> None:
    tab, socket_id = await server.tab()
    server.sio.eio.sockets = {}
    socket = server.transport.find(socket_id)
    assert isinstance(socket, PublicSocket)
    assert tab.page.log == []


def test_reflex_and_engineio_have_what_is_leaned_on() -> None:
    registered = RegistrationContext.set(RegistrationContext.ensure_context().fork())  # one app is allowed for each
    try:
        app = rx.App()
    finally:
        RegistrationContext.reset(registered)
    assert app.event_namespace is not None
    assert app.event_namespace.namespace == NAMESPACE
    assert callable(app.event_namespace.on_disconnect)
    assert app.sio is not None
    for name in ("eio_sid_from_sid", "is_connected"):
        assert callable(getattr(app.sio.manager, name))
    assert isinstance(app.sio.eio.sockets, dict)
    assert AsyncSocket.poll.__module__ in ("engineio.async_socket", "stackdock.live.transport")


@pytest.mark.parametrize("size", [1, 20, 125, 126, 5_000, 65_535, 70_000])
def test_a_frame_is_what_the_websocket_standard_says(size: int) -> None:
    message = Message({"n": "x" * size})
    reader = StreamReader()
    reader.feed_data(message.frame)
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    frame = parsed.value.value
    assert (frame.opcode, frame.fin, frame.data.decode()) == (Opcode.TEXT, True, message.text)
    assert json.loads(message.text[message.text.index("[") :]) == ["event", {"delta": {"~": {"n": "x" * size}}}]
