"""Reflex's configuration: one process, one port, no address in the build, nothing sent home."""

import re
from pathlib import Path
from typing import Any

import reflex as rx
from reflex_base.config import get_config
from reflex_base.constants import StateManagerMode

from stackdock.settings import settings

BAKED_ADDRESSES = 6  # what Reflex 0.10.1 writes: ping, event, upload, auth-codespace, health, all-routes


class OneOrigin(rx.plugins.Plugin):
    """The browser talks to wherever its page came from, so that the port and the host can change with no build.

    Reflex writes its API address into one chunk of the build; here the page's own origin takes its place, before the
    files are compressed. The minifier chooses the quotes, so every style is matched.
    """

    def post_build(self, **context: Any) -> None:
        api = get_config().api_url.rstrip("/").partition("://")[2]
        baked = re.compile(rf"""(["'`])(http|ws)://{re.escape(api)}(/[^"'`]*)\1""")
        found = 0
        for chunk in Path(context["static_dir"], "assets").glob("*.js"):
            text, count = baked.subn(_from_origin, chunk.read_text())
            if count:
                chunk.write_text(text)
            found += count
        if found != BAKED_ADDRESSES:
            raise RuntimeError(f"expected {BAKED_ADDRESSES} addresses in the build, found {found}: has Reflex changed?")


def _from_origin(address: re.Match[str]) -> str:
    origin = "location.origin.replace(/^http/,'ws')" if address[2] == "ws" else "location.origin"
    return f"({origin}+'{address[3]}')"


config = rx.Config(
    app_name="stackdock",
    plugins=[OneOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    cors_allowed_origins=settings().allowed_origins,
    frontend_compression_formats=["gzip", "brotli"],
    frontend_packages=["@fontsource-variable/inter@5.3.0", "@fontsource-variable/jetbrains-mono@5.3.0"],
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.MEMORY,
    telemetry_enabled=False,
)
