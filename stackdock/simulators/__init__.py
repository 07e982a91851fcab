"""Provider APIs on loopback, with state and faults: for the demo estate, the tests and adapter authors.

One file per provider speaks its wire format; the rest is shared by all. No adapter, no database, no settings.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from stackdock.errors import InvalidInput
from stackdock.simulators.digitalocean import DigitalOceanSimulator
from stackdock.simulators.faults import FAULT_HELP, Fault, FaultRule
from stackdock.simulators.hetzner import HetznerSimulator
from stackdock.simulators.serving import RunningSimulator, serve
from stackdock.simulators.simulator import ACCEPTED_TOKEN, SECRET_MARK, Simulator

__all__ = [
    "ACCEPTED_TOKEN",
    "FAULT_HELP",
    "SECRET_MARK",
    "SIMULATORS",
    "Fault",
    "FaultRule",
    "RunningSimulator",
    "Simulator",
    "make_simulator",
    "open_simulator",
]

SIMULATORS: dict[str, type[Simulator]] = {
    simulator.slug: simulator
    for simulator in (
        DigitalOceanSimulator,
        HetznerSimulator,
    )
}


def make_simulator(slug: str, *, size: int = 40, seed: int = 7, fault: FaultRule | Fault | str | None = None) -> Simulator:
    """Make a simulator without serving it. Raises: InvalidInput for an unknown slug or fault, or a negative size."""
    if slug not in SIMULATORS:
        raise InvalidInput(f"There is no simulator named {slug!r}. There are: {', '.join(sorted(SIMULATORS))}.", field="slug")
    if size < 0:
        raise InvalidInput("The size of a simulator is a number from 0 on.", field="size")
    return SIMULATORS[slug](size=size, seed=seed, fault=fault)


@contextlib.asynccontextmanager
async def open_simulator(
    slug: str, *, size: int = 40, seed: int = 7, port: int = 0, fault: FaultRule | Fault | str | None = None
) -> AsyncIterator[RunningSimulator]:
    """Serve a provider's API on loopback, in the caller's event loop, until the block ends.

    `size` is the number of servers (the provider's main kind), the other kinds follow in proportion; port 0 takes a free
    one. Raises: InvalidInput as make_simulator does, OSError when the port is taken.
    """
    async with serve(make_simulator(slug, size=size, seed=seed, fault=fault), port=port) as running:
        yield running
