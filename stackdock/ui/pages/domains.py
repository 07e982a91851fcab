"""Domains of every dock, live."""

from __future__ import annotations

from stackdock.security.permissions import Area, Level
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.tables.domains import DOMAINS
from stackdock.ui.tables.page import link_a_dock, resource_content, resource_count, resource_nav, resource_views


@page(
    "/o/[slug]/domains",
    "Domains",
    nav=resource_nav(DOMAINS, 4),
    permission=(Area.RESOURCES, Level.READ),
    views=resource_views(DOMAINS),
)
def domains() -> Screen:
    return screen("Domains", *resource_content(DOMAINS), beside=resource_count(DOMAINS), actions=link_a_dock())
