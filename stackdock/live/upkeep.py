"""Keeps the live engine running: pages that no longer move beside a process that looks well would be the worst of failures."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable

from stackdock.live import process
from stackdock.live.pace import Clock
from stackdock.live.together import PartEnded

logger = logging.getLogger(__name__)

RESTARTS = 5  # within the window: one more, and starting again does not help
WINDOW_SECONDS = 60.0
PAUSE_SECONDS = 0.5


async def keep_running(run: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run the engine until cancelled, and start it again when it ends: each start runs every view anew, so nothing is missed.

    Raises what ended it last, once it has been started again RESTARTS times within WINDOW_SECONDS.
    """
    ended_at: deque[float] = deque(maxlen=RESTARTS)
    while True:
        try:
            await run()
            raise PartEnded("the live engine returned")
        except Exception:
            # The outermost loop of the engine: what a feed can mend by itself (a database that is away) never comes here.
            if len(ended_at) == RESTARTS and clock.now() - ended_at[0] < WINDOW_SECONDS:
                raise
            logger.exception("The live engine ended; it is started again in %g s, with every view", PAUSE_SECONDS)
        process.tell(process.Health.RESTARTING)
        ended_at.append(clock.now())
        await clock.sleep(PAUSE_SECONDS)
        process.tell(process.Health.WELL)
