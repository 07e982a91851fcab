"""The process's one live engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackdock.live.engine import LiveEngine

_engine: LiveEngine | None = None


def use(engine: LiveEngine | None) -> None:
    """Make `engine` the one that pages bind their slots to."""
    global _engine
    _engine = engine


def engine() -> LiveEngine:
    if _engine is None:
        raise RuntimeError("no live engine has been started in this process")
    return _engine


def wake() -> None:
    """Something was committed here: look at once. For `db.sessions.on_commit`; does nothing in a process without an engine."""
    if _engine is not None:
        _engine.wake()
