"""What can go wrong at a provider, on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from stackdock.errors import InvalidInput

if TYPE_CHECKING:
    from stackdock.simulators.listing import Listing, Page


class Fault(StrEnum):
    """One way to fail. `FAULT_HELP` says what each does."""

    TIMEOUT = "timeout"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TRUNCATED_JSON = "truncated_json"
    EMPTY = "empty"
    MISSING_PAGE = "missing_page"
    REPEATED_PAGE = "repeated_page"
    SLOW = "slow"
    HTML = "html"
    FOREIGN_NEXT = "foreign_next"
    EMPTY_LIST = "empty_list"


FAULT_HELP: dict[Fault, str] = {
    Fault.TIMEOUT: "accepts the request and never answers",
    Fault.UNAUTHORIZED: "401, as if the token had been revoked",
    Fault.FORBIDDEN: "403, as if the token lacked the scope",
    Fault.NOT_FOUND: "404, as if the endpoint were gone",
    Fault.RATE_LIMITED: "429 with Retry-After",
    Fault.SERVER_ERROR: "500 in the provider's own shape",
    Fault.TRUNCATED_JSON: "200 with a body that breaks off half way",
    Fault.EMPTY: "200 with no body at all",
    Fault.MISSING_PAGE: "a later page holds nothing, though the total says otherwise",
    Fault.REPEATED_PAGE: "the same page and the same cursor, again and again",
    Fault.SLOW: "the right answer, late",
    Fault.HTML: "200 with an HTML page, as from a proxy",
    Fault.FOREIGN_NEXT: "a next link that leads to another host; a provider that pages by number (hetzner) is not affected",
    Fault.EMPTY_LIST: "a legal listing with nothing in it",
}

STATUS_OF_FAULT: dict[Fault, int] = {
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.RATE_LIMITED: 429,
    Fault.SERVER_ERROR: 500,
}

_FIRST_PAGE_IS_GOOD = frozenset({Fault.MISSING_PAGE, Fault.REPEATED_PAGE})


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault, and where it strikes.

    `path` is one path below the prefix, as "/servers" (None: every path). `from_page` is the first page it strikes; None
    means 1, but 2 for the faults that only make sense after a good page (missing_page, repeated_page).
    """

    fault: Fault
    path: str | None = None
    from_page: int | None = None

    @classmethod
    def read(cls, text: str) -> FaultRule:
        """Read "NAME", "NAME:/path" or "NAME:/path:PAGE". Raises: InvalidInput, naming the faults there are."""
        name, _, where = text.partition(":")
        path, _, page = where.partition(":")
        if name not in set(Fault):
            raise InvalidInput(f"There is no fault named {name!r}. The faults are: {', '.join(Fault)}.", field="fault")
        if page and not (page.isdecimal() and int(page) >= 1):
            raise InvalidInput(f"The page of a fault is a number from 1 on, not {page!r}.", field="fault")
        return cls(Fault(name), path=path or None, from_page=int(page) if page else None)

    @property
    def first_page(self) -> int:
        return self.from_page or (2 if self.fault in _FIRST_PAGE_IS_GOOD else 1)

    def strikes(self, path: str) -> bool:
        return self.path is None or self.path == path


def spoil(page: Page, *, listing: Listing, rule: FaultRule, foreign_origin: str, by_number: bool) -> Page:
    """Return the page as a provider with this fault would serve it; other faults than those of paging change nothing.

    The faulty page always exists: a listing that fits on fewer pages claims more items than it has. Not so for a foreign link
    of a provider that pages `by_number`: its pages stay right, because whoever counts them reads on legally and completely.
    """
    first, number = rule.first_page, page.number
    match rule.fault:
        case Fault.EMPTY_LIST if number >= first:
            return replace(page, items=[], total=0, next_number=None)
        case Fault.MISSING_PAGE:
            total = max(page.total, (first - 1) * page.per_page + 1)
            claimed = replace(page, total=total)
            items = [] if number >= first else page.items
            return replace(claimed, items=items, next_number=number + 1 if number < claimed.last_number else None)
        case Fault.REPEATED_PAGE:
            total = max(page.total, number * page.per_page + 1)
            if number < first:
                return replace(page, total=total, next_number=number + 1)
            again = listing.page(max(first - 1, 1), page.per_page)
            return replace(page, items=again.items, total=total, next_number=number)
        case Fault.FOREIGN_NEXT if by_number:
            return replace(page, next_origin=foreign_origin) if number >= first else page
        case Fault.FOREIGN_NEXT if number >= first:
            total = max(page.total, number * page.per_page + 1)
            return replace(page, total=total, next_number=number + 1, next_origin=foreign_origin)
        case _:
            return page
