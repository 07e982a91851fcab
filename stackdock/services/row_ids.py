"""Ids as they come from outside: anything at all, until it has been looked at."""

from __future__ import annotations

from stackdock.errors import NotFound

MAX_LENGTH = 64


def read_id(given: object) -> str:
    """The id, fit for any database. Raises: NotFound for what could not name a row, just like for an id that names none."""
    if type(given) is not str or not 0 < len(given) <= MAX_LENGTH or "\0" in given:
        raise NotFound
    try:
        given.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise NotFound from None
    return given
