"""The visual language as code sees it. Its numbers are in `assets/styles/tokens.css`; here is what Python must name."""

from __future__ import annotations

from stackdock.resources import Status

_SHEETS = (
    "fonts", "tokens", "base", "status", "controls", "forms", "overlays", "shell", "tables", "tables_phone", "held", "parts",
)  # fmt: skip
STYLESHEETS = [f"/styles/{name}.css" for name in _SHEETS]
"""In this order: a later one may lean on an earlier."""

STATUS_SHAPES: dict[Status, str] = {
    Status.ACTIVE: "filled circle",
    Status.PENDING: "half circle",
    Status.IDLE: "ring",
    Status.STOPPED: "square",
    Status.DEGRADED: "triangle",
    Status.FAILED: "diamond",
    Status.CLOSED: "tick",
    Status.UNKNOWN: "dashed ring",
}
"""One shape per status, drawn by `assets/styles/status.css` under the status's own name."""

NAME_LENGTH = 80
SECRET_LENGTH = 8192
ADDRESS_LENGTH = 512
SEARCH_LENGTH = 100

KIND_NAMES: dict[str, tuple[str, str]] = {
    "server": ("server", "servers"),
    "block_volume": ("volume", "volumes"),
    "database": ("database", "databases"),
    "domain": ("domain", "domains"),
}
"""What a kind is called, one and many. `resources` holds the kinds themselves."""


def kind_title(kind: str) -> str:
    """ "Servers"."""
    return KIND_NAMES[kind][1].capitalize()
