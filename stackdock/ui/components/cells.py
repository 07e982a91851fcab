"""The parts of a table's cell that move by themselves."""

from __future__ import annotations

from typing import Any

import reflex as rx


class LiveCell(rx.Component):
    """A `td` that is tinted for a moment when `changed` grows. With `scope` it is a row's `th`."""

    library = "$/public/stackdock/cells"
    tag = "LiveCell"

    changed: rx.Var[int]
    scope: rx.Var[str]


class CopyButton(rx.Component):
    library = "$/public/stackdock/cells"
    tag = "CopyButton"

    text: rx.Var[Any]
    label: rx.Var[str]


def copyable(text: Any, *, label: str = "Copy") -> rx.Component:
    """An address or id that is copied when pressed; a dash where there is none."""
    return CopyButton.create(text=text, label=label)


def or_dash(value: Any, shown: Any = None) -> rx.Component:
    """The value, or a faint dash where the provider does not say."""
    return rx.cond(value, shown if shown is not None else value.to(str), rx.el.span("–", class_name="faint"))


def tags(values: Any) -> rx.Component:
    drawn = rx.foreach(values.to(list[str]), lambda tag: rx.el.span(tag, class_name="tag"))
    return or_dash(values.to(list[str]).length() > 0, drawn)
