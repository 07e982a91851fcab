"""Every plain address of StackDock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from stackdock.endpoints.pages import FOLDER
from stackdock.endpoints.setting_up import do_setup, show_setup
from stackdock.endpoints.signing_in import do_sign_in, do_sign_out, home, show_session, show_sign_in

_CACHED = {"Cache-Control": "public, max-age=3600"}


async def style_sheet(_: Request) -> Response:
    return FileResponse(FOLDER / "plain.css", media_type="text/css", headers=_CACHED)


async def theme_script(_: Request) -> Response:
    return FileResponse(FOLDER / "theme.js", media_type="text/javascript", headers=_CACHED)


def _typeface(build: Path | None, family: str) -> Callable[[Request], Awaitable[Response]]:
    """`build` holds one file per family, under a name that changes with its content."""
    found = sorted((build / "assets").glob(f"{family}-latin-wght-normal-*.woff2")) if build else []

    async def font(_: Request) -> Response:
        if not found:
            return PlainTextResponse("Not found", 404)
        return FileResponse(found[0], media_type="font/woff2", headers=_CACHED)

    return font


def routes(build: Path | None = None) -> list[BaseRoute]:
    """`build` is where the console's built files are: the plain pages borrow its typefaces."""
    return [
        Route("/", home),
        Route("/sign-in", show_sign_in, methods=["GET"]),
        Route("/sign-in", do_sign_in, methods=["POST"]),
        Route("/sign-out", do_sign_out, methods=["POST"]),
        Route("/setup", show_setup, methods=["GET"]),
        Route("/setup", do_setup, methods=["POST"]),
        Route("/auth/session", show_session),
        Route("/auth/plain.css", style_sheet),
        Route("/auth/theme.js", theme_script),
        Route("/auth/inter.woff2", _typeface(build, "inter")),
        Route("/auth/mono.woff2", _typeface(build, "jetbrains-mono")),
    ]
