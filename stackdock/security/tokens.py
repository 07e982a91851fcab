"""Random tokens for cookies and one-time links. Only their hash is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


def make_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """A plain hash is enough: the token has too many bits to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


_process_secret = secrets.token_bytes(32)


def repeatable_token(request_key: str | None) -> str:
    """A token for a request that may arrive twice: both get the same one while this process runs, and nobody else can make it.

    So a form sent twice signs in once, although only the token's hash is stored.
    """
    if not request_key:
        return make_token()
    digest = hmac.digest(_process_secret, request_key.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
