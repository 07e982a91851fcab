"""Passwords are kept as Argon2id hashes, made and checked off the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stackdock.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 1024

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def check_password_rules(password: str) -> None:
    """Raises InvalidInput with what to change."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Choose a password of at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"A password has at most {MAX_LENGTH} characters.", field="password")


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether it matches. `None` (no such account) takes as long as a real check, so that timing tells nothing."""

    def verify() -> bool:
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.to_thread(verify)
