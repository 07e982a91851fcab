"""A whole listing, or an error: what lets a sync believe that whatever is not listed is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from stackdock.adapters.spool import Listing
from stackdock.errors import UnexpectedResponse

if TYPE_CHECKING:
    from stackdock.adapters.contract import Adapter, Resource
    from stackdock.adapters.session import Session

MAX_PAGES = 10_000

OnPage = Callable[[int, int], None]
"""Told after each page: pages so far, items so far."""


async def read_listing(adapter: Adapter, resource: Resource, session: Session, *, on_page: OnPage | None = None) -> Listing:
    """Read every page of one listing into a spool on disk; the caller closes it.

    Complete or nothing: when a page cannot be read, is broken, brings no new id or is one too many, this raises and
    nothing of the listing comes out. The same id on two pages (it moved while being read) is no error; the last wins.
    Read one listing at a time per session, or `calls` counts those of another.

    Raises: CredentialsRejected, AccessRefused, RateLimited, ProviderUnavailable, UnexpectedResponse, AddressRefused.
    """
    listing = Listing(resource.mapper, resource.keep)
    calls_before = session.calls
    pages = items = 0
    total = None
    try:
        async with aclosing(resource.source.pages(session)) as source:
            async for page in source:
                pages += 1
                if pages > MAX_PAGES:
                    raise UnexpectedResponse(f"{adapter.name} lists more than {MAX_PAGES:,} pages of {resource.kind}.")
                # Off the loop: a page is hundreds of validations and rows, and other people's clicks wait meanwhile.
                new = await asyncio.to_thread(listing.add_page, page.items)
                if page.items and not new:
                    raise UnexpectedResponse(f"{adapter.name} sent a page of {resource.kind} that brings nothing new.")
                items += new
                total = page.total
                if on_page:
                    on_page(pages, items)
        if total is not None and items < total:
            raise UnexpectedResponse(f"{adapter.name} lists {total:,} of {resource.kind} and sent only {items:,}.")
        await asyncio.to_thread(listing.seal, session.calls - calls_before)
    except BaseException:
        listing.close()
        raise
    return listing
