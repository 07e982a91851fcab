from __future__ import annotations

from typing import Any

import pytest

from stackdock.simulators import SIMULATORS, Fault, make_simulator
from tests.simulators.official import violations
from tests.simulators.reading import official_path, pages, reader

ENDPOINTS = [
    (slug, path)
    for slug in sorted(SIMULATORS)
    for simulator in [make_simulator(slug, size=1)]
    for path in [*(listing.path for listing in simulator.listings.values()), *simulator.documents]
]
FAILURES = {Fault.UNAUTHORIZED: 401, Fault.RATE_LIMITED: 429, Fault.NOT_FOUND: 404, Fault.SERVER_ERROR: 500, Fault.FORBIDDEN: 403}


@pytest.mark.parametrize(("slug", "path"), ENDPOINTS)
async def test_every_page_is_what_the_official_description_says(slug: str, path: str) -> None:
    async with reader(slug, size=60) as (running, client):
        for _ in range(25):  # a young estate holds no starting server and no resizing database yet
            running.simulator.evolve()
        bodies = await pages(client, path, per_page=7)
        if (listing := running.simulator.listings.get(path[1:])) and listing.is_paged and listing.name != "locations":
            assert len(bodies) >= 2  # a first and a last page, of the large kinds with others between them
    assert [found for body in bodies for found in violations(slug, official_path(slug, path), 200, body)] == []


@pytest.mark.parametrize(("slug", "path"), ENDPOINTS)
async def test_an_empty_estate_is_what_the_official_description_says(slug: str, path: str) -> None:
    async with reader(slug, size=0) as (_, client):
        body = (await client.get(path)).json()
    assert violations(slug, official_path(slug, path), 200, body) == []


@pytest.mark.parametrize(("fault", "status"), FAILURES.items())
@pytest.mark.parametrize(("slug", "path"), ENDPOINTS)
async def test_every_refusal_is_what_the_official_description_says(slug: str, path: str, fault: Fault, status: int) -> None:
    async with reader(slug, fault=fault) as (_, client):
        response = await client.get(path)
    assert response.status_code == status
    assert violations(slug, official_path(slug, path), status, response.json()) == []


@pytest.mark.parametrize("slug", sorted(SIMULATORS))
async def test_a_wrong_token_a_wrong_page_and_an_unknown_path_are_refused_in_the_providers_own_shape(slug: str) -> None:
    async with reader(slug) as (running, client):
        main = f"/{running.simulator.main_kind}"
        wrong_token = await client.get(main, headers={"Authorization": "Bearer stolen"})
        no_token = await client.get(main, headers={"Authorization": ""})
        wrong_page = await client.get(main, params={"page": "two"})
        unknown = await client.get("/nothing-here")
        outside = await client.get(f"http://{running.address[0]}:{running.address[1]}{main}")
        deletion = await client.delete(main)
    answers = (wrong_token, no_token, wrong_page, unknown, outside, deletion)
    assert [answer.status_code for answer in answers] == [401, 401, 422, 404, 404, 405]
    for answer in answers:
        assert violations(slug, official_path(slug, main), 401, answer.json()) == []


@pytest.mark.parametrize(
    ("slug", "name", "broken"),
    [
        ("hetzner", "servers", {"status": "active"}),
        ("hetzner", "volumes", {"size": None}),
        ("hetzner", "zones", {"ttl": 1}),
        ("digitalocean", "droplets", {"status": "running"}),
        ("digitalocean", "volumes", {"droplet_ids": ["one"]}),
        ("digitalocean", "databases", {"status": "active"}),
        ("digitalocean", "domains", {"ttl": "soon"}),
    ],
)
async def test_the_official_description_would_catch_a_wrong_field(slug: str, name: str, broken: dict[str, Any]) -> None:
    path = official_path(slug, f"/{name}")
    async with reader(slug) as (running, client):
        right = (await client.get(f"/{name}")).json()
        listing = running.simulator.listings[name]
        running.simulator.change(name, next(iter(listing))[listing.id_key], **broken)
        wrong = (await client.get(f"/{name}")).json()
    assert violations(slug, path, 200, right) == []
    assert violations(slug, path, 200, wrong) != []
