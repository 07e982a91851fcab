"""What a table is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SHARE = 12
SHARES = {"name": 18, "tail": 5, "number": 8}

Row = Any
"""A live row as a Var: `row["name"]` is a cell. Reflex types its Vars by their methods, which no checker follows."""


@dataclass(frozen=True)
class Column:
    """`cell` draws the cell of a row; `reads` names the row's values it shows, whose changes tint it.

    `look` is its class: "name" is the row's header, "end" stands at the end of a phone's line, "wide" is left out on a phone,
    "wide number" is aligned to the right, "whole" takes as many lines as it needs, "lines" two. `width` is its share of the
    table, whatever the rows say: a longer word moves nothing. A resource's table writes its pixels there in a window of 1440.
    """

    title: str
    cell: Callable[[Row], Any]
    reads: tuple[str, ...] = ()
    look: str = "wide"
    width: int = 0  # 0: what its look has

    @property
    def share(self) -> int:
        looks = self.look.split()
        return self.width or next((SHARES[look] for look in looks if look in SHARES), SHARE)


@dataclass(frozen=True)
class Table:
    """`slot` is where the page's live view is bound. `under` draws what a phone shows in the row's second line."""

    slot: str
    kind: str
    icon: str
    columns: tuple[Column, ...]
    under: Callable[[Row], Any]
