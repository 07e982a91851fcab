"""What stands in a page until the server has said who is looking: rows of grey, only if the wait is long enough to notice."""

from __future__ import annotations

import reflex as rx

ROWS = 8


def arriving() -> rx.Component:
    return rx.el.div(
        rx.el.span("Loading…", class_name="unseen", role="status"),
        *[rx.el.i(aria_hidden=True) for _ in range(ROWS)],
        class_name="skeleton bars",
    )
