"""Nothing to show: why, in one sentence, and the one or two things to do next."""

from __future__ import annotations

from typing import Any

import reflex as rx


def empty(icon: str, title: str | rx.Var[str], why: str | rx.Component | rx.Var[str], *actions: Any) -> rx.Component:
    return rx.el.div(
        rx.icon(icon, size=36, class_name="mark", stroke_width=1.5),
        rx.el.h2(title),
        rx.el.p(why) if isinstance(why, str | rx.Var) else why,
        rx.el.div(*actions, class_name="actions") if actions else rx.fragment(),
        class_name="empty",
    )
