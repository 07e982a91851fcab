"""How an estate changes by itself: a few plausible things at each step, never many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from stackdock.simulators.listing import Item, Listing

Stage = Callable[[], object]
Move = Callable[["Evolution"], None]

MAX_DRIFT = 3  # rows of a kind, above or below the number it started with
STEPS_BETWEEN_REMOVALS = 6


@dataclass(slots=True)
class Evolution:
    """Runs moves, and the later stages of those already begun (stopping, then off, then starting, then running).

    At most one item is removed every STEPS_BETWEEN_REMOVALS steps, and a kind stays within MAX_DRIFT of its first size, so
    no listing ever looks like a mass deletion.
    """

    random: Random
    moves: Sequence[Move]
    _begun: dict[tuple[Listing, str], list[Stage]] = field(default_factory=dict)
    _steps: int = 0
    _removable_from_step: int = 0

    def step(self) -> None:
        self._steps += 1
        for (listing, external_id), stages in list(self._begun.items()):
            if external_id in listing:  # somebody else may have removed it
                stages.pop(0)()
            if not stages or external_id not in listing:
                del self._begun[listing, external_id]
        for move in self.random.sample(self.moves, k=self.random.choice((1, 1, 2))):
            move(self)

    def begin(self, listing: Listing, item: Item, *stages: Stage) -> None:
        """Run the first stage now and one more at each following step; until then the item is left alone."""
        stages[0]()
        if stages[1:]:
            self._begun[listing, str(item[listing.id_key])] = list(stages[1:])

    def pick(self, listing: Listing, condition: Callable[[Item], bool] = bool) -> Item | None:
        """An item that nothing is happening to, or None."""
        free = [item for item in listing if (listing, str(item[listing.id_key])) not in self._begun and condition(item)]
        return self.random.choice(free) if free else None

    def may_add(self, listing: Listing) -> bool:
        return len(listing) < listing.initial_count + MAX_DRIFT

    def claim_removal(self, listing: Listing) -> bool:
        """Whether one item of this listing may go now; True uses up the allowance for the next steps."""
        floor = max(min(1, listing.initial_count), listing.initial_count - MAX_DRIFT)
        if len(listing) <= floor or self._steps < self._removable_from_step:
            return False
        self._removable_from_step = self._steps + STEPS_BETWEEN_REMOVALS
        return True
