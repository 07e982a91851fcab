"""The one process that serves pages, the websocket and the API: uvicorn on uvloop, stopped by one signal."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import uvicorn
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp

from stackdock.endpoints.cache_headers import with_cache_headers
from stackdock.errors import StackDockError, StartRefused
from stackdock.live import process
from stackdock.live.transport import RememberConnections
from stackdock.settings import Settings

BACKLOG = 2048  # a thousand browsers reconnect at once after a restart
GRACE_SECONDS = 2  # for open requests and sockets, once asked to stop
FAILED_STATUS = 1
STOP_WITHIN_SECONDS = 15.0  # then the process ends whatever still runs, such as a provider call in a thread


class Server(uvicorn.Server):
    """Calls `when_ready` once it listens; a stop that was asked for is a success, not a crash; stops when pages cannot move."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        await self._when_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Like uvicorn's, but the signal is not raised again afterwards and a stop that hangs is cut short."""
        before = {sign: signal.signal(sign, self._stop) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)

    async def on_tick(self, counter: int) -> bool:
        if process.health() is process.Health.FAILED and not self.should_exit:
            self._begin_to_stop(FAILED_STATUS)
        return await super().on_tick(counter)

    def _begin_to_stop(self, status: int) -> None:
        limit = threading.Timer(STOP_WITHIN_SECONDS, os._exit, [status])
        limit.daemon = True
        limit.start()
        self.should_exit = True

    def _stop(self, sign: int, _frame: object) -> None:
        if not self.should_exit:
            self._begin_to_stop(0)
        elif sign == signal.SIGINT:
            os._exit(130)  # a second Ctrl-C: the person has waited enough


def load_app(outermost: Callable[[Any], Any] | None = None) -> Startable:
    """The console as an ASGI app. Set `frontend.serving_environment()` first: Reflex reads it as it is imported.

    `outermost` may wrap it once more; like every wrapper here it must leave a websocket's `send` as it is.
    By name, because the command line and the app are one layer and neither imports the other.
    """
    app = RememberConnections(with_cache_headers(import_module("stackdock.stackdock").app()))
    return Startable(outermost(app) if outermost else app)


def serve(app: Startable, listener: socket.socket, when_ready: Callable[[], Awaitable[None]], settings: Settings) -> None:
    """Serve until a signal says stop. Raises why the app cannot start, or cannot go on."""
    _allow_many_sockets()
    proxies = ",".join(settings.trusted_proxies)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # messages are small: compressing each costs more than it saves
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    try:
        Server(config, when_ready).run([listener])
    except SystemExit:  # uvicorn's word for an app that did not start
        if app.failure is None:
            raise
        raise app.failure from None
    if process.health() is process.Health.FAILED:
        raise StackDockError(
            "StackDock has ended itself, because its pages could not be kept live. The log says why; start it again."
        )


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises StartRefused when the address is taken or not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = "Stop the other program, or choose a port with STACKDOCK_PORT."
        raise StartRefused(f"Cannot listen on {host} port {port}: {reason}. {advice}") from error
    return listener


class Startable:
    """An ASGI app that remembers why it could not start, so that a person reads a sentence instead of a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.failure: StackDockError | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        held: list[Any] = []

        async def hold_failure(message: Any) -> None:
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold_failure)
        except StackDockError as error:
            self.failure = error
        except OperationalError as error:
            self.failure = StartRefused(f"The database cannot be used: {error.orig}")
        finally:
            if self.failure:
                logging.getLogger("uvicorn.error").disabled = True
            for message in held:
                await send({**message, "message": ""} if self.failure else message)


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
