"""Credentials as a person or a caller gives them, checked against what the adapter asks for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from stackdock.errors import InvalidInput

if TYPE_CHECKING:
    from stackdock.adapters.contract import Adapter, Credentials

MAX_LENGTH = 8_192
_PROCESS_KEY = secrets.token_bytes(32)  # a fingerprint means nothing outside this process, so it cannot be looked up


def read_credentials(adapter: Adapter, given: Mapping[str, str]) -> Credentials:
    """The fields of this adapter, stripped; empty ones left out. Raises InvalidInput that names the field, never its value."""
    known = {field.name: field for field in adapter.credentials}
    for name in given:
        if name not in known:
            raise InvalidInput(
                f"{adapter.name} has no credential named {name[:64]!r}; it has {', '.join(known)}.", field=name[:64]
            )
    credentials: dict[str, str] = {}
    for name, field in known.items():
        value = (given.get(name) or "").strip()
        if not value and field.required:
            raise InvalidInput(f"{field.label} ({name}) is missing.", field=name)
        if len(value) > MAX_LENGTH:
            raise InvalidInput(f"{field.label} is longer than {MAX_LENGTH:,} characters.", field=name)
        if not (value.isascii() and value.isprintable()):
            raise InvalidInput(f"{field.label} holds a character that no such value has: was more copied than meant?", field=name)
        if value:
            credentials[name] = value
    return credentials


def secret_values(adapter: Adapter, credentials: Credentials) -> tuple[str, ...]:
    """What must never be shown. Anything under four characters would only mangle ordinary words."""
    return tuple(value for field in adapter.credentials if field.secret and len(value := credentials.get(field.name, "")) >= 4)


def fingerprint(adapter: Adapter, credentials: Credentials, base_url: str) -> bytes:
    """The same for two docks that share credentials; keyed, so it tells nothing about them."""
    parts = [adapter.slug, base_url, *(f"{name}={value}" for name, value in sorted(credentials.items()))]
    return hmac.digest(_PROCESS_KEY, "\0".join(parts).encode(), hashlib.sha256)
