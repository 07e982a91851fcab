"""The demo estate: every simulator in the app's own process, on free ports, changing every few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from stackdock.errors import Conflict
from stackdock.simulators import SIMULATORS, RunningSimulator, Simulator, open_simulator

logger = logging.getLogger(__name__)

_running: dict[str, str] = {}
_one_estate = asyncio.Lock()  # never waited for: a second estate is refused


def running_base_url(slug: str) -> str | None:
    """Where the demo estate's simulator listens now, or None. Ask at each sync: the port changes with every start."""
    return _running.get(slug)


class DemoEstate:
    """The running demo. `step` is public so that a test can let time pass without waiting."""

    def __init__(self, running: dict[str, RunningSimulator]) -> None:
        self._by_slug = running

    @property
    def addresses(self) -> dict[str, str]:
        """Base URLs, with the API's path prefix, by provider slug."""
        return {slug: running.base_url for slug, running in self._by_slug.items()}

    @property
    def simulators(self) -> dict[str, Simulator]:
        return {slug: running.simulator for slug, running in self._by_slug.items()}

    def step(self) -> None:
        """Let a few things happen at every provider."""
        for running in self._by_slug.values():
            running.simulator.evolve()

    async def evolve_forever(self, interval_seconds: float) -> None:
        while True:
            await asyncio.sleep(interval_seconds)
            try:
                self.step()
            except Exception:
                # The outermost loop of a task that nobody awaits: a failed step is a bug to read about, not the end of the demo.
                logger.exception("A step of the demo estate failed")


@contextlib.asynccontextmanager
async def open_estate(*, size: int = 40, seed: int = 7, interval_seconds: float = 4.0) -> AsyncIterator[DemoEstate]:
    """Run the demo estate until the block ends. Raises: Conflict when one runs in this process already."""
    if _one_estate.locked():
        raise Conflict("The demo estate is running already.")
    async with _one_estate, contextlib.AsyncExitStack() as stack:
        stack.callback(_running.clear)
        running = {}
        for slug in SIMULATORS:
            running[slug] = await stack.enter_async_context(open_simulator(slug, size=size, seed=seed))
            _running[slug] = running[slug].base_url
        estate = DemoEstate(running)
        evolving = asyncio.create_task(estate.evolve_forever(interval_seconds))
        try:
            yield estate
        finally:
            evolving.cancel()
            await asyncio.wait({evolving})
