"""What one dock lists, kind by kind, and the deletions it holds back until a person decides."""

from __future__ import annotations

import reflex as rx

from stackdock.live.vars import live_row
from stackdock.security.permissions import Area, Level
from stackdock.ui.components.buttons import ConfirmDialog
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.status import status_mark
from stackdock.ui.components.text import joined
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.held import HeldState
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.theme import KIND_NAMES

_TITLES = {kind: many.capitalize() for kind, (_, many) in KIND_NAMES.items()}
_MANY = {kind: many for kind, (_, many) in KIND_NAMES.items()}


def kind_words(kind: rx.Var[str]) -> rx.Var[str]:
    return rx.Var.create(_TITLES)[kind].to(str)


def _state(row: Row) -> rx.Component:
    held = status_mark("degraded", rx.cond(row["accepted_at"], "Accepted", "Held"))
    failed = status_mark("failed", "Not listed")
    dock: Row = live_row("docks", row["dock_id"].to(str))
    # What was complete is no longer known to be, once the dock as a whole cannot be read.
    listed = rx.cond(dock["status"].to(str) == "error", status_mark("degraded", "Stale"), status_mark("active", "Complete"))
    complete = rx.cond(row["last_complete_at"], listed, status_mark("pending", "Pending"))
    return rx.cond(row["held_count"].to(int) > 0, held, rx.cond(row["error_code"], failed, complete))


def _said(row: Row) -> rx.Var[str]:
    held = row["held_count"].to_string() + " missing, held back"
    return rx.cond(
        row["held_count"].to(int) > 0,
        held,
        row["error_message"].to(str),
    )


def _under(row: Row) -> rx.Component:
    listed = relative_time(row["last_complete_at"], none="never")
    return rx.fragment(row["resource_count"].to_string(), " · ", listed, rx.cond(_said(row), rx.fragment(" · ", _said(row))))


KINDS = Table(
    slot="kinds",
    kind="dock",
    icon="list",
    columns=(
        Column("Kind", lambda row: kind_words(row["kind"].to(str)), (), "name", width=16),
        Column("State", _state, ("held_count", "accepted_at", "error_code"), "end", width=19),
        Column("Resources", lambda row: row["resource_count"].to_string(), ("resource_count",), "wide number", width=14),
        Column("Last complete", lambda row: relative_time(row["last_complete_at"], none="never"), (), "wide faint", width=18),
        Column("", _said, ("error_message", "held_count"), "wide muted whole", width=33),
    ),
    under=_under,
)


@rx.memo
def held_note(row_id: rx.Var[str]) -> rx.Component:
    """So many rows vanished at once that a person has to agree before they go."""
    row: Row = live_row("kinds", row_id)
    count, kind = row["held_count"].to(int), row["kind"].to(str)
    many = rx.Var.create(_MANY)[kind].to(str)
    decide = ConfirmDialog.create(
        rx.el.p(count.to_string(), " ", many, " are no longer listed by the provider. The next complete sync removes them here."),
        rx.el.p("They are kept for 30 days, and come back if the provider lists them again. Nothing changes at the provider."),
        trigger="Accept deletions",
        trigger_class="btn",
        title=joined("Remove ", count, " ", many, "?"),
        confirm="Accept deletions",
        answered=HeldState.answered,
        on_confirm=lambda key: HeldState.accept(row["dock_id"].to(str), kind, count, key),
    )
    return rx.cond(
        (count > 0) & ~row["accepted_at"].bool(),
        rx.el.div(
            rx.el.span(rx.el.span(count.to_string(), " ", many, " vanished at once: deletions held."), class_name="st degraded"),
            rx.el.span("They are kept as they were until somebody agrees, or the provider lists them again.", class_name="muted"),
            rx.cond(ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL), decide),
            class_name="note degraded",
        ),
        rx.fragment(),
    )
