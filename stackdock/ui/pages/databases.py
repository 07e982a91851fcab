"""Databases of every dock, live."""

from __future__ import annotations

from stackdock.security.permissions import Area, Level
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.tables.databases import DATABASES
from stackdock.ui.tables.page import link_a_dock, resource_content, resource_count, resource_nav, resource_views


@page(
    "/o/[slug]/databases",
    "Databases",
    nav=resource_nav(DATABASES, 3),
    permission=(Area.RESOURCES, Level.READ),
    views=resource_views(DATABASES),
)
def databases() -> Screen:
    return screen("Databases", *resource_content(DATABASES), beside=resource_count(DATABASES), actions=link_a_dock())
