"""A simulator behind a real socket on loopback, inside the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
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


@contextlib.asynccontextmanager
async def serve(simulator: Simulator, *, port: int = 0) -> AsyncIterator[RunningSimulator]:
    """Listen on loopback until the block ends; port 0 takes a free one. Raises: OSError when the port is taken.

    uvicorn is driven in parts, because its `serve` takes the process's signals and waits for slow clients at its end.
    """
    listener = _listen(port)
    # The process's logging is the app's: uvicorn must not configure it.
    config = uvicorn.Config(simulator.app, log_config=None, access_log=False, lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    ticking = asyncio.create_task(server.main_loop())  # keeps the Date header right
    try:
        yield RunningSimulator(simulator, listener.getsockname())
    finally:
        ticking.cancel()
        await asyncio.wait({ticking})
        await _stop(server)


def _listen(port: int) -> socket.socket:
    # Named as TCP: asyncio turns Nagle's delay off only where the protocol number says so, else each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _stop(server: uvicorn.Server) -> None:
    """Close everything at once: who still waits for an answer (a fault, perhaps) sees the connection end."""
    for listening in server.servers:
        listening.close()
    await asyncio.sleep(0)  # a connection accepted a moment ago is only now known to the server
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    if answering := set(server.server_state.tasks):
        _, stuck = await asyncio.wait(answering, timeout=1)
        for task in stuck:
            task.cancel()
