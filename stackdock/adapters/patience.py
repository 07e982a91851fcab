"""How long to wait for a provider, and how often to ask again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from stackdock.adapters.transport import CONNECT_SECONDS, READ_SECONDS


@dataclass(frozen=True, kw_only=True)
class Patience:
    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS  # silence, not duration
    answer_seconds: float = 120.0  # one whole answer, so that a byte a minute ends too
    attempts: int = 4  # per request
    first_delay_seconds: float = 0.5  # doubled each time, with jitter
    give_up_seconds: float = 20.0  # spent on outages by all requests of a session together
    wait_seconds: float = 65.0  # longest wait for a rate limit, per request; beyond it the caller is told when to come back

    def delay_seconds(self, failures: int) -> float:
        """Full jitter on the upper half, so that many docks do not come back in step."""
        longest = self.first_delay_seconds * 2 ** (failures - 1)
        return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


FOR_SYNC = Patience()
FOR_READING = Patience(give_up_seconds=4.0)
FOR_CHECKING = Patience(attempts=2, give_up_seconds=3.0, wait_seconds=3.0)
