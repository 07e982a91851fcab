"""Values of the database as JSON-ready cells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def to_cells(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(value if type(value) in _AS_THEY_ARE else to_cell(value) for value in values)


def to_cell(value: Any) -> Any:
    """An instant becomes `2026-01-31T12:00:00Z` (milliseconds only where there are some), an enum its value, a decimal text.

    Raises TypeError for what has no place in a browser: bytes, and with them whatever is encrypted.
    """
    match value:
        case Enum():
            return to_cell(value.value)
        case str() | bool() | int() | None:
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            instant = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
            text = instant.isoformat(timespec="milliseconds" if instant.microsecond // 1000 else "seconds")
            return text.replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case list() | tuple():
            return [to_cell(item) for item in value]
        case dict():
            return {str(key): to_cell(item) for key, item in value.items()}
    raise TypeError(f"a cell cannot hold {type(value).__name__}")
