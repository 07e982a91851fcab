from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import httpx
import pytest

from stackdock.errors import InvalidInput
from stackdock.simulators import ACCEPTED_TOKEN, SECRET_MARK, SIMULATORS, Simulator, make_simulator, open_simulator
from stackdock.simulators.listing import Item, Listing, Page
from stackdock.simulators.rate_limits import Budget, SlidingBudget
from stackdock.simulators.serving import serve
from tests.simulators.reading import read_all, reader

each_simulator = pytest.mark.parametrize("slug", sorted(SIMULATORS))
IDENTITIES = """
import json, sys
from stackdock.simulators import make_simulator
simulator = make_simulator(sys.argv[1], size=50, seed=3)
listings = simulator.listings.values()
json.dump([[listing.name, item[listing.id_key], item["name"]] for listing in listings for item in listing], sys.stdout)
"""


@each_simulator
def test_a_restart_with_the_same_seed_and_size_brings_the_same_ids_and_names(slug: str) -> None:
    command = [sys.executable, "-c", IDENTITIES, slug]
    first, second = (json.loads(subprocess.check_output(command)) for _ in range(2))
    assert first == second
    assert len(first) > 70


@each_simulator
async def test_ten_thousand_servers_start_and_are_read_in_reasonable_time(slug: str) -> None:
    started = time.perf_counter()
    async with reader(slug, size=10_000) as (running, client):
        simulator = running.simulator
        ready = time.perf_counter()
        items = await read_all(client, simulator.main_kind, per_page=simulator.max_per_page)
        read = time.perf_counter()
    assert len({item["id"] for item in items}) == 10_000
    assert ready - started < 10  # loose: about 0.3 s on a quiet machine
    assert read - ready < 30  # loose: about 2 s


@each_simulator
async def test_it_stops_by_itself_while_clients_wait_and_frees_its_port(slug: str) -> None:
    async with open_simulator(slug, fault="timeout") as running:
        port = running.address[1]
        client = httpx.AsyncClient(headers={"Authorization": f"Bearer {ACCEPTED_TOKEN}"}, trust_env=False)
        waiting = [asyncio.create_task(client.get(f"{running.base_url}/volumes")) for _ in range(5)]
        while running.simulator.requests < 5:
            await asyncio.sleep(0)
        began = time.perf_counter()
    assert time.perf_counter() - began < 3
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, httpx.HTTPError) for answer in answers)
    await client.aclose()
    async with open_simulator(slug, port=port) as again:
        assert again.address == ("127.0.0.1", port)


async def test_it_leaves_the_processs_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with open_simulator("hetzner"):
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_a_taken_port_is_an_error_of_its_own() -> None:
    async with open_simulator("hetzner") as running:
        with pytest.raises(OSError, match="in use"):
            async with open_simulator("digitalocean", port=running.address[1]):
                pass


def test_an_unknown_slug_and_a_negative_size_are_refused() -> None:
    with pytest.raises(InvalidInput, match="digitalocean, hetzner"):
        make_simulator("herzner")
    with pytest.raises(InvalidInput, match="size"):
        make_simulator("hetzner", size=-1)


@pytest.mark.parametrize(("slug", "name"), [("digitalocean", "databases"), ("hetzner", "zones")])
async def test_secrets_are_planted_where_the_real_api_has_them(slug: str, name: str) -> None:
    async with reader(slug, size=60) as (running, client):
        body = (await client.get(f"/{name}")).text
        others = [
            (await client.get(listing.path)).text for listing in running.simulator.listings.values() if listing.name != name
        ]
    assert SECRET_MARK in body
    assert not any(SECRET_MARK in other for other in others)


class PondSimulator(Simulator):
    slug = "pond"
    main_kind = "ducks"
    prefix = "/api"
    default_per_page = max_per_page = 2

    def fill(self) -> None:
        numbers = iter(range(1000))
        self.listings = {"ducks": Listing("ducks", lambda: {"id": next(numbers)})}
        self.listings["ducks"].fill(self.size)

    def open_budget(self, least: int) -> Budget:
        return SlidingBudget(max(10, least))

    def envelope(self, listing: Listing, page: Page, url: str) -> tuple[Item, Mapping[str, str]]:
        return {"ducks": page.items, "next": page.next_number}, {"x-at": url}

    def error(self, status: int) -> Item:
        return {"quack": status}

    def moves(self) -> tuple:
        return (lambda evolution: self.add("ducks"),)


async def test_a_new_provider_needs_nothing_but_its_own_wire_format() -> None:
    async with serve(PondSimulator(size=3, seed=1)) as running:
        running.simulator.evolve()
        async with httpx.AsyncClient(base_url=running.base_url, trust_env=False) as client:
            refused = await client.get("/ducks")
            client.headers["Authorization"] = f"Bearer {ACCEPTED_TOKEN}"
            first, second = await client.get("/ducks"), await client.get("/ducks", params={"page": 2})
            running.simulator.fault = "server_error"
            failed = await client.get("/ducks")
    assert (refused.status_code, refused.json()) == (401, {"quack": 401})
    assert first.json() == {"ducks": [{"id": 0}, {"id": 1}], "next": 2}
    assert second.json()["ducks"][0] == {"id": 2}
    assert failed.json() == {"quack": 500}
