"""Cards, for what is not a table: numbers, facts, notes."""

from __future__ import annotations

from typing import Any

import reflex as rx


def card(title: Any, *children: Any, aside: Any = None, label: str | rx.Var[str] = "", **props: Any) -> rx.Component:
    """`label` names the region where the title is more than words."""
    head: list[rx.Component] = [rx.el.h2(title)]
    if aside is not None:
        head.append(rx.el.span(aside, class_name="push faint"))
    return rx.el.section(rx.el.div(*head, class_name="head"), *children, class_name="card", aria_label=label or title, **props)


def stat(label: str, value: Any, below: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(label, class_name="muted"),
        rx.el.span(value, class_name="big"),
        rx.el.span(below, class_name="faint"),
        class_name="card stat",
    )


def facts(*pairs: tuple[str, Any]) -> rx.Component:
    return rx.el.dl(*[rx.el.div(rx.el.dt(name), rx.el.dd(value)) for name, value in pairs], class_name="facts")


def note(status: str, *children: Any) -> rx.Component:
    """What somebody should know or do, above the page's content. `status` gives the colour."""
    return rx.el.div(*children, class_name=f"note {status}")
