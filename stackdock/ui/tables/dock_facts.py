"""What is known of one dock."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.cards import facts
from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.docks import DockNext, DockNow, DockStatus
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.intervals import interval_words
from stackdock.ui.components.providers import provider_label
from stackdock.ui.tables.column import Row


def dock_status(row: Row) -> rx.Component:
    """Beside the title: status, and that it is a demo."""
    return rx.fragment(DockStatus.create(dock=row), rx.cond(row["is_demo"], rx.el.span("Demo", class_name="tag demo far")))


def _address(row: Row) -> rx.Component:
    own = rx.cond(row["is_demo"], "simulated, in this app", "the provider's own")
    return rx.cond(row["base_url"], rx.el.span(row["base_url"].to(str), class_name="mono"), own)


def dock_facts(row: Row) -> rx.Component:
    return facts(
        ("Provider", provider_label(row["provider"].to(str))),
        ("Account", or_dash(row["account"])),
        ("Address", _address(row)),
        ("Now", DockNow.create(dock=row)),
        ("Last complete", relative_time(row["last_complete_at"], none="never")),
        ("Next sync", DockNext.create(dock=row)),
        ("Interval", interval_words(row["interval_seconds"])),
        ("Linked", relative_time(row["created_at"])),
    )
