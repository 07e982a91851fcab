"""Provider item → normalized fields. Only what is named here ever leaves an adapter."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import ValidationError

from stackdock.errors import UnexpectedResponse
from stackdock.resources import ResourceFields, Status

Item = Mapping[str, Any]
FieldSource = str | Callable[[Item], Any]
"""A dotted path into the item ("location.name", "ips.0.address") or a function of it. There is no third way."""

MAX_FACT_LENGTH = 1_000
MAX_INTEGER = 2**31 - 1  # what an INTEGER column holds in PostgreSQL
_NEVER_CUT = {"external_id", "attached_to", "console_url"}  # half of one names another thing
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # no database or terminal takes these well


def dig(item: Any, path: str) -> Any:
    """The value at a dotted path, or None where a step is missing."""
    for step in path.split(".") if path else ():
        if isinstance(item, Mapping):
            item = item.get(step)
        elif isinstance(item, list) and step.isdigit() and int(step) < len(item):
            item = item[int(step)]
        else:
            return None
    return item


def read_source(item: Item, source: FieldSource) -> Any:
    return source(item) if callable(source) else dig(item, source)


def as_tags(labels: Any) -> list[str]:
    """A provider's labels as text: {"env": "prod", "web": ""} → ["env=prod", "web"], sorted, so that order is no change."""
    return sorted(f"{key}={value}" if value else str(key) for key, value in (labels or {}).items())


@dataclass(frozen=True, kw_only=True)
class StatusMap:
    """The provider's status words, grouped by ours; compared without case. An unlisted word is Status.UNKNOWN."""

    source: FieldSource
    known: Mapping[Status, tuple[str, ...]]

    def __post_init__(self) -> None:
        words = [word.lower() for words in self.known.values() for word in words]
        if len(set(words)) != len(words):
            raise TypeError(f"a status word is mapped twice: {sorted(words)}")

    def read(self, item: Item) -> tuple[Status, str | None]:
        """Our status, and the provider's own word for it."""
        word = read_source(item, self.source)
        if not isinstance(word, str) or not word:
            return Status.UNKNOWN, None
        lowered = word.lower()
        return next((ours for ours, words in self.known.items() if lowered in map(str.lower, words)), Status.UNKNOWN), word


@dataclass(frozen=True, kw_only=True)
class Mapper:
    """How an item of one provider's listing fills the fields of a kind.

    Field names are checked when the mapper is built, so a typo fails at import and not at night. Without a `StatusMap`
    the provider tells no state and every listed resource is active. `facts` are further values worth showing, scalars or
    lists of scalars. Common mistake: a fact that changes by itself (a traffic counter) makes every resync write.
    """

    kind: type[ResourceFields]
    fields: Mapping[str, FieldSource]
    status: StatusMap | None = None
    facts: Mapping[str, FieldSource] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = set(self.kind.model_fields) - {"status", "status_word", "facts"}
        if unknown := set(self.fields) - known:
            raise TypeError(f"{self.kind.__name__} has no field to map named {sorted(unknown)}")
        if missing := {"external_id", "name"} - set(self.fields):
            raise TypeError(f"{self.kind.__name__}: {sorted(missing)} must be mapped")

    def external_id(self, item: Item) -> str:
        value = self._read(item, "external_id", self.fields["external_id"])
        if not isinstance(value, str) or not value:
            raise UnexpectedResponse(f"A {self.kind.kind} came without an id.")
        return value

    def __call__(self, item: Item) -> ResourceFields:
        """Normalize one item. Raises UnexpectedResponse, naming the field but never its value."""
        values = {name: self._read(item, name, source) for name, source in self.fields.items()}
        values = {name: value for name, value in values.items() if value is not None or name == "name"}
        if self.status:
            status, word = self.status.read(item)
            values |= {"status": status, "status_word": self._clean("status_word", word)}
        facts = {name: _fact(name, self._read(item, name, source)) for name, source in self.facts.items()}
        values["facts"] = {name: value for name, value in facts.items() if value is not None}
        try:
            fields = self.kind.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UnexpectedResponse(f"A {self.kind.kind} came with an unusable {where}: {first['msg']}.") from None
        for name in self.fields:
            value = getattr(fields, name)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise UnexpectedResponse(f"A {self.kind.kind} came with a {name} that names no time zone.")
            if isinstance(value, datetime) and not _has_utc(value):
                raise UnexpectedResponse(f"A {self.kind.kind} came with a {name} beyond any real instant.")
        return fields

    def _read(self, item: Item, name: str, source: FieldSource) -> Any:
        try:
            value = read_source(item, source)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
            raise UnexpectedResponse(f"A {self.kind.kind} came in a shape from which {name} cannot be read.") from None
        return self._clean(name, value)

    def _clean(self, name: str, value: Any) -> Any:
        info = self.kind.model_fields.get(name)
        if info is not None and _is_text(info.annotation):
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)  # ids are numbers at one provider and text at the next
            if isinstance(value, str):
                longest = next((limit for rule in info.metadata if (limit := getattr(rule, "max_length", None))), None)
                value = _text(value)
                return value if name in _NEVER_CUT or longest is None else value[:longest]
        if isinstance(value, list):
            return [_text(entry) if isinstance(entry, str) else entry for entry in value]
        if isinstance(value, float) and not math.isfinite(value):  # JSON has no such number, and PostgreSQL takes none
            raise UnexpectedResponse(f"A {self.kind.kind} came with a {name} that is no number.")
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise UnexpectedResponse(f"A {self.kind.kind} came with a {name} beyond any real number.")
        return value


def _has_utc(instant: datetime) -> bool:
    """Not so for the last hours of the year 9999 in the west, nor for the first of the year 1 in the east."""
    try:
        instant.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _is_text(annotation: Any) -> bool:
    return annotation is str or str in get_args(annotation)


def _text(value: str) -> str:
    return _NOT_TEXT.sub("\ufffd", value)


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(entry, str | int | float) for entry in value):
        return value
    if isinstance(value, str):
        return _text(value)[:MAX_FACT_LENGTH]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    # A mapping could carry anything along, a password too: only named scalars leave the adapter.
    raise UnexpectedResponse(f"The fact {name} is not a plain value.")
