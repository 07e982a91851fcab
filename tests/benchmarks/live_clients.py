"""The clients of the live benchmark, in a process of their own.

    python -m tests.benchmarks.live_clients PORT COUNT live|floor [ORGANIZATION_ID]

Prints a line when all are subscribed; then, for each line `start` on standard input, measures until `stop` and prints a report:
latencies from the time written in the changed cell to its arrival, and the size of the messages.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

import uvloop

from tests.live.tab import Tab, open_tabs

STATE = "reflex___state____state.tests___live___tiny_app____console"
WRITTEN_AT = re.compile(rb'"region":\s?"(\d{19})"')

latencies_ms: list[float] = []
sizes: list[int] = []
is_measuring = False


def arrived(_tab: Tab, text: bytes) -> None:
    if not is_measuring:
        return
    now = time.time_ns()
    found = WRITTEN_AT.search(text)
    if found:
        latencies_ms.append((now - int(found[1])) / 1e6)
        sizes.append(len(text))


class PlainTab(Tab):
    """A client of the floor: it is ready once connected."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.hydrated.set_result(None)


async def connect(port: int, count: int, kind: str, organization_id: str) -> list[Tab]:
    if kind == "floor":
        loop = asyncio.get_running_loop()
        return [(await loop.create_connection(lambda: PlainTab(port, "", arrived), "127.0.0.1", port))[1] for _ in range(count)]
    tabs = await open_tabs(count, port, STATE, arrived)
    if kind == "live":
        for tab in tabs:
            tab.event("open_page", organization_id=organization_id)
        for tab in tabs:
            await tab.until(lambda page: page.rows("servers") is not None, 60.0)
    for tab in tabs:
        tab.is_recording = False
    return tabs


async def main() -> None:
    global is_measuring
    port, count, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tabs = await connect(port, count, kind, sys.argv[4] if len(sys.argv) > 4 else "")
    print(json.dumps({"connected": len(tabs)}), flush=True)
    while line := (await lines.readline()).decode().strip():
        is_measuring = line == "start"
        if line == "start":
            latencies_ms.clear()
            sizes.clear()
            continue
        ordered = sorted(latencies_ms)
        report = {"received": len(ordered), "bytes": max(sizes, default=0)}
        if ordered:
            report |= {"p50_ms": ordered[len(ordered) // 2], "p95_ms": ordered[int(len(ordered) * 0.95)]}
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
