"""The story the simulators tell: a small agency that runs sites and shops for its clients at several providers."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

AGENCY = "Northlight Studio"
FIRST_CONTRACT_AT = datetime(2024, 2, 5, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Client:
    slug: str
    domain: str


CLIENTS = (
    Client("northlight", "northlight.example"),  # the agency's own estate
    Client("harbor", "harborcoffee.example"),
    Client("linden", "lindendental.example"),
    Client("velo", "velocity-bikes.example"),
    Client("marlow", "marlowbooks.example"),
    Client("fjord", "fjordoutdoor.example"),
    Client("kestrel", "kestrel-legal.example"),
    Client("saffron", "saffronkitchen.example"),
    Client("orchard", "orchardschool.example"),
)


def machine_names(random: Random, roles: Sequence[str]) -> Iterator[tuple[str, Client, str]]:
    """Yield endless unique (name, client, role), one of each client and role before the numbers go up."""
    for number in itertools.count(1):
        turns = [(client, role) for client in CLIENTS for role in roles]
        random.shuffle(turns)
        for client, role in turns:
            yield f"{client.slug}-{role}-{number}", client, role


def domain_names(random: Random, words: Sequence[str]) -> Iterator[str]:
    """Yield endless unique domain names: the clients' own first, then their subdomains."""
    own = [client.domain for client in CLIENTS]
    random.shuffle(own)
    yield from own
    for number in itertools.count():
        for word in words:
            for domain in own:
                yield f"{word}{number or ''}.{domain}"


def moment(random: Random) -> datetime:
    """A whole second in the agency's first two years."""
    return FIRST_CONTRACT_AT + timedelta(seconds=random.randrange(2 * 365 * 24 * 3600))


def new_uuid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def ipv4(network: str, number: int) -> str:
    """Address number `number` of "198.18" or "198.19", the range kept for benchmarks: never a real host."""
    return f"{network}.{number // 250 % 256}.{number % 250 + 2}"
