"""Form fields: a label, a control, help, and the server's own words when it refuses."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

LIBRARY = "$/public/stackdock/forms"


class ActionForm(rx.Component):
    """A form that is sent once, with an idempotency key among its values, and keeps what was typed.

    `answered` is the id of the attempt that the state's words answer; `failed` says that the answer was a refusal. With `empties`
    a success clears the fields.
    """

    library = LIBRARY
    tag = "ActionForm"

    answered: rx.Var[str]
    failed: rx.Var[bool]
    empties: rx.Var[bool]
    label: rx.Var[str]
    busy_words: rx.Var[str]
    on_send: rx.EventHandler[passthrough_event_spec(dict)]


class FieldInput(rx.Component):
    """Holds at most `max_length` characters, whoever puts them there; `error` is the server's word."""

    library = LIBRARY
    tag = "FieldInput"

    name: rx.Var[str]
    type: rx.Var[str]
    error: rx.Var[str]
    max_length: rx.Var[int]
    default_value: rx.Var[str]
    auto_focus: rx.Var[bool]


class FieldSelect(rx.Component):
    library = LIBRARY
    tag = "FieldSelect"

    name: rx.Var[str]
    error: rx.Var[str]
    default_value: rx.Var[str]


class FieldError(rx.Component):
    library = LIBRARY
    tag = "FieldError"

    name: rx.Var[str]
    error: rx.Var[str]


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
    kind = "password" if secret else "text"
    described = {"aria-describedby": f"{field_id}-help {field_id}-error"}
    control = FieldInput.create(
        id=field_id, name=name, type=kind, error=errors[name], max_length=max_length, custom_attrs=described, **props
    )
    return _field(label, field_id, control, help_text, FieldError.create(id=f"{field_id}-error", name=name, error=errors[name]))


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
    described = {"aria-describedby": f"{field_id}-help {field_id}-error"}
    choices = [rx.el.option(words, value=value) for value, words in options]
    control = FieldSelect.create(*choices, id=field_id, name=name, error=errors[name], custom_attrs=described, **props)
    return _field(label, field_id, control, help_text, FieldError.create(id=f"{field_id}-error", name=name, error=errors[name]))


def _field(
    label: str | rx.Var[str], field_id: str, control: rx.Component, help_text: Any, error_line: rx.Component
) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        control,
        rx.el.p(help_text, class_name="help", id=f"{field_id}-help") if help_text else rx.fragment(),
        error_line,
        class_name="field",
    )


def refusal_line(refusal: Any) -> rx.Component:
    """A refusal that no single field is to blame for, in the server's words."""
    return FieldError.create(error=refusal, class_name="refusal")
