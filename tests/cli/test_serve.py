"""`stackdock serve` as a process: how it starts, what it says, and that nothing is left when it stops."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
import websockets

from stackdock.security.keyring import Keyring
from tests.fixtures.console import ROOT, STACKDOCK, Console, running_console
from tests.fixtures.processes import group_members

STOP_SECONDS = 10.0
CUT_OFF = """
import os, sys

LOCAL = ("127.", "::1", "localhost", "0.0.0.0")
STARTS = ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork")

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        where = arguments[1]
        leaves = isinstance(where, tuple) and not str(where[0]).startswith(LOCAL)
    elif event == "socket.getaddrinfo":
        leaves = arguments[0] is not None and not str(arguments[0]).startswith(LOCAL)
    else:
        leaves = event in STARTS
    if leaves:
        os.write(2, f"reached out: {event} {str(arguments[:2])[:200]}\\n".encode())
        os._exit(70)

sys.addaudithook(watch)
"""
BREAKABLE_FEED = """
import os
from stackdock.live import outbox_sqlite

look = outbox_sqlite.SqliteFeed._has_changed

def break_or_look(feed):
    if os.path.exists(os.environ["BROKEN"]):
        raise RuntimeError("broken on purpose")
    return look(feed)

outbox_sqlite.SqliteFeed._has_changed = break_or_look
"""
SOCKETS_PER_SESSION = 100


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with running_console(tmp_path_factory.mktemp("serve")) as running:
        yield running


def test_it_serves_where_it_says(shared: Console) -> None:
    assert shared.address.startswith("http://127.0.0.1:")
    assert httpx.get(f"{shared.address}/sign-in").status_code == 200


def test_it_listens_on_loopback_only(shared: Console) -> None:
    port = int(shared.address.rpartition(":")[2])
    with socket.socket() as elsewhere:
        elsewhere.settimeout(2)
        assert elsewhere.connect_ex((_other_address(), port)) != 0


def test_the_data_folder_is_for_its_owner_alone(shared: Console) -> None:
    assert shared.data_dir.stat().st_mode & 0o777 == 0o700


def test_bundled_files_may_be_kept_for_ever_and_come_compressed(shared: Console) -> None:
    bundled = next((ROOT / ".web" / "build" / "client" / "assets").glob("root-*.js")).name
    answer = httpx.get(f"{shared.address}/assets/{bundled}", headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_bundled_file_that_is_missing_is_not_kept(shared: Console) -> None:
    answer = httpx.get(f"{shared.address}/assets/gone-12345678.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_the_build_names_no_address(shared: Console) -> None:
    for script in (ROOT / ".web" / "build" / "client" / "assets").glob("*.js"):
        assert "localhost:8000" not in script.read_text(), script.name


def test_a_port_in_use_is_said_plainly(shared: Console) -> None:
    port = shared.address.rpartition(":")[2]
    taken = _serve({**shared.environment, "STACKDOCK_PORT": port})
    assert taken.returncode == 1
    assert f"port {port}: address already in use" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_a_configuration_that_cannot_be_used_is_said_plainly(shared: Console) -> None:
    refused = _serve({**shared.environment, "STACKDOCK_HOST": "0.0.0.0"})
    assert refused.returncode == 1
    assert "STACKDOCK_PUBLIC_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("url", ["mysql://localhost/x", "postgresql://nobody@127.0.0.1:9/x"])
def test_a_database_that_cannot_be_used_is_said_plainly(shared: Console, url: str) -> None:
    refused = _serve({**shared.environment, "STACKDOCK_PORT": "0", "STACKDOCK_DATABASE_URL": url})
    assert refused.returncode == 1
    assert refused.stderr.startswith("stackdock: ")
    assert "Traceback" not in refused.stderr


def test_without_the_key_of_its_data_it_does_not_start_and_names_the_key(tmp_path: Path) -> None:
    with running_console(tmp_path) as console:
        key_file = console.data_dir / "master.key"
        key_id = json.loads(key_file.read_text())["current"]
        assert console.stop() == 0
        for wrong in (None, Keyring.generate().dump()):
            key_file.unlink()
            if wrong:
                key_file.write_text(wrong)
            refused = _serve(console.environment)
            assert refused.returncode == 1
            assert f"master key {key_id}" in refused.stderr
            assert "Traceback" not in refused.stderr
            assert (key_file.read_text() if key_file.exists() else None) == wrong
            key_file.touch()


async def test_ctrl_c_stops_it_with_a_thousand_sockets_open(tmp_path: Path) -> None:
    with running_console(tmp_path) as console:
        console.claim().close()
        sockets = await _open_sockets(console, 1000)
        assert len(sockets) == 1000
        for asleep in sockets[::2]:  # as in a laptop that was closed: nobody there answers the goodbye
            asleep.transport.pause_reading()
        started_at = time.monotonic()
        status = await asyncio.to_thread(console.stop)
        took_seconds = time.monotonic() - started_at
        for asleep in sockets[::2]:
            asleep.transport.resume_reading()
        await asyncio.gather(*(one.wait_closed() for one in sockets))
        assert status == 0
        assert took_seconds < STOP_SECONDS
        assert not group_members(console.running.pid)


def test_an_engine_that_ends_again_and_again_ends_the_process_so_that_a_supervisor_starts_another(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BREAKABLE_FEED)
    console, broken = Console(tmp_path, {}), tmp_path / "broken"
    console.environment |= {"PYTHONPATH": str(tmp_path), "BROKEN": str(broken)}
    console.start()
    try:
        assert httpx.get(f"{console.address}/ping").status_code == 200
        broken.touch()
        said: set[int] = set()
        while console.running.poll() is None:
            with suppress(httpx.TransportError):
                said.add(httpx.get(f"{console.address}/ping").status_code)
        assert console.running.returncode == 1
        assert 503 in said
    finally:
        console.stop()
    assert console.output().count("broken on purpose") >= 1
    assert "CRITICAL" in console.output()
    assert "The live engine has ended for good" in console.output()
    assert not group_members(console.running.pid)


def test_a_second_start_needs_no_network(tmp_path: Path, shared: Console) -> None:
    """With loopback and nothing else it is ready and answers."""
    console = Console(tmp_path, {})
    console.environment["PYTHONPATH"] = str(_without_network(tmp_path))
    console.start()
    try:
        assert httpx.get(f"{console.address}/sign-in").status_code == 200
    finally:
        console.stop()
    assert "Building" not in console.output()
    assert "reached out" not in console.output()


def test_the_network_of_that_start_is_really_cut_off(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_without_network(tmp_path))}
    for attempt in (
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.getaddrinfo('example.com', 80)",
        "os.system('true')",
    ):
        tried = subprocess.run(
            [sys.executable, "-c", f"import os, socket; {attempt}"], env=environment, capture_output=True, text=True
        )
        assert "reached out" in tried.stderr, attempt


def _without_network(folder: Path) -> Path:
    """A folder for PYTHONPATH that ends a Python process at its first step beyond loopback, or into another program.

    A network namespace would say the same, but neither a container nor a plain user may make one everywhere.
    """
    (folder / "sitecustomize.py").write_text(CUT_OFF)
    return folder


async def _open_sockets(console: Console, count: int) -> list[websockets.ClientConnection]:
    address = console.address.replace("http", "ws", 1) + "/_event/?EIO=4&transport=websocket&token="
    opened: list[websockets.ClientConnection] = []
    for session in range(count // SOCKETS_PER_SESSION):
        with closing(console.sign_in()) as client:
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        headers = {"Cookie": cookie, "Origin": console.address}
        tabs = (
            websockets.connect(f"{address}tab-{session}-{tab}", additional_headers=headers, compression=None)
            for tab in range(SOCKETS_PER_SESSION)
        )
        opened += await asyncio.gather(*tabs)
    return opened


def _serve(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `stackdock serve` where it is expected to refuse."""
    return subprocess.run([STACKDOCK, "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def _other_address() -> str:
    """An address of this machine other than 127.0.0.1: what somebody on the network would use, or else its loopback neighbour."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return probe.getsockname()[0]
