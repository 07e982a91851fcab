"""The difference between two results, row by row and cell by cell, in the words of the wire."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Mapping[str, tuple[Any, ...]]  # row id → its cells, without the id


def diff(cells: Sequence[str], old: Rows, old_order: Sequence[str], new: Rows, new_order: Sequence[str]) -> dict[str, Any]:
    """What must be told so that `old` becomes `new`; empty when nothing must. Keys as in the browser's `live_store.js`."""
    patch: dict[str, Any] = {}
    changed: dict[str, dict[str, Any]] = {}
    added: dict[str, list[Any]] = {}
    for row_id, row in new.items():
        before = old.get(row_id)
        if before is None:
            added[row_id] = list(row)
        elif before != row:
            changed[row_id] = {name: value for name, was, value in zip(cells, before, row, strict=True) if was != value}
    removed = [row_id for row_id in old if row_id not in new]
    if changed:
        patch["u"] = changed
    if added:
        patch["a"] = added
    if removed:
        patch["d"] = removed
    if list(old_order) != list(new_order):
        patch |= _order(old_order, new_order, new)
    return patch


def _order(old_order: Sequence[str], new_order: Sequence[str], new: Rows) -> dict[str, Any]:
    """Rows to place by ascending final index, or the whole order when most of them move; nothing when removals explain it."""
    kept = [row_id for row_id in old_order if row_id in new]
    position = {row_id: at for at, row_id in enumerate(new_order)}
    staying = {kept[at] for at in _longest_rise([position[row_id] for row_id in kept])}
    placed = [[row_id, at] for at, row_id in enumerate(new_order) if row_id not in staying]
    if not placed:
        return {}
    return {"i": list(new_order)} if len(placed) > max(8, len(new_order) // 2) else {"o": placed}


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """The places of a longest increasing subsequence: the rows that need not move. O(n log n)."""
    tails: list[int] = []  # the smallest last number of a rise of each length
    ends: list[int] = []  # its place
    previous = [-1] * len(numbers)
    for at, number in enumerate(numbers):
        length = bisect_left(tails, number)
        previous[at] = ends[length - 1] if length else -1
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [at]
    rise: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        rise.append(at)
        at = previous[at]
    return rise[::-1]
