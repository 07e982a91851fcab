"""The floor: what it costs to send one text to many clients with the `websockets` library and nothing else.

    python -m tests.benchmarks.floor_server PORT

Each line of standard input is broadcast; GET /stats answers the process's CPU seconds.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from http import HTTPStatus

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

clients: set[ServerConnection] = set()


async def hold(client: ServerConnection) -> None:
    clients.add(client)
    try:
        await client.wait_closed()
    finally:
        clients.discard(client)


def stats(_client: ServerConnection, request: Request) -> Response | None:
    if request.path != "/stats":
        return None
    usage = resource.getrusage(resource.RUSAGE_SELF)
    body = json.dumps({"cpu_seconds": usage.ru_utime + usage.ru_stime}).encode()
    return Response(HTTPStatus.OK, "OK", Headers({"Content-Length": str(len(body))}), body)


async def main() -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with serve(hold, "127.0.0.1", int(sys.argv[1]), compression=None, process_request=stats):
        while line := await lines.readline():
            broadcast(clients, line.decode().rstrip("\n"))


if __name__ == "__main__":
    uvloop.run(main())
