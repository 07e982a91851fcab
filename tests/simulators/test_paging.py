from __future__ import annotations

import pytest

from stackdock.simulators import SIMULATORS, make_simulator
from tests.simulators.reading import pages, read_all, reader

PAGED = [
    (slug, listing.name)
    for slug in sorted(SIMULATORS)
    for listing in make_simulator(slug, size=1).listings.values()
    if listing.is_paged
]


@pytest.mark.parametrize("size", [0, 1, 25, 40, 101])
@pytest.mark.parametrize("slug", sorted(SIMULATORS))
async def test_the_size_is_the_number_of_servers_each_with_its_own_id_and_name(slug: str, size: int) -> None:
    async with reader(slug, size=size) as (running, client):
        items = await read_all(client, running.simulator.main_kind)
    assert len({item["id"] for item in items}) == len({item["name"] for item in items}) == len(items) == size


@pytest.mark.parametrize(("slug", "name"), PAGED)
async def test_the_pages_together_are_the_listing(slug: str, name: str) -> None:
    async with reader(slug, size=53) as (running, client):
        listing = running.simulator.listings[name]
        for per_page in (1, 7, 50):
            items = await read_all(client, name, per_page=per_page)
            assert [item[listing.id_key] for item in items] == [item[listing.id_key] for item in listing]


@pytest.mark.parametrize(("slug", "default", "most"), [("hetzner", 25, 50), ("digitalocean", 20, 200)])
async def test_a_page_holds_the_providers_default_and_never_more_than_its_maximum(slug: str, default: int, most: int) -> None:
    async with reader(slug, size=250) as (running, client):
        name = running.simulator.main_kind
        by_default = (await client.get(f"/{name}")).json()[name]
        at_most = (await client.get(f"/{name}", params={"per_page": 1000})).json()[name]
    assert (len(by_default), len(at_most)) == (default, most)


async def test_hetzner_describes_the_page_in_meta_and_in_the_link_header() -> None:
    async with reader("hetzner", size=12) as (running, client):
        responses = [await client.get("/servers", params={"per_page": 5, "page": page}) for page in (1, 2, 3, 4)]
        described = [response.json()["meta"]["pagination"] for response in responses]
        keys = ("page", "per_page", "previous_page", "next_page", "last_page", "total_entries")
        assert [tuple(page[key] for key in keys) for page in described] == [
            (1, 5, None, 2, 3, 12),
            (2, 5, 1, 3, 3, 12),
            (3, 5, 2, None, 3, 12),
            (4, 5, 3, None, 3, 12),
        ]
        assert {rel: link["url"] for rel, link in responses[1].links.items()} == {
            "prev": f"{running.base_url}/servers?page=1&per_page=5",
            "next": f"{running.base_url}/servers?page=3&per_page=5",
            "last": f"{running.base_url}/servers?page=3&per_page=5",
        }
        assert "next" not in responses[2].links


async def test_digitalocean_links_the_pages_by_absolute_address_and_counts_them_in_meta() -> None:
    async with reader("digitalocean", size=12) as (running, client):
        bodies = [(await client.get("/droplets", params={"per_page": 5, "page": page})).json() for page in (1, 2, 3)]
        single = (await client.get("/droplets")).json()
        at = f"{running.base_url}/droplets?page={{}}&per_page=5"
    assert [body["links"]["pages"] for body in bodies] == [
        {"next": at.format(2), "last": at.format(3)},
        {"first": at.format(1), "prev": at.format(1), "next": at.format(3), "last": at.format(3)},
        {"first": at.format(1), "prev": at.format(2)},
    ]
    assert [body["meta"] for body in bodies] == [{"total": 12}] * 3
    assert single["links"] == {}


async def test_digitalocean_databases_come_all_at_once() -> None:
    async with reader("digitalocean", size=400) as (running, client):
        found = await pages(client, "/databases", per_page=10)
    assert len(found) == 1
    assert set(found[0]) == {"databases"}
    assert len(found[0]["databases"]) == len(running.simulator.listings["databases"]) == 50


@pytest.mark.parametrize(("size", "expected"), [(0, [0]), (49, [25, 24]), (50, [25, 25]), (51, [25, 25, 1])])
@pytest.mark.parametrize("slug", sorted(SIMULATORS))
async def test_the_last_page_is_never_followed_by_an_empty_one(slug: str, size: int, expected: list[int]) -> None:
    async with reader(slug, size=size) as (running, client):
        name = running.simulator.main_kind
        assert [len(page[name]) for page in await pages(client, f"/{name}", per_page=25)] == expected
