"""When a dock is tried again after a failure."""

from __future__ import annotations

import random
from collections.abc import Callable

LONGEST_SECONDS = 3600.0
DEMO_LONGEST_SECONDS = 60.0  # a demo's provider is this machine
NEEDS_A_PERSON_SECONDS = 6 * 3600.0
NEEDS_A_PERSON = ("CredentialsRejected", "AccessRefused", "AddressRefused", "InvalidInput")
"""Trying again does not help, but a provider's own mistake should heal by itself within the day."""

Uniform = Callable[[float, float], float]


def retry_delay_seconds(
    *,
    interval_seconds: float,
    failures: int,
    error_code: str,
    retry_after_seconds: float | None,
    is_demo: bool = False,
    uniform: Uniform = random.uniform,
) -> float:
    """Seconds until the next try after `failures` failures in a row (1 or more): doubled each time, with jitter.

    Never sooner than the provider asked for (`retry_after_seconds`), and never sooner than the dock's own interval.
    """
    if error_code in NEEDS_A_PERSON:
        longest = max(NEEDS_A_PERSON_SECONDS, interval_seconds)
    else:
        most = DEMO_LONGEST_SECONDS if is_demo else max(LONGEST_SECONDS, interval_seconds)
        longest = min(interval_seconds * 2.0 ** min(failures, 20), most)
    # The upper half only, so that many docks of one provider do not come back in step and none comes back at once.
    delay = max(uniform(longest / 2, longest), interval_seconds)
    if retry_after_seconds:
        delay = max(delay, retry_after_seconds + uniform(0.0, min(5.0, retry_after_seconds / 10)))
    return delay
