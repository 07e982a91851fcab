"""How often a dock is synced, in words."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.services.dock_fields import interval_choices


def words_of(seconds: int) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return f"every {word}" if count == 1 else f"every {count} {word}s"
    return f"every {seconds} seconds"


INTERVALS = {str(seconds): words_of(seconds) for seconds in interval_choices(is_demo=True)}


def interval_words(seconds: rx.Var[Any]) -> rx.Var[str]:
    return rx.Var.create(INTERVALS)[seconds.to_string()].to(str)


def options(*, is_demo: bool) -> list[tuple[str, str]]:
    """Pairs of value and words for a select."""
    return [(str(seconds), words_of(seconds).capitalize()) for seconds in interval_choices(is_demo=is_demo)]
