"""What is known of one dock."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.cards import facts
from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.docks import DockNext, DockNow, DockStatus
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.intervals import interval_words
from stackdock.ui.components.providers import provider_label
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Row
from stackdock.ui.tables.demo_mark import demo_tag


def dock_status(row: Row) -> rx.Component:
    """Beside the title: status, since when, that it is a demo, and that a change on the screen is not yet the server's."""
    saving = rx.cond(row["_pending"], rx.el.span("Saving…", class_name="faint saving"))
    listed = rx.cond(
        row["last_complete_at"], rx.el.span("listed ", relative_time(row["last_complete_at"]), class_name="faint small")
    )
    return rx.el.span(DockStatus.create(dock=row), listed, demo_tag(row), saving, class_name="beside")


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


def next_try(row: Row) -> rx.Component:
    """When a dock that failed is read again: in hours, when only a person can help."""
    waits = row["paused_at"].bool() & ~row["sync_requested_at"].bool()
    soon = rx.cond(
        row["next_sync_at"], rx.fragment(" Next try ", relative_time(row["next_sync_at"], "future"), "."), rx.fragment()
    )
    return rx.cond(waits, rx.fragment(" It is paused."), soon)


def kept(row: Row) -> rx.Component:
    """What a failure means for what the dock holds."""
    count = row["resource_count"].to(int)
    many = joined("Its ", count, " resources are kept and marked stale; nothing was removed.")
    one = "Its one resource is kept and marked stale; nothing was removed."
    return rx.el.span(rx.cond(count == 0, "It holds no resources yet.", rx.cond(count == 1, one, many)))


def rejected_words(row: Row) -> tuple[rx.Component, rx.Component]:
    """Of a dock whose token is refused: what happened, and what it means."""
    what = rx.el.span(
        row["name"].to(str), ": the provider rejected its token ", relative_time(row["last_started_at"], none="just now"), "."
    )
    return rx.el.span(what, class_name="st failed"), rx.el.span(kept(row), next_try(row), class_name="muted")
