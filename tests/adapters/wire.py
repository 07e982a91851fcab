"""A raw HTTP server on loopback, for what only real sockets show."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from stackdock.adapters.addresses import OutboundPolicy

Answering = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""(request, head and body; where to write the answer)"""


@dataclass
class Wire:
    port: int
    heads: list[str] = field(default_factory=list)  # the requests as they came in

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def policy(self) -> OutboundPolicy:
        return OutboundPolicy(allow_addresses=frozenset({("127.0.0.1", self.port)}))


@asynccontextmanager
async def listening(answering: Answering) -> AsyncIterator[Wire]:
    """Serve until the block ends; one request per connection."""
    wire = Wire(0)
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if length := re.search(r"content-length: (\d+)", head, re.IGNORECASE):
                head += (await reader.readexactly(int(length.group(1)))).decode("latin-1")
            wire.heads.append(head)
            await answering(head, writer)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


def always(status: str = "200 OK", body: bytes = b"", **headers: str) -> Answering:
    """The same answer every time."""

    async def answering(head: str, writer: asyncio.StreamWriter) -> None:
        named = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        writer.write(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)
        await writer.drain()

    return answering
