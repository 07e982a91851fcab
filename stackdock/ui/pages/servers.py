"""Servers of every dock, live."""

from __future__ import annotations

from stackdock.security.permissions import Area, Level
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.tables.page import link_a_dock, resource_content, resource_count, resource_nav, resource_views
from stackdock.ui.tables.servers import SERVERS


@page(
    "/o/[slug]/servers",
    "Servers",
    nav=resource_nav(SERVERS, 1),
    permission=(Area.RESOURCES, Level.READ),
    views=resource_views(SERVERS),
)
def servers() -> Screen:
    return screen("Servers", *resource_content(SERVERS), beside=resource_count(SERVERS), actions=link_a_dock())
