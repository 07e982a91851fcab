"""May the rows that a complete listing no longer has be pruned? Rules without storage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MOST_ROWS = 10
MOST_SHARE = 0.2
EMPTY_RUNS_NEEDED = 2


class Verdict(Enum):
    PRUNE = "prune"
    UNCONFIRMED = "unconfirmed"  # everything is gone at once: the next run has to say the same
    HOLD = "hold"  # too many: a person has to agree


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One complete listing beside the rows of its kind."""

    present: int  # rows before this run
    missing: int  # of them, not listed
    listed: int
    empty_runs: int  # complete runs in a row, this one included, that listed nothing while rows were there
    accepted: int | None  # how many a person agreed to lose, None when nobody did
    is_demo: bool = False


def judge(found: Missing) -> Verdict:
    """A demo starts over with each start of the app, so its docks lose rows freely."""
    if not found.missing or found.is_demo:
        return Verdict.PRUNE
    if not found.listed and found.empty_runs < EMPTY_RUNS_NEEDED:
        return Verdict.UNCONFIRMED
    if found.missing <= MOST_ROWS or found.missing <= MOST_SHARE * found.present:
        return Verdict.PRUNE
    if found.accepted is not None and found.missing <= found.accepted:
        return Verdict.PRUNE
    return Verdict.HOLD
