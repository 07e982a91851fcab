"""A status: shape, word and colour. The shape and the colour are ours, the word is the provider's own where it says more."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.resources import Status
from stackdock.ui.components.text import joined


def status_mark(status: str | rx.Var[str], words: str | rx.Var[str]) -> rx.Component:
    """`status` is one of the eight of `Status`; `words` is what is read."""
    return rx.el.span(rx.el.span(words, class_name="clip"), class_name=joined("st ", status))


def resource_status(row: Any) -> rx.Component:
    """The status of a resource's row: its `status`, and its `status_word` in the provider's spelling."""
    status, word = row["status"].to(str), row["status_word"].to(str)
    quoted = joined("“", word, "”")
    known = status != Status.UNKNOWN.value
    return status_mark(status, rx.cond(word, rx.cond(known, _capitalized(word), quoted), _capitalized(status)))


def _capitalized(words: rx.Var[str]) -> rx.Var[str]:
    """ "shutting-down" → "Shutting down"."""
    text = f"(({words!s}) ?? '').replaceAll(/[_-]+/g, ' ').toLowerCase().replace(/^./, (first) => first.toUpperCase())"
    return rx.Var(text, _var_type=str, _var_data=words._get_all_var_data()).guess_type()
