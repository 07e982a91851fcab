"""The headers that every answer carries, and the content policy of the console's own pages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import MutableHeaders

from stackdock.settings import settings

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers then call the origin of a posted form "null", and our own forms could not be told from others.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def console_policy(build: Path | None) -> str:
    """The policy of the pages that Reflex built into `build`.

    Scripts come from this origin, or are one of the few that React Router writes into its pages, named by their hash: nothing
    may be evaluated from text. Styles may be inline, because Radix and emotion position and colour with them.
    """
    # A policy cannot name an IPv6 address; 'self' covers a page that came from one.
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in settings().allowed_origins if "[" not in origin)
    hashes = " ".join(f"'sha256-{one}'" for one in sorted(inline_script_hashes(build)))
    return (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def inline_script_hashes(build: Path | None) -> set[str]:
    if build is None or not build.is_dir():
        return set()
    return {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for page in build.rglob("*.html")
        for script in _inline_scripts(page.read_text(encoding="utf-8"))
    }


def _inline_scripts(html: str) -> Iterable[str]:
    return (script for script in _INLINE_SCRIPT.findall(html) if script.strip())


def add_security_headers(headers: MutableHeaders, policy: str) -> None:
    """Add what the answer does not say for itself. `policy` goes with every kind of answer: a browser heeds it on documents."""
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", policy)
    if settings().is_https:
        headers.setdefault("Strict-Transport-Security", HSTS)
