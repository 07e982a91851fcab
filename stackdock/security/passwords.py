"""Passwords are kept as Argon2id hashes, made and checked off the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stackdock.columns import is_storable
from stackdock.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 1024

_hasher = PasswordHasher()
# Each check takes 64 MiB for a while: few threads of their own make many sign-ins at once queue instead of exhausting memory.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
_NOBODY = _hasher.hash("nobody has this password")


def check_password_rules(password: str) -> None:
    """Raises InvalidInput with what to change."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Choose a password of at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"A password has at most {MAX_LENGTH} characters.", field="password")
    if not is_storable(password):
        raise InvalidInput("The password holds a character that cannot be typed.", field="password")


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether it matches. `None` (no such account) takes as long as a real check, so that timing tells nothing."""

    def verify() -> bool:
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_threads, verify)
