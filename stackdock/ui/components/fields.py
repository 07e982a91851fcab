"""Form fields: a label, a control, help, and the server's own words when it refuses."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec


class ActionForm(rx.Component):
    """A form that is sent once, with an idempotency key among its values, and keeps what was typed.

    `answered` is a number of the state that grows with each answer; `failed` says that the answer was a refusal.
    """

    library = "$/public/stackdock/forms"
    tag = "ActionForm"

    answered: rx.Var[int]
    failed: rx.Var[bool]
    label: rx.Var[str]
    busy_words: rx.Var[str]
    on_send: rx.EventHandler[passthrough_event_spec(dict)]


def text_field(
    name: str,
    label: str | rx.Var[str],
    *,
    errors: Any,
    form: str,
    help_text: Any = "",
    secret: bool = False,
    max_length: int,
    **props: Any,
) -> rx.Component:
    """`errors` is the state's `field_errors`, by field name; `form` makes the ids unique on the page."""
    field_id = f"{form}-{name}"
    error = errors[name]
    control = rx.el.input(
        id=field_id,
        name=name,
        type="password" if secret else "text",
        auto_complete="off",
        max_length=max_length,
        class_name="input",
        custom_attrs={"aria-describedby": f"{field_id}-help {field_id}-error", "aria-invalid": error.bool(), "spellCheck": False},
        **props,
    )
    return _field(label, field_id, control, help_text, error)


def select_field(
    name: str,
    label: str,
    options: list[tuple[str, str]],
    *,
    errors: Any,
    form: str,
    help_text: Any = "",
    **props: Any,
) -> rx.Component:
    """`options` are pairs of value and words."""
    field_id = f"{form}-{name}"
    error = errors[name]
    control = rx.el.select(
        *[rx.el.option(words, value=value) for value, words in options],
        id=field_id,
        name=name,
        class_name="input",
        custom_attrs={"aria-describedby": f"{field_id}-help {field_id}-error", "aria-invalid": error.bool()},
        **props,
    )
    return _field(label, field_id, control, help_text, error)


def _field(label: str | rx.Var[str], field_id: str, control: rx.Component, help_text: Any, error: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        control,
        rx.el.p(help_text, class_name="help", id=f"{field_id}-help") if help_text else rx.fragment(),
        rx.el.p(rx.cond(error, error, ""), class_name="error", id=f"{field_id}-error", role="alert"),
        class_name="field",
    )


def refusal_line(refusal: Any) -> rx.Component:
    """A refusal that no single field is to blame for, in the server's words."""
    return rx.el.p(refusal, class_name="error refusal", role="alert")
