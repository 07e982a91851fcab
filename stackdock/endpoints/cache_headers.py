"""What a browser may keep: bundled files for ever, since a change changes their names; pages never without asking."""

from __future__ import annotations

from typing import Any

BUNDLED = "/assets/"
FOR_EVER = b"public, max-age=31536000, immutable"
ASK_FIRST = b"no-cache"
FOUND = (200, 206, 304)


def with_cache_headers(app: Any) -> Any:
    """Wrap an ASGI app. An answer that already says how it may be kept stays as it is; a websocket passes untouched."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        is_bundled = scope["path"].startswith(BUNDLED)

        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", FOR_EVER if is_bundled and message["status"] in FOUND else ASK_FIRST))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_with_header)

    return wrapped
