"""What all simulators share: authentication, rate limits, routing, paging and faults."""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from stackdock.errors import InvalidInput
from stackdock.simulators.evolution import Evolution, Move
from stackdock.simulators.faults import STATUS_OF_FAULT, Fault, FaultRule, spoil
from stackdock.simulators.listing import Item, Listing, Page
from stackdock.simulators.rate_limits import Budget, Quota

ACCEPTED_TOKEN = "simulator"  # noqa: S105 - opens nothing real
SECRET_MARK = "never-show-me"  # noqa: S105
"""Every secret that a simulator plants in its answers contains this, so that a test can search any output for it."""

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Simulator(ABC):
    """One provider's API with state. The same size and seed give the same ids and names, in every process.

    A subclass fills `listings` (and `documents`, single answers by path) when it is made, and says how its provider
    pages, counts and fails. `fault` may be set at any time: a FaultRule, a Fault, its name, or None.
    """

    slug: ClassVar[str]
    main_kind: ClassVar[str]  # the listing whose length is `size`
    prefix: ClassVar[str]
    default_per_page: ClassVar[int]
    max_per_page: ClassVar[int]
    pages_by_number: ClassVar[bool] = False  # whether readers count its pages instead of following its links

    def __init__(self, *, size: int, seed: int, fault: FaultRule | Fault | str | None = None) -> None:
        self.size = size
        self.seed = seed
        self.random = Random(f"{self.slug}:{seed}:{size}")  # noqa: S311 - a reproducible estate, not a secret
        self.requests = 0
        self.requests_by_path: Counter[str] = Counter()
        self.slow_seconds = 2.0
        self.retry_after_seconds = 2
        self.foreign_origin = "https://elsewhere.example"
        self.clock: Callable[[], float] = time.time
        self.listings: dict[str, Listing] = {}
        self.documents: dict[str, Callable[[], Item]] = {}
        self.fill()
        self.fault = fault
        pages = sum(-(-len(listing) // self.max_per_page) for listing in self.listings.values())
        # Providers raise the limit of large accounts: an estate can always be read twenty times an hour.
        self.budget = self.open_budget(20 * pages)
        self.evolution = Evolution(Random(f"{self.slug}:{seed}:evolution"), self.moves())  # noqa: S311
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=_METHODS)])

    @abstractmethod
    def fill(self) -> None:
        """Create the estate."""

    @abstractmethod
    def open_budget(self, least: int) -> Budget:
        """The provider's published hourly limit, or `least` where that is more."""

    @abstractmethod
    def envelope(self, listing: Listing, page: Page, url: str) -> tuple[Item, Mapping[str, str]]:
        """The body and headers of one page; `url` is the listing's own absolute address without a query."""

    @abstractmethod
    def error(self, status: int) -> Item:
        """The provider's own words for an HTTP status."""

    @abstractmethod
    def moves(self) -> tuple[Move, ...]:
        """What may happen to the estate by itself."""

    @property
    def fault(self) -> FaultRule | None:
        return self._fault

    @fault.setter
    def fault(self, fault: FaultRule | Fault | str | None) -> None:
        rule = FaultRule.read(fault) if isinstance(fault, str) else fault
        paths = [*(listing.path for listing in self.listings.values()), *self.documents]
        if rule and rule.path is not None and rule.path not in paths:
            raise InvalidInput(f"There is no path {rule.path!r}. The paths are: {', '.join(paths)}.", field="fault")
        self._fault = rule

    def items(self, kind: str) -> list[Item]:
        """The items of one listing by its name in the API, as "servers" or "droplets"."""
        return list(self.listings[kind])

    def add(self, kind: str, /, **fields: Any) -> Item:
        return self.listings[kind].add(**fields)

    def change(self, kind: str, external_id: object, /, **fields: Any) -> Item:
        return self.listings[kind].change(external_id, **fields)

    def remove(self, kind: str, external_id: object) -> None:
        self.listings[kind].remove(external_id)

    def evolve(self) -> None:
        """Let a few plausible things happen; see Evolution for the bounds."""
        self.evolution.step()

    async def _answer(self, request: Request) -> Response:
        self.requests += 1
        path = request.url.path.removeprefix(self.prefix)
        self.requests_by_path[path] += 1
        quota = self.budget.take(self.clock())
        if quota.retry_after_seconds is not None:
            return self._json(self.error(429), quota, status=429)
        if request.headers.get("authorization") != f"Bearer {ACCEPTED_TOKEN}":
            return self._json(self.error(401), quota, status=401)
        page_number, per_page = self._page_wanted(request)
        fault = self.fault if self.fault and self.fault.strikes(path) and (page_number or 1) >= self.fault.first_page else None
        if fault and (response := await self._fail(fault.fault, request, quota)):
            return response
        if not request.url.path.startswith(self.prefix + "/") or not (path.strip("/") in self.listings or path in self.documents):
            return self._json(self.error(404), quota, status=404)
        if request.method not in ("GET", "HEAD"):
            return self._json(self.error(405), quota, status=405)
        if page_number is None or per_page is None:
            return self._json(self.error(422), quota, status=422)
        response = self._read(path, request, page_number, per_page, quota)
        if fault and fault.fault is Fault.TRUNCATED_JSON:
            body = bytes(response.body)
            return Response(body[: len(body) // 2], headers=quota.headers(), media_type="application/json")
        return response

    def _read(self, path: str, request: Request, page_number: int, per_page: int, quota: Quota) -> Response:
        if path in self.documents:
            return self._json(self.documents[path](), quota)
        listing = self.listings[path.strip("/")]
        if not listing.is_paged:
            page_number, per_page = 1, max(1, len(listing))
        page = listing.page(page_number, per_page)
        if self.fault and self.fault.strikes(path):
            page = spoil(
                page, listing=listing, rule=self.fault, foreign_origin=self.foreign_origin, by_number=self.pages_by_number
            )
        body, headers = self.envelope(listing, page, str(request.url.replace(query="")))
        return self._json(body, quota, headers=headers)

    async def _fail(self, fault: Fault, request: Request, quota: Quota) -> Response | None:
        if fault is Fault.TIMEOUT:
            await _wait_until_gone(request)
        elif fault is Fault.SLOW:
            try:
                await asyncio.wait_for(_wait_until_gone(request), timeout=self.slow_seconds)
            except TimeoutError:
                return None
        elif fault is Fault.HTML:
            return HTMLResponse("<!doctype html><title>Gateway</title><h1>Sign in to continue</h1>", headers=quota.headers())
        elif fault in STATUS_OF_FAULT:
            status = STATUS_OF_FAULT[fault]
            if status == 429:
                quota = Quota(quota.limit, 0, int(self.clock()) + self.retry_after_seconds, self.retry_after_seconds)
            return self._json(self.error(status), quota, status=status)
        elif fault is not Fault.EMPTY:
            return None
        return Response(b"", headers=quota.headers(), media_type="application/json")

    def _page_wanted(self, request: Request) -> tuple[int | None, int | None]:
        """Page and size as asked for, the size cut to the provider's maximum; None for what is no number from 1 on."""
        page, per_page = request.query_params.get("page", "1"), request.query_params.get("per_page", str(self.default_per_page))
        return _positive(page), min(_positive(per_page) or 0, self.max_per_page) or None

    def _json(self, body: Item, quota: Quota, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        content = json.dumps(body, separators=(",", ":")).encode()
        return Response(content, status, {**quota.headers(), **(headers or {})}, media_type="application/json")


def _positive(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 9 and int(text) >= 1 else None


async def _wait_until_gone(request: Request) -> None:
    """Return when the client, or the server at its own end, closes the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
