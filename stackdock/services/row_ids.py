"""Ids as they come from outside: anything at all, until it has been looked at."""

from __future__ import annotations

from stackdock.columns import is_storable
from stackdock.errors import NotFound

MAX_LENGTH = 64


def read_id(given: object) -> str:
    """The id, fit for any database. Raises: NotFound for what could not name a row, just like for an id that names none."""
    if not isinstance(given, str) or not 0 < len(given) <= MAX_LENGTH or not is_storable(given):
        raise NotFound
    return given
