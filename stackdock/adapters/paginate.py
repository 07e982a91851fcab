"""Styles of paging: pure functions from (this page's address, its body) to the next page's address, or None at the end.

A page that does not say whether it is the last one is broken: taking it for the last would lose everything behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from stackdock.adapters.mapper import dig
from stackdock.errors import UnexpectedResponse

NextPage = Callable[[httpx.URL, Any], httpx.URL | None]


def by_page_number(next_page_at: str, param: str = "page") -> NextPage:
    """The body names the next page's number, or null: {"meta": {"pagination": {"next_page": 2}}}."""
    parent, _, key = next_page_at.rpartition(".")

    def next_page(url: httpx.URL, body: Any) -> httpx.URL | None:
        paging = dig(body, parent)
        if not isinstance(paging, Mapping) or key not in paging:
            raise UnexpectedResponse(f"The page {url.path} does not say whether another follows ({next_page_at}).")
        number = paging[key]
        if number is None:
            return None
        if not isinstance(number, int) or isinstance(number, bool):
            raise UnexpectedResponse(f"The page {url.path} names no usable next page ({next_page_at}).")
        return url.copy_set_param(param, number)

    return next_page


def by_next_link(link_at: str) -> NextPage:
    """The body holds the next page's whole address, which is left out on the last page: {"links": {"pages": {"next": …}}}."""

    def next_page(url: httpx.URL, body: Any) -> httpx.URL | None:
        link = dig(body, link_at)
        if link is None:
            return None
        try:
            return url.join(link)
        except (httpx.InvalidURL, TypeError, ValueError, AttributeError):
            raise UnexpectedResponse(f"The page {url.path} names no usable next page ({link_at}).") from None

    return next_page
