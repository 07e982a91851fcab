"""The demo's marks: above a page, with the one press that takes it away, and beside a dock's name."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.ui.components.buttons import once_button
from stackdock.ui.components.freshness import DemoContent, DemoNote
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.demo import DemoState
from stackdock.ui.tables.column import Row


def demo_tag(row: Row, class_name: str = "") -> rx.Component:
    """Beside the name of the dock that the row is, or comes from. "short": the mark alone, where many rows bear it."""
    word = rx.el.span("Demo", class_name="unseen") if class_name == "short" else "Demo"
    return rx.cond(row["is_demo"], rx.el.span(word, title="Demo", class_name=f"tag demo {class_name}".strip()))


def demo_note() -> rx.Component:
    """Nothing of a demo is worth a question: the button says what goes, and takes it away."""
    remove = once_button(
        "Remove the demo: ",
        DemoContent.create(),
        answered=DemoState.answered,
        busy_words="Removing the demo…",
        on_run=lambda key: DemoState.remove(key),
    )
    may_remove = ConsoleState.levels[Area.DOCKS.value] >= int(Level.FULL)
    return DemoNote.create(
        rx.el.span(rx.el.span("A demo estate is linked. "), class_name="st idle"),
        rx.el.span("Its docks are simulated, and change by themselves every few seconds.", class_name="muted"),
        rx.cond(may_remove, remove),
    )
