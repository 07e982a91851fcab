"""The test that matters: a client that applied every delta equals a fresh query, at every quiet point."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from stackdock.db.database import close_database, driver_url, open_database
from stackdock.live.cells import to_cells
from stackdock.live.view import LiveView
from tests.factories import make_dock, make_organization
from tests.fixtures.seeds import rounds
from tests.live.processes import STATE, random_writers, tiny_app
from tests.live.tab import Tab, close_all, open_tabs
from tests.live.tiny_views import ORDERS, counts_view, servers_view

TABS = 8


async def make_two_organizations(database_url: str) -> list[str]:
    await open_database(database_url, migrated=True)
    try:
        found = []
        for slug in ("acme", "globex"):
            organization = await make_organization(slug)
            for number in range(2):
                await make_dock(organization, f"{slug}-{number}")
            found.append(organization.id)
        return found
    finally:
        await close_database()


class Truth:
    """Fresh queries, on a connection of their own."""

    def __init__(self, database_url: str) -> None:
        self.engine = create_engine(driver_url(database_url).replace("+aiosqlite", ""), poolclass=NullPool)

    def rows(self, view: LiveView) -> tuple[list[dict[str, Any]], bool]:
        with self.engine.connect() as connection:
            result = connection.execute(view.query).all()
        names = view.cells_of()
        return [dict(zip(names, to_cells(row), strict=True)) for row in result[: view.limit]], len(result) > view.limit


class Visitor:
    """A tab that does what people do, and remembers what it should be seeing."""

    def __init__(self, tab: Tab, port: int, organizations: list[str], choices: random.Random) -> None:
        self.tab = tab
        self.port = port
        self.organizations = organizations
        self.choices = choices
        self.view: LiveView | None = None
        self.counts: LiveView | None = None
        self.done: list[str] = []

    async def act(self) -> None:
        what = self.choices.choices(("open", "more", "leave", "reconnect", "resend", "counts"), (8, 4, 1, 2, 1, 1))[0]
        self.done.append(what)
        match what:
            case "open":
                organization, order = self.choices.choice(self.organizations), self.choices.choice(list(ORDERS))
                limit = self.choices.choice((3, 10, 50))
                self.view = servers_view(organization, order, limit)
                self.tab.event("open_page", organization_id=organization, order=order, limit=limit)
            case "more" if self.view is not None:
                self.view = self.view.grown()
                self.tab.event("more")
            case "leave" if self.view is not None:
                self.view = None
                self.tab.event("leave_page")
            case "reconnect":
                self.tab.close()
                (self.tab,) = await open_tabs(1, self.port, STATE)
                self.view = self.counts = None
            case "resend" if self.view is not None:
                self.tab.event("resend")
            case "counts":
                organization = self.choices.choice(self.organizations)
                self.counts = counts_view(organization)
                self.tab.event("open_counts", organization_id=organization)

    async def must_see(self, truth: Truth) -> None:
        for slot, view in (("servers", self.view), ("counts", self.counts)):
            if view is None:
                continue
            rows, more = truth.rows(view)
            try:
                await self.tab.until(lambda page: page.rows(slot) == rows and page.meta(slot)["more"] == more)  # noqa: B023
            except AssertionError as error:
                shown = self.tab.page.rows(slot) or []
                differing = [f"{row}\n  not {own}" for row, own in zip(shown, rows, strict=False) if row != own][:3]
                raise AssertionError(
                    f"{slot} shows {len(shown)} rows where a fresh query has {len(rows)}; it differs at:\n"
                    + "\n".join(differing) + f"\nafter {self.done[-6:]}\n{str(error)[:3000]}"
                ) from None  # fmt: skip
        if self.view is None:
            await self.tab.until(lambda page: page.rows("servers") is None)
        assert self.tab.page.gaps == 0
        assert not any(view.meta["stale"] for view in self.tab.page.views.values())


async def test_a_client_that_applied_every_delta_equals_a_fresh_query_at_every_quiet_point(database_url: str, seed: int) -> None:
    choices = random.Random(seed)
    organizations = await make_two_organizations(database_url)
    truth = Truth(database_url)
    refused = 0
    async with tiny_app(database_url) as port, random_writers(database_url, choices) as writers:
        visitors = [Visitor(tab, port, organizations, choices) for tab in await open_tabs(TABS, port, STATE)]
        for _ in range(rounds(25, full=1000)):
            # After a single transaction no other one makes up for a view that was not told.
            size = choices.choice((0, 1, 1, 1, 3, 25))
            writing = asyncio.gather(*(writer.write(size or at) for at, writer in enumerate(writers)))
            while not writing.done():
                await choices.choice(visitors).act()
                await asyncio.sleep(choices.random() * 0.02)
            refused += sum(await writing)
            for visitor in visitors:
                await visitor.must_see(truth)
        close_all(visitor.tab for visitor in visitors)
    assert refused < 10_000


@pytest.mark.parametrize("restarts", [2])
async def test_after_a_restart_of_the_server_a_page_equals_a_fresh_query_without_a_reload(
    database_url: str, seed: int, restarts: int
) -> None:
    choices = random.Random(seed)
    (organization, _) = await make_two_organizations(database_url)
    truth = Truth(database_url)
    view = servers_view(organization)
    async with random_writers(database_url, choices, 1) as (writer,):
        for _ in range(restarts):
            async with tiny_app(database_url) as port:
                (tab,) = await open_tabs(1, port, STATE)
                tab.event("open_page", organization_id=organization)
                await writer.write(10)
                rows, _more = truth.rows(view)
                await tab.until(lambda page: page.rows("servers") == rows)  # noqa: B023
            await writer.write(10)  # while nobody listens
