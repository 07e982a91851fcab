"""A simulator behind a real socket on loopback, inside the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn

from stackdock.simulators.simulator import Simulator

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that listens. `base_url` includes the API's path prefix; `address` is (host, port)."""

    simulator: Simulator
    address: tuple[str, int]

    @property
    def base_url(self) -> str:
        host, port = self.address
        return f"http://{host}:{port}{self.simulator.prefix}"


class _Server(uvicorn.Server):
    """Leaves the process's signals alone, says when it listens, and does not wait for slow clients at its end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def serve(simulator: Simulator, *, port: int = 0) -> AsyncIterator[RunningSimulator]:
    """Listen on loopback until the block ends; port 0 takes a free one. Raises: OSError when the port is taken."""
    listener = socket.create_server((HOST, port))
    # The loop's own logging is the app's; uvicorn must not configure it a second time.
    config = uvicorn.Config(
        simulator.app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    listening = asyncio.create_task(server.listening.wait())
    try:
        await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        host, bound_port = listener.getsockname()
        yield RunningSimulator(simulator, (host, bound_port))
    finally:
        listening.cancel()
        server.should_exit = True
        await serving
