"""Random tokens for cookies and one-time links. Only their hash is stored."""

from __future__ import annotations

import hashlib
import secrets


def make_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """A plain hash is enough: the token has too many bits to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
