"""What a table is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = Any
"""A live row as a Var: `row["name"]` is a cell. Reflex types its Vars by their methods, which no checker follows."""


@dataclass(frozen=True)
class Column:
    """`cell` draws the cell of a row; `reads` names the row's values it shows, whose changes tint it.

    `look` is its class: "name" is the row's header, "end" stands at the end of a phone's line, "wide" is left out on a phone,
    "wide number" is aligned to the right.
    """

    title: str
    cell: Callable[[Row], Any]
    reads: tuple[str, ...] = ()
    look: str = "wide"


@dataclass(frozen=True)
class Table:
    """`slot` is where the page's live view is bound. `under` draws what a phone shows in the row's second line."""

    slot: str
    kind: str
    icon: str
    columns: tuple[Column, ...]
    under: Callable[[Row], Any]
