"""Rows of a live view, one memo component each."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from stackdock.live.vars import live_ids


def live_list(slot: str, row: Callable[..., rx.Component]) -> rx.Component:
    """`row` is a memo component that takes `row_id`: it alone renders when its row changes."""
    return rx.foreach(live_ids(slot), lambda row_id: rx.fragment(row(row_id=row_id), key=row_id))
