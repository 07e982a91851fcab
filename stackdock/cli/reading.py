"""Read a provider's listings and print them as JSON, however many there are."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace

import httpx

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.contract import Adapter
from stackdock.adapters.listing import read_listing
from stackdock.adapters.session import open_session
from stackdock.adapters.spool import Listing
from stackdock.cli.moto import open_moto
from stackdock.cli.run import print_error
from stackdock.errors import AdapterError, AddressRefused, ProviderUnavailable
from stackdock.settings import settings
from stackdock.simulators import ACCEPTED_TOKEN, open_simulator

SHORTEST_RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Reading:
    """What was asked for. `credentials` never leave it in a repr."""

    adapter: Adapter
    kinds: tuple[str, ...]
    base_url: str | None
    credentials: Mapping[str, str]
    allow_addresses: frozenset[tuple[str, int]] = frozenset()

    def __repr__(self) -> str:
        return f"Reading({self.adapter.slug})"


async def read_provider(reading: Reading, *, simulator_size: int | None = None) -> bool:
    """Read, print, and say whether every kind was complete. A size starts the provider's simulator to read from."""
    if simulator_size is None:
        return await _read_and_print(reading)
    async with _simulated(reading, simulator_size) as simulated:
        return await _read_and_print(simulated)


@contextlib.asynccontextmanager
async def _simulated(reading: Reading, size: int) -> AsyncGenerator[Reading]:
    if reading.adapter.slug == "aws":
        async with open_moto(size=size) as moto:
            yield _pointed_at(reading, moto.base_url, moto.credentials)
    else:
        async with open_simulator(reading.adapter.slug, size=size) as simulator:
            yield _pointed_at(reading, simulator.base_url, {"token": ACCEPTED_TOKEN})


def _pointed_at(reading: Reading, base_url: str, credentials: Mapping[str, str]) -> Reading:
    url = httpx.URL(base_url)
    return replace(reading, base_url=base_url, credentials=credentials, allow_addresses=frozenset({(url.host, url.port or 80)}))


async def _read_and_print(reading: Reading) -> bool:
    listings: dict[str, Listing] = {}
    with contextlib.ExitStack() as open_listings:
        try:
            await _read_kinds(reading, listings, open_listings)
        except AddressRefused as error:
            print_error(error.message)
        _print_json(reading, listings)
        return len(listings) == len(reading.kinds)


async def _read_kinds(reading: Reading, listings: dict[str, Listing], open_listings: contextlib.ExitStack) -> None:
    adapter = reading.adapter
    policy = OutboundPolicy(allow_hosts=frozenset(settings().allow_hosts), allow_addresses=reading.allow_addresses)
    async with open_session(adapter, reading.credentials, base_url=reading.base_url, policy=policy, paced=False) as session:
        for kind in reading.kinds:
            try:
                listings[kind] = open_listings.enter_context(await read_listing(adapter, adapter.resource(kind), session))
            except AdapterError as error:
                print_error(f"{kind}: {error.message}")
                if isinstance(error, ProviderUnavailable) and not session.http.can_wait(SHORTEST_RETRY_SECONDS):
                    # It has been down for as long as anybody should wait; the kinds after this one stay incomplete.
                    if kind != reading.kinds[-1]:
                        print_error("The kinds after that were not asked for.")
                    return


def _print_json(reading: Reading, listings: dict[str, Listing]) -> None:
    """One resource a line, written batch by batch: the whole is never in memory."""
    write = sys.stdout.write
    complete = {kind: kind in listings for kind in reading.kinds}
    write(f'{{"provider": {json.dumps(reading.adapter.slug)},\n "complete": {json.dumps(complete)},\n "resources": {{')
    for number, kind in enumerate(reading.kinds):
        write(f"{',' if number else ''}\n  {json.dumps(kind)}: [")
        separator = "\n"
        for batch in listings[kind].fields() if kind in listings else ():
            for fields in batch:
                write(f"{separator}   {fields.model_dump_json()}")
                separator = ",\n"
        write("]")
    write("}}\n")
    sys.stdout.flush()
