"""Text as it comes from outside: anything at all, until it has been looked at. Ids are `row_ids`."""

from __future__ import annotations

from stackdock.columns import is_storable
from stackdock.errors import InvalidInput


def read_text(given: object, *, what: str, longest: int, field: str | None = None) -> str:
    """The text, fit for any database. Raises InvalidInput, which begins with `what` ("A search") and never quotes the text."""
    if not isinstance(given, str):
        raise InvalidInput(f"{what} must be text.", field=field)
    if len(given) > longest:
        raise InvalidInput(f"{what} has at most {longest} characters.", field=field)
    if not is_storable(given):
        raise InvalidInput(f"{what} holds a character that cannot be shown.", field=field)
    return given
