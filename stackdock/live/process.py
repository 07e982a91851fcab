"""The process's one live engine, and how it is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackdock.live.engine import LiveEngine


class Health(StrEnum):
    WELL = "well"  # also in a process without an engine
    RESTARTING = "restarting"
    FAILED = "failed"  # given up: the process must end, so that whoever supervises it starts another


_engine: LiveEngine | None = None
_health = Health.WELL


def use(engine: LiveEngine | None) -> None:
    """Make `engine` the one that pages bind their slots to."""
    global _engine
    _engine = engine
    if engine is not None:
        tell(Health.WELL)


def tell(health: Health) -> None:
    """Say how the engine is."""
    global _health
    _health = health


def health() -> Health:
    return _health


def engine() -> LiveEngine:
    if _engine is None:
        raise RuntimeError("no live engine has been started in this process")
    return _engine


def wake() -> None:
    """Something was committed here: look at once. For `db.sessions.on_commit`; does nothing in a process without an engine."""
    if _engine is not None:
        _engine.wake()
