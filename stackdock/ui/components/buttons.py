"""What one presses. At most one `primary` on a page."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex_base.event import passthrough_event_spec

from stackdock.ui.components.links import link

LIBRARY = "$/public/stackdock/buttons"
Look = Literal["", "primary", "quiet", "danger"]


class OnceButton(rx.Component):
    """Sends one idempotency key per press, and rests until `answered` is that key, or `counted` has changed.

    Without a connection nothing is sent, and that is said; so is an answer that does not come.
    """

    library = LIBRARY
    tag = "OnceButton"

    answered: rx.Var[str]
    counted: rx.Var[int]
    label: rx.Var[str]
    disabled: rx.Var[bool]
    busy_words: rx.Var[str]
    on_run: rx.EventHandler[passthrough_event_spec(str)]


class ConfirmDialog(rx.Component):
    """A button that first says what will go. The children say it; `on_open` may ask the server for them, until it is `ready`.

    `answered` is the idempotency key that has been answered last.
    """

    library = LIBRARY
    tag = "ConfirmDialog"

    trigger: rx.Var[str]
    trigger_class: rx.Var[str]
    trigger_label: rx.Var[str]
    title: rx.Var[str]
    confirm: rx.Var[str]
    ready: rx.Var[bool]
    answered: rx.Var[str]
    on_open: rx.EventHandler[rx.event.no_args_event_spec]
    on_confirm: rx.EventHandler[passthrough_event_spec(str)]


def submit_button(words: str, *, look: Look = "primary") -> rx.Component:
    return rx.el.button(words, type="submit", class_name=f"btn {look}".strip())


def link_button(words: str, *, to: str | rx.Var[str], icon: str = "", look: Look = "", **props: Any) -> rx.Component:
    marks = [rx.icon(icon, size=14)] if icon else []
    return link(*marks, words, to=to, class_name=f"btn {look}".strip(), **props)


def once_button(*children: Any, on_run: Any, look: Look = "", class_name: str = "", **props: Any) -> rx.Component:
    """`on_run` gets the idempotency key, with which its handler answers: `lambda key: DocksState.sync(dock_id, key)`."""
    return OnceButton.create(*children, on_run=on_run, class_name=class_name or f"btn {look}".strip(), **props)


def icon_once_button(icon: str, *, label: str | rx.Var[str], on_run: Any, **props: Any) -> rx.Component:
    return OnceButton.create(rx.icon(icon, size=14), label=label, on_run=on_run, class_name="icon-btn", **props)
