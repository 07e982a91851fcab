"""`make dev`: changed code starts the console again, and open pages notice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from stackdock.cli.reload import SCRIPT, VERSION, with_reloading_pages
from tests.fixtures.processes import end, wait_until

PAGE = "<html><head><title>t</title></head><body>ü</body></html>"
SUPERVISE = """
import sys
from pathlib import Path
from stackdock.cli import frontend, reload
frontend.ROOT = Path(sys.argv[1])
sys.argv = [sys.argv[2]]
sys.exit(reload.supervise(4321))
"""
CONSOLE = """
import os, signal, sys
with open(sys.argv[0] + ".starts", "a") as starts:
    starts.write(os.environ["STACKDOCK_PORT"] + " " + " ".join(sys.argv[1:]) + "\\n")
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
signal.pause()
"""


def _console() -> Any:
    async def page(_: Request) -> Response:
        return HTMLResponse(PAGE)

    async def text(_: Request) -> Response:
        return PlainTextResponse("</head>")

    return with_reloading_pages(Starlette(routes=[Route("/", page), Route("/text", text)]))


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:3000")


async def test_pages_get_the_script_that_reloads_them_and_nothing_else_does() -> None:
    async with _client(_console()) as client:
        page = await client.get("/")
        assert page.text == PAGE.replace("</head>", f'<script src="{SCRIPT}" defer></script></head>')
        assert (await client.get("/text")).text == "</head>"
        assert "location.reload" in (await client.get(SCRIPT)).text


async def test_a_new_process_has_another_version() -> None:
    first, second = _console(), _console()
    async with _client(first) as before, _client(second) as after:
        assert (await before.get(VERSION)).text == (await before.get(VERSION)).text
        assert (await before.get(VERSION)).text != (await after.get(VERSION)).text


def test_a_change_starts_the_console_again_and_ctrl_c_ends_both(tmp_path: Path) -> None:
    source = tmp_path / "stackdock" / "page.py"
    source.parent.mkdir()
    source.write_text("one")
    console = tmp_path / "console.py"
    console.write_text(CONSOLE)
    starts = tmp_path / "console.py.starts"
    log = tmp_path / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-c", SUPERVISE, str(tmp_path), str(console)]
        supervisor = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_until(lambda: _lines(starts) == 1, supervisor, log, timeout_seconds=20)
        source.write_text("another")
        wait_until(lambda: _lines(starts) == 2, supervisor, log, timeout_seconds=20)
        assert starts.read_text() == "4321 serve --reloading\n" * 2
    finally:
        status = end(supervisor, signal.SIGINT)
    assert status == 0
    assert "The code has changed" in log.read_text()
    assert str(console) not in _command_lines()


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def _command_lines() -> str:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return "\n".join(found)
