"""Lines of Home's lists: what needs someone, what changed, who did what."""

from __future__ import annotations

import reflex as rx

from stackdock.live.vars import live_row
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.links import link
from stackdock.ui.components.providers import provider_mark
from stackdock.ui.components.status import status_mark
from stackdock.ui.components.text import joined
from stackdock.ui.components.wording import ACTION_WORDS, FAILURE_WORDS
from stackdock.ui.tables.column import Row
from stackdock.ui.theme import KIND_NAMES

_MANY = {kind: many for kind, (_, many) in KIND_NAMES.items()}


def _name(row: Row, what: str) -> rx.Var[str]:
    """The name of the one thing to which that happened, or ""."""
    names = row["names"]
    return rx.Var(f'({names!s}?.{what} ?? "")', _var_type=str, _var_data=names._get_all_var_data()).guess_type()


def _kind_words(kind: rx.Var[str]) -> rx.Var[str]:
    return rx.Var.create(_MANY)[kind].to(str)


@rx.memo
def needy_dock(row_id: rx.Var[str]) -> rx.Component:
    """A dock that cannot be read, with the one button that mends it."""
    row: Row = live_row("docks", row_id)
    code = row["error_code"].to(str)
    is_rejected = code == "CredentialsRejected"
    why = rx.cond(rx.Var.create(FAILURE_WORDS)[code], rx.Var.create(FAILURE_WORDS)[code].to(str), "could not be synced")
    return rx.cond(
        (row["status"].to(str) == "error") | is_rejected,
        rx.el.li(
            rx.el.span(status_mark("failed", row["name"].to(str) + ": " + why), class_name="what"),
            rx.el.span("dock · ", relative_time(row["last_started_at"]), class_name="when"),
            link(
                rx.cond(is_rejected, "Replace token", "Open"),
                to=joined("/docks/", row_id),
                class_name="btn",
            ),
            class_name="needs",
        ),
        rx.fragment(),
    )


@rx.memo
def needy_kind(row_id: rx.Var[str]) -> rx.Component:
    """Deletions that a dock holds back until a person decides."""
    row: Row = live_row("dock_kinds", row_id)
    dock_id = row["dock_id"].to(str)
    dock: Row = live_row("docks", dock_id)
    what = row["held_count"].to_string() + " " + _kind_words(row["kind"].to(str)) + " are missing at "
    return rx.cond(
        (row["held_count"].to(int) > 0) & ~row["accepted_at"].bool(),
        rx.el.li(
            rx.el.span(status_mark("degraded", what + dock["name"].to(str) + ": deletions held"), class_name="what"),
            rx.el.span("dock · ", relative_time(row["held_at"]), class_name="when"),
            link("Decide", to=joined("/docks/", dock_id), class_name="btn"),
            class_name="needs",
        ),
        rx.fragment(),
    )


@rx.memo
def change_line(row_id: rx.Var[str]) -> rx.Component:
    """What one sync found of one kind: "servers: 3 changed, web-1 new"; one thing is named."""
    row: Row = live_row("changes", row_id)
    parts = [
        rx.cond(
            row[what].to(int) > 0,
            rx.el.span(rx.cond(_name(row, what), _name(row, what), row[what].to_string()), " ", word, class_name="part"),
        )
        for what, word in (("added", "new"), ("changed", "changed"), ("removed", "gone"), ("restored", "back"))
    ]
    return rx.el.li(
        provider_mark(row["provider"].to(str)),
        rx.el.span(rx.el.b(row["dock_name"].to(str)), " ", class_name="clip"),
        rx.el.span(_kind_words(row["kind"].to(str)), ": ", *parts, class_name="muted what parts"),
        rx.el.span(relative_time(row["started_at"]), class_name="when"),
    )


@rx.memo
def audit_line(row_id: rx.Var[str]) -> rx.Component:
    """Who did what to what."""
    row: Row = live_row("audit", row_id)
    action = row["action"].to(str)
    is_failed_sign_in = action == "sign_in.failed"
    label = rx.cond(row["actor_label"], row["actor_label"].to(str), row["actor_kind"].to(str))
    actor = rx.cond(row["actor_name"], rx.el.span(row["actor_name"].to(str), title=label), rx.el.span(label))
    words = rx.Var.create(ACTION_WORDS)[action]
    return rx.el.li(
        # Whoever failed to sign in is nobody that is known: only the name that was tried is.
        rx.el.b(rx.cond(is_failed_sign_in, "Somebody", actor), class_name="clip"),
        rx.el.span(
            rx.cond(words, words.to(str), action),
            rx.cond(is_failed_sign_in & row["target_label"].bool(), " as ", " "),
            rx.cond(row["target_label"], rx.el.b(row["target_label"].to(str))),
            class_name="muted what",
        ),
        rx.el.span(relative_time(row["recorded_at"]), class_name="when"),
    )
