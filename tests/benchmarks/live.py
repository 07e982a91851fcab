"""Commit → client: latency and server CPU of live views, beside the floor and beside what Reflex does by itself.

Server, clients and writer are three processes. The writer commits one-cell changes by plain SQL, five a second; the changed cell
holds the time, so that a client knows how old a message is. CPU is the server process's, less that of an equal idle interval with
all clients connected, divided by the updates delivered.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from stackdock.columns import new_id
from stackdock.db import migrate
from stackdock.db.database import driver_url
from tests.fixtures.processes import free_port

CHANGES_PER_SECOND = 5
SECONDS = 6.0


@dataclass(frozen=True)
class Figure:
    way: str
    clients: int
    rows: int
    p50_ms: float
    p95_ms: float
    cpu_us: float  # of the server, for one update delivered to one client
    message_bytes: int
    lost: int  # updates that did not arrive; more than one change may travel in one message


def measure(client_counts: list[int], row_counts: list[int], seconds: float = SECONDS) -> Iterator[Figure]:
    """Every combination, for live views; the floor and `modify_state` at the first number of rows."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    for at, rows in enumerate(row_counts):
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "live.db"
            organization_id = fill(database, rows)
            for clients in client_counts:
                shared = live_view(database, organization_id, clients, rows, seconds)
                yield shared
                if at == 0:
                    yield floor(clients, shared.message_bytes, seconds)
                    yield plain_reflex(database, organization_id, clients, rows, seconds)


def fill(database: Path, rows: int) -> str:
    migrate.upgrade(driver_url(f"sqlite:///{database}"))
    organization_id, dock_id, now = new_id(), new_id(), "2026-01-01 00:00:00.000000"
    with sqlite3.connect(database) as connection:
        insert(connection, "organization", {"id": organization_id, "name": "Acme", "slug": "acme", "created_at": now})
        insert(connection, "dock", {
            "id": dock_id, "organization_id": organization_id, "provider": "hetzner", "name": "Acme Hetzner", "is_demo": 0,
            "created_at": now, "data_key": "-", "key_id": "-", "credential_fingerprint": "-", "status": "success",
            "interval_seconds": 300, "consecutive_failures": 0, "resource_count": rows, "lease_number": 0,
        })  # fmt: skip
        for number in range(rows):
            insert(connection, "server", {
                "id": new_id(), "organization_id": organization_id, "dock_id": dock_id, "external_id": str(number),
                "name": f"web-{number:06}", "status": "active", "status_word": "running", "region": "fsn1",
                "provider_tags": "[]", "facts": "{}", "public_ipv4": f"203.0.113.{number % 250}", "private_ipv4": "10.0.0.2",
                "size": "cx22", "image": "debian-12", "cpu_count": 2, "first_seen_at": now, "changed_at": now,
            })  # fmt: skip
        connection.execute("DELETE FROM change_outbox")
    return organization_id


def insert(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def live_view(database: Path, organization_id: str, clients: int, rows: int, seconds: float) -> Figure:
    with (
        served("tests.live.serve_tiny_app", f"sqlite:///{database}") as server,
        connected(server.port, clients, "live", organization_id) as tabs,
    ):
        writer = sqlite3.connect(database, isolation_level=None, timeout=10)
        (row_id,) = writer.execute("SELECT id FROM server ORDER BY name LIMIT 1 OFFSET 20").fetchone()

        def change() -> None:
            writer.execute("UPDATE server SET region = ? WHERE id = ?", (str(time.time_ns()), row_id))

        return figure("live view", clients, rows, server, tabs, change, seconds)


def plain_reflex(database: Path, organization_id: str, clients: int, rows: int, seconds: float) -> Figure:
    with served("tests.live.serve_tiny_app", f"sqlite:///{database}") as server, connected(server.port, clients, "plain") as tabs:
        url = f"http://127.0.0.1:{server.port}/modify_state?organization_id={organization_id}"
        return figure("modify_state", clients, rows, server, tabs, lambda: urllib.request.urlopen(url).read(), seconds)


def floor(clients: int, message_bytes: int, seconds: float) -> Figure:
    with served("tests.benchmarks.floor_server") as server, connected(server.port, clients, "floor") as tabs:

        def change() -> None:
            text = f'{{"region":"{time.time_ns()}"}}'
            tell(server.process, text.ljust(message_bytes))

        return figure("websockets broadcast", clients, 0, server, tabs, change, seconds)


def figure(
    way: str, clients: int, rows: int, server: Server, tabs: subprocess.Popen[bytes], change: Callable[[], object], seconds: float
) -> Figure:
    change()
    time.sleep(1.0)  # the first change warms every cache; hydrating is over
    before = cpu_seconds(server.port)
    time.sleep(seconds)
    idle = cpu_seconds(server.port) - before
    tell(tabs, "start")
    before, began, changes = cpu_seconds(server.port), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        change()
        changes += 1
        time.sleep(max(0.0, began + changes / CHANGES_PER_SECOND - time.monotonic()))
    time.sleep(max(0.5, clients / 500))  # the last one arrives
    busy = cpu_seconds(server.port) - before
    tell(tabs, "stop")
    report = read(tabs)
    received = report["received"]
    if not received:
        raise RuntimeError(f"{way}: no client received anything")
    cpu_us = max(0.0, busy - idle) / received * 1e6
    lost = changes * clients - int(received)
    return Figure(way, clients, rows, report["p50_ms"], report["p95_ms"], cpu_us, int(report["bytes"]), lost)


# --- processes ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int


@contextmanager
def served(module: str, *arguments: str) -> Iterator[Server]:
    """A server process, until the end of the block."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments, str(port)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port, process)
            yield Server(process, port)
        finally:
            process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            cpu_seconds(port)
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def connected(port: int, count: int, kind: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.benchmarks.live_clients", str(port), str(count), kind, *arguments]
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        stack.callback(process.kill)
        assert read(process)["connected"] == count
        yield process


def cpu_seconds(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
        return json.load(answer)["cpu_seconds"]


def tell(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()


def read(process: subprocess.Popen[bytes]) -> dict[str, float]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended")
    return json.loads(line)


if __name__ == "__main__":  # `python -m tests.benchmarks.live 1,1000 1000,100000`: this part alone
    numbers = [[int(number) for number in argument.split(",")] for argument in (sys.argv[1:] or ["1,1000", "1000"])]
    for one in measure(numbers[0], numbers[1]):
        print(one, flush=True)
