"""What a provider's answer says about when to come back."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_FAMILIES = ("ratelimit", "x-ratelimit")
_EPOCH_FROM = 1_000_000_000  # a reset this large is an instant, a smaller one a duration
_LONGEST_SECONDS = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    limit: int | None = None
    remaining: int | None = None
    reset_seconds: float | None = None  # from now


def read_budget(headers: Mapping[str, str]) -> Budget:
    """`RateLimit-Limit`, `-Remaining` and `-Reset` (epoch or seconds), with or without `X-`. Unreadable parts are None."""
    for family in _FAMILIES:
        remaining = _integer(headers.get(f"{family}-remaining"))
        if remaining is None:
            continue
        reset = _integer(headers.get(f"{family}-reset"))
        if reset is not None:
            reset = _within(reset - time.time() if reset >= _EPOCH_FROM else reset)
        return Budget(limit=_integer(headers.get(f"{family}-limit")), remaining=remaining, reset_seconds=reset)
    return Budget()


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds from now, given as seconds or as an HTTP date; None where it is missing or unreadable."""
    value = (headers.get("retry-after") or "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value):
        return _within(float(value))
    try:
        return _within(parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _integer(value: str | None) -> int | None:
    match = re.match(r"\s*(\d{1,15})", value or "")
    return int(match.group(1)) if match else None


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_SECONDS)
