from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from stackdock.adapters.contract import Page, Resource
from stackdock.adapters.listing import read_listing
from stackdock.adapters.session import Session
from stackdock.adapters.spool import Listing
from stackdock.errors import ProviderUnavailable
from stackdock.resources import Status
from tests.adapters.paged_api import IMPATIENT, MAPPER, make_adapter, page, page_number, server, session_with


class Counted:
    """A source in code, as a provider's file may hold one: `total` servers in pages of `size`."""

    def __init__(self, total: int, size: int = 500, *, breaks_after: int | None = None) -> None:
        self._total, self._size, self._breaks_after = total, size, breaks_after

    async def pages(self, session: Session) -> AsyncGenerator[Page]:
        for first in range(0, self._total, self._size):
            if self._breaks_after is not None and first >= self._breaks_after:
                raise ProviderUnavailable("gone")
            numbers = range(first, min(first + self._size, self._total))
            yield Page([server(n, status="off" if n % 10 == 0 else "running", created="2026-01-02T03:04:05Z") for n in numbers])


async def read(source: Counted, **resource: Any) -> Listing:
    async with session_with(lambda _: httpx.Response(500)) as session:
        return await read_listing(make_adapter(), Resource(source=source, mapper=MAPPER, **resource), session)


async def test_a_listing_gives_back_every_resource_as_it_was_mapped_in_order_and_again() -> None:
    with await read(Counted(1_234, 100)) as listing:
        batches = list(listing.fields(batch_size=500))
        again = [fields.external_id for batch in listing.fields(batch_size=7) for fields in batch]
    fields = [one for batch in batches for one in batch]
    assert [len(batch) for batch in batches] == [500, 500, 234]
    assert len(listing) == 1_234
    assert [one.external_id for one in fields] == again == [str(n) for n in range(1_234)]
    assert fields[7] == MAPPER(server(7, created="2026-01-02T03:04:05Z"))


async def test_missing_names_the_ids_that_were_not_listed() -> None:
    with await read(Counted(3_000)) as listing:
        known = [str(n) for n in range(3_000)]
        assert listing.missing(known) == []
        assert listing.missing(["gone-1", *known, "gone-2"]) == ["gone-1", "gone-2"]
        assert listing.missing([]) == []


async def test_an_item_left_out_is_not_listed_and_still_makes_a_page_new() -> None:
    with await read(Counted(30, 1), keep=lambda item: item["status"] == "running") as listing:
        statuses = {fields.status for batch in listing.fields() for fields in batch}
        assert len(listing) == 27
        assert listing.missing(["0", "1"]) == ["0"]
    assert statuses == {Status.ACTIVE}


async def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    async with session_with(lambda _: httpx.Response(500)) as session:
        resource = Resource(source=Counted(25, 10), mapper=MAPPER)
        with await read_listing(make_adapter(), resource, session, on_page=lambda *progress: told.append(progress)):
            pass
    assert told == [(1, 10), (2, 20), (3, 25)]


async def test_a_source_that_breaks_half_way_gives_nothing() -> None:
    with pytest.raises(ProviderUnavailable, match="gone"):
        await read(Counted(100, 10, breaks_after=50))


async def test_calls_belong_to_the_listing_that_made_them() -> None:
    def two_pages(request: httpx.Request) -> httpx.Response:
        return page([server(page_number(request))], following=2 if page_number(request) == 1 else None)

    adapter = make_adapter()
    async with session_with(two_pages, adapter) as session:
        for _ in range(2):
            with await read_listing(adapter, adapter.resources[0], session) as listing:
                assert listing.calls == 2
        assert session.calls == 4


async def test_memory_does_not_grow_with_the_number_of_resources() -> None:
    async def peak(total: int) -> int:
        tracemalloc.start()
        with await read(Counted(total, 100)) as listing:
            assert sum(len(batch) for batch in listing.fields(batch_size=100)) == total
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    await peak(100)
    small, large = await peak(1_000), await peak(8_000)
    assert large < small * 1.5


async def test_reading_can_be_cancelled_at_any_page() -> None:
    reached = asyncio.Event()

    def endless(request: httpx.Request) -> httpx.Response:
        number = page_number(request)
        if number == 5:
            reached.set()
        return page([server(number)], following=number + 1)

    adapter = make_adapter()
    async with session_with(endless, adapter, patience=IMPATIENT) as session:
        reading = asyncio.create_task(read_listing(adapter, adapter.resources[0], session))
        await reached.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
