"""Read a provider's simulator as a sync would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.contract import Adapter, Resource
from stackdock.adapters.listing import read_listing
from stackdock.adapters.patience import Patience
from stackdock.adapters.session import Session, open_session
from stackdock.providers import ADAPTERS
from stackdock.resources import ResourceFields
from stackdock.simulators import ACCEPTED_TOKEN, FaultRule, RunningSimulator, open_simulator

IMPATIENT = Patience(attempts=2, first_delay_seconds=0.001, wait_seconds=0.5, read_seconds=0.3, answer_seconds=1.0)


@dataclass(frozen=True)
class Reader:
    adapter: Adapter
    running: RunningSimulator
    session: Session

    async def read(self, resource: Resource) -> list[ResourceFields]:
        with await read_listing(self.adapter, resource, self.session) as listing:
            return [fields for batch in listing.fields() for fields in batch]


@asynccontextmanager
async def reading(
    slug: str, *, size: int = 40, fault: FaultRule | str | None = None, token: str = ACCEPTED_TOKEN
) -> AsyncIterator[Reader]:
    async with open_simulator(slug, size=size, fault=fault) as running:
        async with open_session(
            ADAPTERS[slug],
            {"token": token},
            base_url=running.base_url,
            policy=OutboundPolicy(allow_addresses=frozenset({running.address})),
            paced=False,
            patience=IMPATIENT,
        ) as session:
            yield Reader(ADAPTERS[slug], running, session)
