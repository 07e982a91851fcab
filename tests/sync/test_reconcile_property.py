"""Whatever sequence of listings, crashes and acceptances: the rows are the last complete listing, or rows that are held."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from stackdock.db.database import close_database, open_database
from stackdock.errors import Conflict, LeaseLost
from stackdock.models import Dock, Organization
from stackdock.security.scope import system_scope
from stackdock.services.held_deletions import accept_deletions
from stackdock.services.master_key import open_keyring
from stackdock.settings import settings
from stackdock.sync.breaker import MOST_ROWS, MOST_SHARE
from stackdock.sync.claim import Claim
from tests.factories import make_organization, owner_scope
from tests.fixtures.seeds import rounds
from tests.linked_docks import claim, dock_kind, expire_lease, item, link, reconcile_servers, servers

T = TypeVar("T")

IDS = [str(number) for number in range(40)]
LISTINGS = st.one_of(
    st.just({}),
    st.dictionaries(st.sampled_from(IDS), st.sampled_from(["running", "off", "odd"]), max_size=40),
    # Full ones, with a few left out: what the breaker lets through.
    st.sets(st.sampled_from(IDS), max_size=12).map(lambda out: {one: "running" for one in IDS if one not in out}),
)


class Rows(RuleBasedStateMachine):
    """`expected` is a model of the rules in a dozen lines; the rows have to agree with it after every step."""

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.expected: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.shown: int | None = None
        self.accepted: int | None = None
        self.empty_runs = 0
        self.late: Claim | None = None
        self.acme: Organization
        self.dock: Dock
        self.do(self.begin())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def begin(self) -> None:
        self.acme = await make_organization(f"acme-{id(self)}-{asyncio.get_running_loop().time()}"[:60])
        self.dock = await link(self.acme)

    async def claimed(self) -> Claim:
        await expire_lease(self.dock)
        return await claim(self.dock)

    @rule(listing=LISTINGS)
    def a_complete_listing(self, listing: dict[str, str]) -> None:
        async def run() -> None:
            await reconcile_servers(await self.claimed(), [item(one, status=word) for one, word in listing.items()])

        self.do(run())
        missing = [one for one in self.expected if one not in listing]
        self.empty_runs = self.empty_runs + 1 if not listing and self.expected else 0
        is_unconfirmed = not listing and bool(missing) and self.empty_runs < 2
        is_many = len(missing) > MOST_ROWS and len(missing) > MOST_SHARE * len(self.expected)
        is_agreed = self.accepted is not None and len(missing) <= self.accepted
        if not is_unconfirmed and is_many and not is_agreed:
            self.shown, self.accepted = len(missing), None
        elif not is_unconfirmed:
            self.shown = self.accepted = None
            for one in missing:
                del self.expected[one]
            self.empty_runs = 0
        self.expected |= listing

    @rule(listing=LISTINGS)
    def a_listing_of_a_worker_that_lost_its_lease(self, listing: dict[str, str]) -> None:
        async def run() -> None:
            late = await self.claimed()
            await self.claimed()
            with pytest.raises(LeaseLost):
                await reconcile_servers(late, [item(one, status=word) for one, word in listing.items()])

        self.do(run())

    @rule()
    def a_run_that_dies_before_it_writes(self) -> None:
        self.do(self.claimed())

    @precondition(lambda self: self.shown is not None)
    @rule(off_by=st.sampled_from([0, 0, 1, -1]))
    def a_person_accepts(self, off_by: int) -> None:
        assert self.shown is not None

        async def accept() -> None:
            await accept_deletions(owner_scope(self.acme), self.dock.id, "server", self.shown + off_by)  # type: ignore[operator]

        if off_by:
            with pytest.raises(Conflict):
                self.do(accept())
        else:
            self.do(accept())
            self.accepted = self.shown

    @invariant()
    def the_rows_are_what_the_rules_say(self) -> None:
        present = self.do(servers(self.dock))
        assert {one: row.status_word for one, row in present.items()} == self.expected
        for one, row in (present | self.do(servers(self.dock, removed=True))).items():
            assert self.ids.setdefault(one, row.id) == row.id, "a resource keeps its row for ever"

    def teardown(self) -> None:
        if self.ids:
            assert self.do(dock_kind(self.dock)).resource_count == len(self.expected)


@pytest.fixture
def loop_with_instance(database_url: str) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of the test's own, since a state machine is not async."""
    loop = asyncio.new_event_loop()

    async def begin() -> None:
        await open_database(database_url, migrated=True)
        await open_keyring(system_scope(None), settings().data_dir)

    try:
        loop.run_until_complete(begin())
        yield loop
    finally:
        loop.run_until_complete(close_database())
        loop.close()


def test_after_any_history_the_rows_are_the_last_complete_listing_or_held(
    loop_with_instance: asyncio.AbstractEventLoop,
) -> None:
    class OnThisDatabase(Rows):
        loop = loop_with_instance

    steps = hypothesis(max_examples=rounds(6, full=300), stateful_step_count=rounds(15, full=40))
    run_state_machine_as_test(OnThisDatabase, settings=steps)
