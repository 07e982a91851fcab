"""Every plain address of StackDock."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from stackdock.endpoints.pages import FOLDER
from stackdock.endpoints.setting_up import do_setup, show_setup
from stackdock.endpoints.signing_in import do_sign_in, do_sign_out, home, show_session, show_sign_in

_CACHED = {"Cache-Control": "public, max-age=3600"}


async def style_sheet(_: Request) -> Response:
    return FileResponse(FOLDER / "plain.css", media_type="text/css", headers=_CACHED)


async def theme_script(_: Request) -> Response:
    return FileResponse(FOLDER / "theme.js", media_type="text/javascript", headers=_CACHED)


def routes() -> list[BaseRoute]:
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
    ]
