"""A provider's answer, and what its status means: the error class decides what happens next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote

import httpx

from stackdock.adapters.mapper import dig
from stackdock.adapters.rate_headers import read_budget, read_retry_after
from stackdock.errors import AccessRefused, CredentialsRejected, ProviderUnavailable, RateLimited, UnexpectedResponse

LONGEST_WORDS = 200
_WORDS_AT = (
    "error.message",
    "message",
    "error_description",
    "detail",
    "errors.0.message",
    "errors.0.detail",
    "error",
    "errors.0",
    "id",
)


@dataclass(frozen=True)
class Answer:
    """One response, read to its end."""

    url: httpx.URL
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def json(self, provider: str) -> Any:
        """The body as JSON. Raises UnexpectedResponse, in words that help whoever typed the address."""
        try:
            return json.loads(self.content, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise UnexpectedResponse(f"{provider} answered {self.status} with {self._shape()} instead of JSON.") from None

    def words(self, secrets: Iterable[str]) -> str:
        """The provider's own words for an error: short, one line, without any of `secrets`."""
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            body = None if self._is_html() else self.content[:2_000].decode("utf-8", "replace")
        found = body if isinstance(body, str) else next((w for at in _WORDS_AT if isinstance(w := dig(body, at), str) and w), "")
        return clean_words(found, secrets)

    def _is_html(self) -> bool:
        return "html" in self.headers.get("content-type", "").lower() or self.content[:200].lstrip()[:1] == b"<"

    def _shape(self) -> str:
        if not self.content.strip():
            return "an empty body"
        return (
            "an HTML page (is this the address of its API?)"
            if self._is_html()
            else "something else (cut short, or another service)"
        )


def clean_words(words: str, secrets: Iterable[str]) -> str:
    """Make foreign text safe to show: secrets hidden, control characters gone, at most 200 characters."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            words = words.replace(form, "[hidden]")
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", " ", words)
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1] + "…"


def raise_for_status(answer: Answer, provider: str, secrets: Iterable[str], *, reset_ends_429: bool = True) -> None:
    """Return for 2xx; else raise the class that says what to do, with the provider's own words."""
    if 200 <= answer.status < 300:
        return
    words = answer.words(secrets)
    said = f": “{words}”" if words else ""
    _raise(answer, f"{provider}", said, reset_ends_429)


def _raise(answer: Answer, provider: str, said: str, reset_ends_429: bool) -> NoReturn:
    status = answer.status
    if status == 401:
        raise CredentialsRejected(f"{provider} rejected the credentials{said}.")
    if status == 403:
        raise AccessRefused(f"{provider} does not let these credentials read {answer.url.path}{said}.")
    if status == 429:
        wait = read_retry_after(answer.headers)
        if wait is None and reset_ends_429:
            wait = read_budget(answer.headers).reset_seconds
        raise RateLimited(f"{provider} asks for fewer requests{said}.", wait)
    if status in (408, 425) or status >= 500:
        raise ProviderUnavailable(f"{provider} is in trouble: it answered {status}{said}.", read_retry_after(answer.headers))
    if 300 <= status < 400:
        raise UnexpectedResponse(f"{provider} redirects {answer.url.path} to another address, which is not followed.")
    raise UnexpectedResponse(f"{provider} answered {status} for {answer.url.path}{said}.")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
