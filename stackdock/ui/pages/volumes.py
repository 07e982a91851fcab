"""Volumes of every dock, live."""

from __future__ import annotations

from stackdock.security.permissions import Area, Level
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.tables.page import link_a_dock, resource_content, resource_count, resource_nav, resource_views
from stackdock.ui.tables.volumes import VOLUMES


@page(
    "/o/[slug]/volumes",
    "Volumes",
    nav=resource_nav(VOLUMES, 2, is_tab=False),
    permission=(Area.RESOURCES, Level.READ),
    views=resource_views(VOLUMES),
)
def volumes() -> Screen:
    return screen("Volumes", *resource_content(VOLUMES), beside=resource_count(VOLUMES), actions=link_a_dock())
