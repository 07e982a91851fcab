"""The gate in front of everything: which requests reach Reflex at all, and the headers of every answer.

Host not ours            421, but for /ping
plain addresses          StackDock's own pages (`routes.py`)
websocket /_event        own Origin, lasting login session; else refused before it is accepted
other /_…, /auth-…       404: upload, polling transport, list of routes, …
files                    public: they are the same for everybody
pages                    signed in, else to sign-in; their HTML holds no data, and what they load is checked again
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stackdock.endpoints.handshake import serve_socket
from stackdock.endpoints.routes import routes
from stackdock.endpoints.security_headers import add_security_headers, console_policy
from stackdock.endpoints.visitors import visitor
from stackdock.live import process
from stackdock.settings import settings

HEALTH = "/ping"
SOCKET = "/_event"


def protect(app: ASGIApp) -> ASGIApp:
    """Put the gate and the plain pages in front of Reflex's app. For `rx.App(api_transformer=protect)`."""
    from reflex.constants import Dirs
    from reflex.utils.prerequisites import get_web_dir

    return Gate(app, get_web_dir() / Dirs.STATIC)


class Gate:
    def __init__(self, app: ASGIApp, build: Path | None = None) -> None:
        self._app = app
        plain = routes(build)
        self._plain = Starlette(routes=plain)
        self._plain_paths = {getattr(route, "path", "") for route in plain}
        self._policy = console_policy(build)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if _is_own_host(scope) and scope["path"].rstrip("/") == SOCKET:
                await serve_socket(self._app, scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_security_headers(MutableHeaders(scope=message), self._policy)
            await send(message)

        answer = await self._choose(Request(scope, receive))
        await answer(scope, receive, send_with_headers)

    async def _choose(self, request: Request) -> ASGIApp:
        """What answers the request."""
        path = request.url.path
        if path == HEALTH:
            if (health := process.health()) is not process.Health.WELL:
                return JSONResponse({"status": False, "live": health}, 503, {"Cache-Control": "no-store"})
            return self._app
        if not _is_own_host(request.scope):
            return PlainTextResponse(
                "This is not the address of this console. Set STACKDOCK_PUBLIC_URL to the one people use.", 421
            )
        if path in self._plain_paths:
            return self._plain
        if path.startswith(("/_", "/auth")):
            return PlainTextResponse("Not found", 404)
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method not allowed", 405, {"Allow": "GET, HEAD"})
        if _is_file(path):
            return self._app
        if await visitor(request) is None:
            return _to_sign_in(request)
        return _never_stored(self._app)


def _is_own_host(scope: Scope) -> bool:
    """A page of another name that resolves to this machine (DNS rebinding) is not ours."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    return host in {urlsplit(origin).netloc for origin in settings().allowed_origins}


def _is_file(path: str) -> bool:
    """Built files and assets. Under /o/ everything is a page, also where a name in the address holds a dot."""
    name = path.rpartition("/")[2]
    return not path.startswith("/o/") and "." in name and not name.endswith((".html", ".data"))


def _to_sign_in(request: Request) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = f"?next={quote(path, safe='')}" if path.startswith("/o/") and len(path) <= 1024 else ""
    return RedirectResponse(f"/sign-in{wanted}", 303, {"Cache-Control": "no-store"})


def _never_stored(app: ASGIApp) -> ASGIApp:
    """A page that the browser keeps would show what it last showed after signing out, at a press of Back."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        await app(scope, receive, send_unstored)

    return wrapped
