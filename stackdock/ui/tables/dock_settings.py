"""What may be changed about one dock: name, interval, pause, credentials, and whether it stays."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.live.vars import optimistic_patch, optimistic_remove
from stackdock.ui.components.buttons import ConfirmDialog, once_button, submit_button
from stackdock.ui.components.cards import card
from stackdock.ui.components.credentials import credential_fields, scope_help
from stackdock.ui.components.fields import ActionForm, refusal_line, select_field, text_field
from stackdock.ui.components.intervals import options
from stackdock.ui.components.links import inside
from stackdock.ui.components.providers import PROVIDERS
from stackdock.ui.components.text import joined
from stackdock.ui.states.dock_settings import CredentialsState, IntervalState, NameState, RemovalState, SettingsState
from stackdock.ui.states.session import SessionState
from stackdock.ui.tables.column import Row
from stackdock.ui.theme import NAME_LENGTH

__all__ = ["SettingsState", "dock_settings"]


SLOTS = ("dock", "docks")  # where a change of a dock shows at once
NOW = rx.Var("new Date().toISOString()", _var_type=str)


def dock_settings(row: Row, dock_id: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        card("Settings", rx.el.div(_name(row, dock_id), _interval(row, dock_id), _pause(row, dock_id), class_name="body")),
        rx.cond(row["is_demo"], rx.fragment(), card("Replace credentials", _credentials(row, dock_id), id="credentials")),
        card("Remove", rx.el.div(_remove(row, dock_id), class_name="body")),
        class_name="stack",
    )


def _name(row: Row, dock_id: rx.Var[str]) -> rx.Component:
    name = text_field(
        "name",
        "Name",
        errors=NameState.field_errors,
        form="rename",
        max_length=NAME_LENGTH,
        default_value=row["name"].to(str),
    )
    return _one_field_form(
        NameState,
        name,
        "Rename",
        label="Rename this dock",
        on_send=lambda form: NameState.rename(dock_id, form, _renamed(dock_id, form)),
    )


def _renamed(dock_id: rx.Var[str], form: Any) -> Any:
    """The new name on the screen at once; none for a name that is going to be refused for being empty."""
    name = form["name"].to(str).strip()
    return rx.cond(name != "", optimistic_patch(SLOTS, dock_id, {"name": name}, form["idempotency_key"].to(str)), "")


def _changed(dock_id: rx.Var[str], values: Any) -> Any:
    given = values["interval"]
    seconds = rx.Var(f"Number({given!s})", _var_type=int, _var_data=given._get_all_var_data())
    return optimistic_patch(SLOTS, dock_id, {"interval_seconds": seconds}, values["idempotency_key"].to(str))


def _interval(row: Row, dock_id: rx.Var[str]) -> rx.Component:
    def form(is_demo: bool) -> rx.Component:
        interval = select_field(
            "interval",
            "Sync",
            options(is_demo=is_demo),
            errors=IntervalState.field_errors,
            form="interval",
            default_value=row["interval_seconds"].to_string(),
        )
        return _one_field_form(
            IntervalState,
            interval,
            "Change",
            label="Change how often this dock is synced",
            on_send=lambda values: IntervalState.change(dock_id, values, _changed(dock_id, values)),
        )

    return rx.cond(row["is_demo"], form(True), form(False))


def _one_field_form(state: Any, field: rx.Component, button: str, *, label: str, on_send: Any) -> rx.Component:
    """A field and its button in one line, and beneath it what `state` was refused."""
    return ActionForm.create(
        rx.el.div(field, submit_button(button, look=""), class_name="row"),
        refusal_line(state.refusal),
        answered=state.answered,
        failed=state.is_refused,
        label=label,
        class_name="form",
        on_send=on_send,
    )


def _pause(row: Row, dock_id: rx.Var[str]) -> rx.Component:
    def pause(key: rx.Var[str]) -> Any:
        cells = {"paused_at": NOW, "paused_by": SessionState.person_name}
        return SettingsState.pause(dock_id, key, optimistic_patch(SLOTS, dock_id, cells, key))

    def resume(key: rx.Var[str]) -> Any:
        cells = {"paused_at": None, "paused_by": None}
        return SettingsState.resume(dock_id, key, optimistic_patch(SLOTS, dock_id, cells, key))

    paused = rx.fragment(
        rx.el.span("Paused by ", row["paused_by"].to(str), ". It is synced only when somebody asks.", class_name="muted"),
        once_button("Resume", on_run=resume, answered=SettingsState.answered, look=""),
    )
    running = rx.fragment(
        rx.el.span("Synced by itself. Pause it to stop that; its resources stay, and grow stale.", class_name="muted"),
        once_button("Pause", on_run=pause, answered=SettingsState.answered, look=""),
    )
    return rx.el.div(rx.cond(row["paused_at"], paused, running), class_name="between")


def _credentials(row: Row, dock_id: rx.Var[str]) -> Any:
    def form(provider: Any) -> rx.Component:
        return ActionForm.create(
            scope_help(provider),
            *credential_fields(provider, errors=CredentialsState.field_errors, form="credentials"),
            refusal_line(CredentialsState.refusal),
            rx.el.div(submit_button("Check and replace", look=""), class_name="actions"),
            answered=CredentialsState.answered,
            failed=CredentialsState.is_refused,
            label="Replace the credentials of this dock",
            busy_words="Asking the provider whether these credentials work. This takes up to 10 seconds.",
            class_name="form body",
            empties=True,
            on_send=lambda values: CredentialsState.replace(dock_id, values),
        )

    return rx.match(row["provider"].to(str), *[(provider.slug, form(provider)) for provider in PROVIDERS], rx.fragment())


def _remove(row: Row, dock_id: rx.Var[str]) -> rx.Component:
    is_described = RemovalState.described == dock_id
    dialog = ConfirmDialog.create(
        rx.cond(
            is_described,
            rx.fragment(rx.el.p("This goes with it:"), rx.el.ul(rx.foreach(RemovalState.lines, lambda line: rx.el.li(line)))),
            rx.el.p("Counting what goes with it…", role="status"),
        ),
        rx.el.p("Nothing changes at the provider. The dock can be linked again with its credentials."),
        trigger="Remove this dock",
        trigger_class="btn danger",
        title=joined("Remove “", row["name"], "”?"),
        confirm="Remove",
        ready=is_described,
        answered=RemovalState.answered,
        on_open=RemovalState.describe(dock_id),
        on_confirm=lambda key: [
            RemovalState.remove(dock_id, key, optimistic_remove("docks", dock_id, key)),
            rx.redirect(inside("/docks")),
        ],
    )
    return rx.el.div(
        rx.el.span("Its resources and their history go from here; you are told which before.", class_name="muted"),
        dialog,
        class_name="between",
    )
