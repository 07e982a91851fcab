"""Who gets the places there are: no provider all of them while docks of another one wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

Provider = tuple[str, str | None]
"""Slug and address: two instances of one self-hosted provider hang separately."""


@dataclass
class Places:
    """`free` are those for runs that are quick, `in_all` those for any run; `taken` says which providers have quick ones."""

    free: int
    in_all: int
    share: int
    taken: Counter[Provider] = field(default_factory=Counter[Provider])

    def choose(self, waiting: Iterable[tuple[str, Provider]]) -> list[str]:
        """The docks to sync, of those `waiting` in their order.

        A provider gets its `share`, and more only where no other one wants the place. One of which nothing runs gets a place
        even when none is free, within `in_all`: the others may all be waiting for a provider that hangs.
        """
        chosen: list[str] = []
        left_over: list[str] = []
        for dock_id, provider in waiting:
            if len(chosen) >= self.in_all:
                break
            if not self.taken[provider] or (len(chosen) < self.free and self.taken[provider] < self.share):
                self.taken[provider] += 1
                chosen.append(dock_id)
            else:
                left_over.append(dock_id)
        return chosen + left_over[: max(0, min(self.free, self.in_all) - len(chosen))]
