from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackdock.adapters import listing as listing_module
from stackdock.adapters.listing import read_listing
from stackdock.adapters.paginate import by_next_link, by_page_number
from stackdock.errors import UnexpectedResponse
from tests.adapters.paged_api import make_adapter, page, page_number, read_ids, server, session_with

BY_LINK = by_next_link("links.next")


def serving(pages: list[list[int]], *, total: int | None = None, following: Callable[[int], int | None] | None = None) -> Any:
    """A handler that serves these pages of ids; `following` says which page comes after the nth."""

    def handler(request: httpx.Request) -> httpx.Response:
        number = page_number(request)
        after = following(number) if following else (number + 1 if number < len(pages) else None)
        items = pages[number - 1] if number <= len(pages) else []
        return page([server(n) for n in items], following=after, total=total)

    return handler


@st.composite
def honest_listings(draw: st.DrawFn) -> list[list[int]]:
    """Pages that together hold every id; some ids are on two pages, as when one moved while being read."""
    ids = draw(st.lists(st.integers(1, 10_000), unique=True, max_size=40))
    pages: list[list[int]] = []
    while ids:
        size = draw(st.integers(1, 9))
        head, ids = ids[:size], ids[size:]
        earlier = [n for one in pages for n in one]
        moved = draw(st.lists(st.sampled_from(earlier), max_size=3)) if earlier else []
        pages.append(draw(st.permutations(head + moved)))
    return pages or [[]]


@given(honest_listings())
async def test_any_split_into_pages_gives_the_whole_set(pages: list[list[int]]) -> None:
    ids = {str(n) for one in pages for n in one}
    read = await read_ids(serving(pages, total=len(ids)))
    assert set(read) == ids
    assert len(read) == len(ids)


@given(honest_listings(), st.data())
async def test_a_dishonest_listing_is_whole_or_an_error(pages: list[list[int]], data: st.DataObject) -> None:
    """Pages get lost, repeated, emptied or led astray; what comes out is never less than the set."""
    ids = {str(n) for one in pages for n in one}
    order = data.draw(st.lists(st.integers(1, len(pages) + 1), min_size=1, max_size=len(pages) + 3))
    numbers = iter(order[1:])

    def handler(request: httpx.Request) -> httpx.Response:
        number = page_number(request)
        items = pages[number - 1] if number <= len(pages) else []
        return page([server(n) for n in items], following=next(numbers, None), total=len(ids))

    try:
        read = await read_ids(handler)
    except UnexpectedResponse:
        return
    assert set(read) == ids


@pytest.mark.parametrize("style", ["number", "link"])
async def test_a_cursor_that_comes_back_is_an_error(style: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        number = page_number(request)
        after = {1: 2, 2: 3, 3: 2}[number]
        body = {"servers": [server(number)], "paging": {"next": after}, "links": {"next": f"/v1/servers?page={after}"}}
        return httpx.Response(200, json=body)

    adapter = make_adapter(next_page=BY_LINK if style == "link" else by_page_number("paging.next"))
    with pytest.raises(UnexpectedResponse, match="already read"):
        await read_ids(handler, adapter)


async def test_a_page_that_brings_no_new_id_is_an_error() -> None:
    with pytest.raises(UnexpectedResponse, match="nothing new"):
        await read_ids(serving([[1, 2], [2, 1], [3]]))


@pytest.mark.parametrize("empty", [1, 2, 3])
async def test_an_empty_page_within_a_listing_is_an_error(empty: int) -> None:
    pages = [[1], [2], [3]]
    pages[empty - 1] = []
    with pytest.raises(UnexpectedResponse, match="empty page"):
        await read_ids(serving(pages))


async def test_an_empty_first_page_is_an_empty_listing() -> None:
    assert await read_ids(serving([[]], total=0)) == []


async def test_fewer_items_than_the_provider_counts_is_an_error() -> None:
    assert len(await read_ids(serving([[1, 2], [3]], total=3))) == 3
    with pytest.raises(UnexpectedResponse, match="4 of server and sent only 3"):
        await read_ids(serving([[1, 2], [3]], total=4))


async def test_the_last_copy_of_an_id_wins() -> None:
    copies = {1: [server(1, name="old"), server(2)], 2: [server(3), server(1, name="new")]}
    adapter = make_adapter()
    async with session_with(lambda r: page(copies[page_number(r)], following=2 if page_number(r) == 1 else None)) as session:
        with await read_listing(adapter, adapter.resources[0], session) as listing:
            names = {fields.external_id: fields.name for batch in listing.fields() for fields in batch}
    assert names == {"1": "new", "2": "server-2", "3": "server-3"}


async def test_more_pages_than_any_estate_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_module, "MAX_PAGES", 20)

    def endless(last: int | None) -> Any:
        return lambda r: page([server(page_number(r))], following=None if page_number(r) == last else page_number(r) + 1)

    assert len(await read_ids(endless(20))) == 20
    with pytest.raises(UnexpectedResponse, match="20 pages"):
        await read_ids(endless(None))


def test_the_page_limit_is_ten_thousand() -> None:
    assert listing_module.MAX_PAGES == 10_000


BROKEN = {
    "no list": {"paging": {"next": None}},
    "a list of something else": {"servers": [1, 2], "paging": {"next": None}},
    "an object for the list": {"servers": {"1": {}}, "paging": {"next": None}},
    "no paging": {"servers": [server(1)]},
    "a paging that does not say": {"servers": [server(1)], "paging": {}},
    "a next page that is no number": {"servers": [server(1)], "paging": {"next": "two"}},
    "a list at the top": [server(1)],
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_a_broken_page_is_an_error(body: object) -> None:
    with pytest.raises(UnexpectedResponse):
        await read_ids(lambda _: httpx.Response(200, json=body))


@pytest.mark.parametrize("link", [7, {"href": "/v1/servers?page=2"}, "http://[", "https://exa mple/\x00"])
async def test_a_next_link_that_is_no_address_is_an_error(link: object) -> None:
    body = {"servers": [server(1)], "links": {"next": link}}
    with pytest.raises(UnexpectedResponse):
        await read_ids(lambda _: httpx.Response(200, json=body), make_adapter(next_page=BY_LINK))


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/v1/servers?page=2",
        "http://api.paged.example/v1/servers?page=2",
        "https://api.paged.example:8443/v1/servers?page=2",
    ],
)
async def test_a_next_link_to_another_origin_never_gets_the_token(link: str) -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"servers": [server(len(asked))], "links": {"next": link}})

    with pytest.raises(UnexpectedResponse, match="not followed"):
        await read_ids(handler, make_adapter(next_page=BY_LINK))
    assert [str(request.url) for request in asked] == ["https://api.paged.example/v1/servers"]
