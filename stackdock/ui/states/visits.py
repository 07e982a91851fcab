"""Which pages there are, and what a visit to one asks for. `shell.page` declares them, `states.console` answers visits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stackdock.columns import is_storable
from stackdock.live.view import LiveView
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope


@dataclass(frozen=True)
class Visit:
    """One person at one page: the parts of its address by their names in the route, and what is behind the question mark."""

    scope: Scope
    parts: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def search(self) -> str:
        """An address may hold anything: what cannot be searched for finds nothing, instead of leaving a page without rows."""
        typed = self.query.get("q", "").strip()[:100]
        return typed if is_storable(typed) else "\ufffd"


Views = Callable[[Visit], Mapping[str, LiveView]]


def no_views(_visit: Visit) -> Mapping[str, LiveView]:
    return {}


@dataclass(frozen=True)
class Nav:
    """An entry of the sidebar: its words, its lucide icon, and which group it stands in ("" has no heading)."""

    words: str
    icon: str
    group: str = ""
    position: int = 0
    is_tab: bool = True  # in a phone's bar as well, not only in its menu
    count: Callable[[], Any] | None = None  # draws what stands at the entry's end


@dataclass(frozen=True)
class PageDeclaration:
    route: str
    title: str
    draw: Callable[[], Any]
    area: Area
    level: Level
    nav: Nav | None = None
    views: Views = no_views
    on_open: Any = None
    within: str = ""  # the route of the page whose entry in the sidebar is current here as well

    def matches(self, path: str) -> dict[str, str] | None:
        """The address's parts by name, or None for an address of another page."""
        pattern = re.sub(r"\[(\w+)\]", r"(?P<\1>[^/]+)", self.route)
        found = re.fullmatch(pattern, path.rstrip("/"))
        return found.groupdict() if found else None


PAGES: dict[str, PageDeclaration] = {}


def declare(page: PageDeclaration) -> None:
    if page.route in PAGES:
        raise ValueError(f"two pages at {page.route}")
    PAGES[page.route] = page


def find_page(path: str) -> tuple[PageDeclaration, dict[str, str]] | None:
    """The page at this address. A route with fewer variable parts wins, as in the browser."""
    found = [(page, parts) for page in PAGES.values() if (parts := page.matches(path)) is not None]
    return min(found, key=lambda match: len(match[1])) if found else None
