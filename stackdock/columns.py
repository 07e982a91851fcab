"""Column types and identifiers shared by every table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeGuard

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator
from ulid import ULID

ID_LENGTH = 26


def new_id() -> str:
    """A new row id: a ULID, 26 characters, ordered by the time it was made.

    Text rather than a UUID type, so that an id is the same characters in both databases, in a change trigger,
    in an address and on the wire, and a malformed id is simply one that does not exist.
    """
    return str(ULID())


def utc_now() -> datetime:
    return datetime.now(UTC)


def is_storable(given: object) -> TypeGuard[str]:
    """Whether it is text that every database and every encoding takes: without NUL, which PostgreSQL refuses, and without half
    of a surrogate pair, which no encoding has."""
    if not isinstance(given, str) or "\0" in given:
        return False
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


class Id(String):
    """A row id or a reference to one."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(ID_LENGTH)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps no offset: it is put back on load."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants are aware UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
