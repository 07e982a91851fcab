"""Columns that the tables of several kinds have."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.freshness import Seen
from stackdock.ui.components.providers import provider_label
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row
from stackdock.ui.tables.demo_mark import demo_tag


def name_column() -> Column:
    return Column("Name", lambda row: rx.el.span(row["name"].to(str), title=row["name"].to(str)), ("name",), "name")


def dock_column() -> Column:
    return Column("Dock", _dock, ("dock_name",), width=23)


def _dock(row: Row) -> rx.Component:
    label = provider_label(row["provider"].to(str), row["dock_name"].to(str))
    return rx.el.span(label, demo_tag(row), class_name="named")


def region_column() -> Column:
    return Column("Region", lambda row: or_dash(row["region"]), ("region",), "wide mono muted", width=8)


def seen_column(kind: str) -> Column:
    return Column("Seen", lambda row: Seen.create(dock_id=row["dock_id"], kind=kind), width=11)


def under_line(row: Row, *parts: rx.Var[Any]) -> rx.Component:
    """A phone's second line: the dock, and what else is known, parted by dots."""
    rest = [rx.cond(part, joined(" · ", part.to(str)), "") for part in (row["region"], *parts)]
    return rx.fragment(demo_tag(row), row["dock_name"].to(str), *rest)
