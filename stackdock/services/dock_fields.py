"""What a person may type about a dock, checked: its name and its interval."""

from __future__ import annotations

import unicodedata
from typing import Any

from stackdock.errors import InvalidInput

MAX_NAME_LENGTH = 80
DEFAULT_INTERVAL_SECONDS = 300
DEMO_INTERVAL_SECONDS = 5

_INTERVALS = (60, 120, 300, 900, 1800, 3600, 6 * 3600, 24 * 3600)
_DEMO_INTERVALS = (5, 10, 30)


def interval_choices(is_demo: bool = False) -> tuple[int, ...]:
    """Seconds between two syncs. Demo docks alone may sync more often than once a minute."""
    return _DEMO_INTERVALS + _INTERVALS if is_demo else _INTERVALS


def read_dock_name(name: Any) -> str:
    """The name in one line, without outer spaces. Raises InvalidInput, which never quotes it: it may be 10 MB."""
    if not isinstance(name, str):
        raise InvalidInput("Give the dock a name.", field="name")
    if len(name) > 4 * MAX_NAME_LENGTH:
        raise InvalidInput(f"A dock's name has at most {MAX_NAME_LENGTH} characters.", field="name")
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise InvalidInput("Give the dock a name.", field="name")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"A dock's name has at most {MAX_NAME_LENGTH} characters.", field="name")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in name):
        raise InvalidInput("The name holds a character that cannot be shown.", field="name")
    return name


def read_interval(interval_seconds: Any, is_demo: bool) -> int:
    choices = interval_choices(is_demo)
    if type(interval_seconds) is not int or interval_seconds not in choices:
        raise InvalidInput(f"Choose one of these intervals: {', '.join(_words(choice) for choice in choices)}.", field="interval")
    return interval_seconds


def _words(seconds: int) -> str:
    for size, word in ((3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
