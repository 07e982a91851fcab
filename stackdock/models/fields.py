"""Field shorthands: what would otherwise be repeated in every table."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field

from stackdock.columns import Id, UtcDateTime, new_id, utc_now


def primary_id() -> Any:
    return Field(default_factory=new_id, primary_key=True, sa_type=Id)


def reference(target: str, *, ondelete: str = "CASCADE", **options: Any) -> Any:
    """A foreign key to `target` ("table.id")."""
    return Field(foreign_key=target, ondelete=ondelete, sa_type=Id, **options)  # type: ignore[call-overload]


def instant(**options: Any) -> Any:
    return Field(default=None, sa_type=UtcDateTime, **options)


def instant_now(**options: Any) -> Any:
    return Field(default_factory=utc_now, sa_type=UtcDateTime, **options)
