"""Instants and durations: relative, ticking by themselves, exact on hover and for screen readers."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

LIBRARY = "$/public/stackdock/time"


class RelativeTime(rx.Component):
    library = LIBRARY
    tag = "RelativeTime"

    at: rx.Var[Any]
    tense: rx.Var[str]
    none: rx.Var[str]


class Duration(rx.Component):
    library = LIBRARY
    tag = "Duration"

    since: rx.Var[Any]
    end: rx.Var[Any]


def relative_time(at: Any, tense: Literal["past", "future", "date"] = "past", *, none: str | rx.Var[str] = "–") -> rx.Component:
    """`none` is shown where there is no instant."""
    return RelativeTime.create(at=at, tense=tense, none=none)


def duration(since: Any, end: Any) -> rx.Component:
    """How long it took, or has taken so far while there is no end."""
    return Duration.create(since=since, end=end)
