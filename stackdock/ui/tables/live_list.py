"""Rows of a live view, one memo component each."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from stackdock.live.vars import held_ids, live_ids


def live_list(slot: str, row: Callable[..., rx.Component], *, is_held: bool = False) -> rx.Component:
    """`row` is a memo component that takes `row_id`: it alone renders when its row changes. `is_held`: inside `HeldRows`."""
    ids = held_ids(slot) if is_held else live_ids(slot)
    return rx.foreach(ids, lambda row_id: rx.fragment(row(row_id=row_id), key=row_id))
