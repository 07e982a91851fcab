from __future__ import annotations

import asyncio

import httpx
import pytest

from stackdock.errors import InvalidInput
from stackdock.simulators import FAULT_HELP, SIMULATORS, Fault, FaultRule, make_simulator
from tests.simulators.reading import read_all, reader

MAIN = {slug: SIMULATORS[slug].main_kind for slug in sorted(SIMULATORS)}
each_provider = pytest.mark.parametrize(("slug", "name"), MAIN.items())


@each_provider
@pytest.mark.parametrize(
    ("fault", "status"),
    [("unauthorized", 401), ("forbidden", 403), ("not_found", 404), ("rate_limited", 429), ("server_error", 500)],
)
async def test_a_refusing_fault_lasts_until_it_is_taken_away(slug: str, name: str, fault: str, status: int) -> None:
    async with reader(slug, fault=fault) as (running, client):
        refused = await client.get(f"/{name}")
        running.simulator.fault = None
        answered = await client.get(f"/{name}")
    assert (refused.status_code, answered.status_code) == (status, 200)
    assert ("retry-after" in refused.headers) == (status == 429)


@each_provider
async def test_a_broken_body_is_a_200_that_cannot_be_read(slug: str, name: str) -> None:
    async with reader(slug) as (running, client):
        whole = await client.get(f"/{name}")
        running.simulator.fault = "truncated_json"
        truncated = await client.get(f"/{name}")
        running.simulator.fault = "empty"
        empty = await client.get(f"/{name}")
        running.simulator.fault = "html"
        html = await client.get(f"/{name}")
    assert {truncated.status_code, empty.status_code, html.status_code} == {200}
    assert whole.content.startswith(truncated.content)
    assert 0 < len(truncated.content) < len(whole.content)
    assert empty.content == b""
    assert html.headers["content-type"].startswith("text/html")
    for broken in (truncated, empty, html):
        with pytest.raises(ValueError):
            broken.json()


@each_provider
async def test_a_missing_page_is_empty_while_the_total_says_otherwise(slug: str, name: str) -> None:
    async with reader(slug, size=45, fault=Fault.MISSING_PAGE) as (running, client):
        assert len(await read_all(client, name, per_page=10)) == 10
        second = (await client.get(f"/{name}", params={"page": 2, "per_page": 10})).json()
        running.simulator.fault = FaultRule(Fault.MISSING_PAGE, from_page=4)
        assert len(await read_all(client, name, per_page=10)) == 30
        running.simulator.fault = None
        assert len(await read_all(client, name, per_page=10)) == 45
    assert second[name] == []
    assert total_of(second) == 45


@each_provider
async def test_a_missing_page_shows_even_where_one_page_holds_all(slug: str, name: str) -> None:
    async with reader(slug, size=5, fault="missing_page") as (_, client):
        first = (await client.get(f"/{name}")).json()
        second = (await client.get(f"/{name}", params={"page": 2})).json()
    assert (len(first[name]), len(second[name])) == (5, 0)
    assert next_of(first)
    assert total_of(first) > 5


@each_provider
async def test_a_repeated_page_brings_the_same_items_and_the_same_cursor(slug: str, name: str) -> None:
    async with reader(slug, size=45, fault="repeated_page") as (_, client):
        bodies = [(await client.get(f"/{name}", params={"page": page, "per_page": 10})).json() for page in (1, 2, 2)]
    first, second, third = bodies
    assert first[name] == second[name] == third[name]
    assert next_of(first) == next_of(second) == next_of(third)


@each_provider
async def test_a_foreign_next_link_leads_to_another_host(slug: str, name: str) -> None:
    async with reader(slug, size=60, fault="foreign_next") as (running, client):
        running.simulator.foreign_origin = "https://collector.example"
        response = await client.get(f"/{name}")
    link = response.links["next"]["url"] if slug == "hetzner" else response.json()["links"]["pages"]["next"]
    assert link.startswith(f"https://collector.example{running.simulator.prefix}/{name}?page=2")


async def test_a_foreign_link_leaves_the_pages_of_a_provider_that_counts_them_as_they_are() -> None:
    async with reader("hetzner", size=45) as (running, client):
        right = [(await client.get("/servers", params={"page": page, "per_page": 20})).json() for page in (1, 2, 3)]
        running.simulator.fault = "foreign_next"
        faulty = [(await client.get("/servers", params={"page": page, "per_page": 20})).json() for page in (1, 2, 3)]
    assert faulty == right
    assert "hetzner" in FAULT_HELP[Fault.FOREIGN_NEXT]


@each_provider
async def test_an_empty_list_is_a_legal_answer_with_nothing_in_it(slug: str, name: str) -> None:
    async with reader(slug, fault="empty_list") as (_, client):
        body = (await client.get(f"/{name}")).json()
    assert (body[name], total_of(body), next_of(body)) == ([], 0, None)


@each_provider
async def test_a_timeout_answers_nobody_and_keeps_nobody_else_waiting(slug: str, name: str) -> None:
    async with reader(slug, fault=FaultRule(Fault.TIMEOUT, path=f"/{name}")) as (_, client):
        waiting = asyncio.create_task(client.get(f"/{name}", timeout=httpx.Timeout(0.3)))
        assert (await client.get("/volumes")).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            await waiting


@each_provider
async def test_a_slow_answer_is_the_right_answer(slug: str, name: str) -> None:
    async with reader(slug) as (running, client):
        at_once = await client.get(f"/{name}")
        running.simulator.slow_seconds = 0.2
        running.simulator.fault = Fault.SLOW
        slow = await client.get(f"/{name}")
    assert slow.content == at_once.content
    assert slow.elapsed.total_seconds() >= 0.2


@each_provider
async def test_a_fault_can_be_kept_to_one_path_and_to_later_pages(slug: str, name: str) -> None:
    async with reader(slug, size=60, fault=f"server_error:/{name}:2") as (_, client):
        statuses = [
            (await client.get(path, params={"page": page, "per_page": 20})).status_code
            for path, page in ((f"/{name}", 1), (f"/{name}", 2), (f"/{name}", 3), ("/volumes", 2))
        ]
    assert statuses == [200, 500, 500, 200]


@each_provider
async def test_a_fault_does_not_open_the_door_to_a_wrong_token(slug: str, name: str) -> None:
    async with reader(slug, fault="empty_list") as (_, client):
        assert (await client.get(f"/{name}", headers={"Authorization": "Bearer stolen"})).status_code == 401


def test_every_fault_is_explained_and_an_unknown_one_is_refused_with_the_list() -> None:
    assert set(FAULT_HELP) == set(Fault)
    with pytest.raises(InvalidInput, match=r"gremlins.*truncated_json"):
        make_simulator("hetzner", fault="gremlins")
    with pytest.raises(InvalidInput, match=r"serverz.*/servers, /volumes"):
        make_simulator("hetzner", fault="timeout:/serverz")
    with pytest.raises(InvalidInput, match="page"):
        make_simulator("hetzner", fault="timeout:/servers:zero")


def total_of(body: dict) -> int:
    meta = body["meta"]
    return meta["pagination"]["total_entries"] if "pagination" in meta else meta["total"]


def next_of(body: dict) -> str | int | None:
    meta = body["meta"]
    return meta["pagination"]["next_page"] if "pagination" in meta else body["links"].get("pages", {}).get("next")
