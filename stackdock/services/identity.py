"""What a person may type about themselves: email, names, and how long each may be. Every check is the server's own."""

from __future__ import annotations

import unicodedata

from stackdock.errors import InvalidInput

EMAIL_LENGTH = 254
NAME_LENGTH = 128


def clean_email(typed: str) -> str:
    """Lower case, without surrounding space. Raises InvalidInput for what cannot be an address."""
    email = typed.strip().lower()
    local, at, domain = email.partition("@")
    if len(email) > EMAIL_LENGTH:
        raise InvalidInput(f"An email address has at most {EMAIL_LENGTH} characters.", field="email")
    if not (local and at and domain) or "@" in domain or any(unsuitable(character) or character.isspace() for character in email):
        raise InvalidInput("Enter an email address, such as ana@example.com.", field="email")
    return email


def clean_name(typed: str, *, field: str, what: str) -> str:
    """Without surrounding space and with single spaces inside. `what` names it in the sentence: "Your name"."""
    name = " ".join(typed.split())
    if not name:
        raise InvalidInput(f"{what} is missing.", field=field)
    if len(name) > NAME_LENGTH:
        raise InvalidInput(f"{what} has at most {NAME_LENGTH} characters.", field=field)
    if any(unsuitable(character) for character in name):
        raise InvalidInput(f"{what} holds a character that cannot be shown.", field=field)
    return name


def unsuitable(character: str) -> bool:
    """Control characters, and those that reverse the reading direction of what follows them."""
    return (
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
