"""`stackdock serve --reload`: start the console again when its code changes, and have open pages load themselves anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from stackdock.cli import frontend

LOOK_SECONDS = 0.25
FAST_BUILD = {
    "VITE_MINIFY": "false",
    "REFLEX_FRONTEND_COMPRESSION_FORMATS": ",",  # none: Reflex overlooks an empty list
}
VERSION = "/__version"
SCRIPT = "/__reload.js"
TAG = f'<script src="{SCRIPT}" defer></script></head>'.encode()
# Asks which process answers; another one means changed code. Nothing answers while the console starts again.
ASKING = """
let current;
setInterval(async () => {
  const version = await fetch("/__version").then((answer) => answer.text(), () => undefined);
  if (version && current && version !== current) location.reload();
  current = version ?? current;
}, 400);
"""


def supervise(port: int) -> int:
    """Run the console until Ctrl-C, again after each change. A start that fails waits for the next change."""
    environment = {**os.environ, "STACKDOCK_PORT": str(port), **FAST_BUILD}
    seen = _look()
    process = _start(environment)
    try:
        while True:
            time.sleep(LOOK_SECONDS)
            now = _look()
            if now != seen:
                seen = now
                print("· The code has changed", flush=True)
                _stop(process)
                process = _start(environment)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(process)


def _start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches the supervisor alone and the console is stopped once.
    command = [sys.argv[0], "serve", "--reloading"]
    return subprocess.Popen([sys.executable, *command], env=environment, start_new_session=True)  # noqa: S603


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait()


def _look() -> dict[str, float]:
    """When each file that a person edits was written last. The build itself writes Reflex's lock."""
    found = {}
    for path in frontend.input_files():
        if path.parent.name == "reflex.lock":
            continue
        try:
            found[str(path)] = path.stat().st_mtime
        except FileNotFoundError:  # written anew by an editor just now
            found[str(path)] = 0.0
    return found


def with_reloading_pages(app: Any) -> Any:
    """Wrap an ASGI app so that its pages notice a new process and load themselves again."""
    version = f"{os.getpid()}-{time.time()}".encode()

    async def answer(send: Any, body: bytes, kind: bytes) -> None:
        headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["path"] == VERSION:
            await answer(send, version, b"text/plain")
        elif scope["path"] == SCRIPT:
            await answer(send, ASKING.encode(), b"text/javascript")
        else:
            await app(scope, receive, _adding_script(send))

    return wrapped


def _adding_script(send: Any) -> Any:
    start: dict[str, Any] = {}
    page = bytearray()

    async def send_with_script(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            headers = dict(message["headers"])
            start["is_page"] = headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers
            if start["is_page"]:
                return
        elif message["type"] == "http.response.body" and start["is_page"]:
            page.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            body = bytes(page).replace(b"</head>", TAG, 1)
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({"type": "http.response.start", "status": start["status"], "headers": headers})
            message = {"type": "http.response.body", "body": body}
        await send(message)

    return send_with_script
