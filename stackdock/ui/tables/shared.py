"""Columns that the tables of several kinds have."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.freshness import Seen
from stackdock.ui.components.providers import provider_label
from stackdock.ui.components.status import resource_status
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row
from stackdock.ui.tables.demo_mark import demo_tag


def name_column(width: int) -> Column:
    return Column("Name", lambda row: row["name"].to(str), ("name",), "name", width)


def status_column(width: int) -> Column:
    return Column("Status", resource_status, ("status", "status_word"), "end", width)


def dock_column(width: int) -> Column:
    return Column("Dock", _dock, ("dock_name",), width=width)


def _dock(row: Row) -> rx.Component:
    label = provider_label(row["provider"].to(str), row["dock_name"].to(str))
    return rx.el.span(label, demo_tag(row, "short"), class_name="named")


def region_column(width: int) -> Column:
    return Column("Region", lambda row: or_dash(row["region"]), ("region",), "wide mono muted", width)


def seen_column(kind: str, width: int) -> Column:
    return Column("Seen", lambda row: Seen.create(dock_id=row["dock_id"], kind=kind), width=width)


def under_line(row: Row, *parts: rx.Var[Any]) -> rx.Component:
    """A phone's second line: the dock, and what else is known, parted by dots."""
    rest = [rx.cond(part, joined(" · ", part.to(str)), "") for part in (row["region"], *parts)]
    dock = rx.el.span(row["dock_name"].to(str), class_name="clip")
    return rx.el.span(demo_tag(row, "short"), dock, rx.el.span(*rest), class_name="parts")
