"""The rows of a kind become equal to its complete listing, and nothing else is written."""

from typing import Any

import pytest

from stackdock.errors import Conflict, LeaseLost
from stackdock.models import Dock, KindOutcome
from stackdock.services.held_deletions import accept_deletions
from stackdock.sync.claim import claim_one
from tests.factories import make_organization, owner_scope
from tests.linked_docks import (
    changes_since,
    claim,
    dock_kind,
    expire_lease,
    item,
    last_change,
    link,
    reconcile_servers,
    servers,
)


async def linked() -> Dock:
    return await link(await make_organization())


def numbered(count: int, **values: Any) -> list[dict[str, Any]]:
    return [item(str(number), **values) for number in range(count)]


async def again(dock: Dock, items: list[dict[str, Any]]) -> Any:
    """Another run of the same dock."""
    await expire_lease(dock)
    return await reconcile_servers(await claim(dock), items)


async def test_new_resources_become_rows_of_the_dock(instance: object) -> None:
    dock = await linked()
    done = await reconcile_servers(await claim(dock), [item("1", memory=2048, note="n"), item("2", status="off")])
    assert (done.seen, done.added, done.changed, done.removed) == (2, 2, 0, 0)
    rows = await servers(dock)
    assert rows["1"].memory_mib == 2048
    assert rows["1"].facts == {"note": "n"}
    assert (rows["2"].status, rows["2"].status_word) == ("stopped", "off")
    assert {row.organization_id for row in rows.values()} == {dock.organization_id}
    assert (await dock_kind(dock)).resource_count == 2


async def test_the_same_listing_twice_writes_no_row_and_captures_no_change(instance: object) -> None:
    dock = await linked()
    items = numbered(600, note=1.5, memory=1024)
    await reconcile_servers(await claim(dock), items)
    before, seq = await servers(dock), await last_change()
    done = await again(dock, list(reversed(items)))
    assert (done.seen, done.added, done.changed, done.restored, done.removed) == (600, 0, 0, 0, 0)
    assert {row.id: row.changed_at for row in (await servers(dock)).values()} == {
        row.id: row.changed_at for row in before.values()
    }
    changes = await changes_since(seq)
    assert not [change for change in changes if change[0] == "server"]
    assert changes.count(("dock_kind", "U")) == 1, "when a listing was complete is kept once per dock and kind"


async def test_a_changed_resource_is_one_update_of_its_own_row(instance: object) -> None:
    dock = await linked()
    await reconcile_servers(await claim(dock), numbered(300))
    before, seq = await servers(dock), await last_change()
    done = await again(dock, [*numbered(299), item("299", status="off", name="renamed")])
    assert (done.added, done.changed) == (0, 1)
    after = await servers(dock)
    assert after["299"].id == before["299"].id
    assert (after["299"].name, after["299"].status) == ("renamed", "stopped")
    assert after["299"].changed_at > before["299"].changed_at
    assert after["298"].changed_at == before["298"].changed_at
    assert (await changes_since(seq)).count(("server", "U")) == 1


async def test_a_vanished_resource_is_tombstoned_and_comes_back_as_the_same_row(instance: object) -> None:
    dock = await linked()
    await reconcile_servers(await claim(dock), numbered(3))
    first = (await servers(dock))["2"]
    done = await again(dock, numbered(2))
    assert (done.removed, (await dock_kind(dock)).resource_count) == (1, 2)
    assert set(await servers(dock)) == {"0", "1"}
    assert set(await servers(dock, removed=True)) == {"2"}
    done = await again(dock, [*numbered(2), item("2", name="back")])
    assert (done.restored, done.added, done.changed) == (1, 0, 0)
    assert (await dock_kind(dock)).resource_count == 3
    back = (await servers(dock))["2"]
    assert (back.id, back.name, back.first_seen_at) == (first.id, "back", first.first_seen_at)


async def test_another_docks_rows_of_the_same_ids_are_not_touched(instance: object) -> None:
    acme = await make_organization()
    mine, other = await link(acme, name="Mine"), await link(acme, name="Other")
    for dock in (other, mine):
        assert (await reconcile_servers(await claim(dock), numbered(3))).added == 3
    untouched = {row.id: row.name for row in (await servers(other)).values()}
    await again(mine, [item("0", name="renamed")])
    assert {row.id: row.name for row in (await servers(other)).values()} == untouched


async def test_too_many_deletions_are_held_until_a_person_accepts_them(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await reconcile_servers(await claim(dock), numbered(50))
    done = await again(
        dock,
        [
            *numbered(39),
            item("new"),
        ],
    )
    assert (done.outcome, done.held, done.removed, done.added) == (KindOutcome.HELD, 11, 0, 1)
    assert len(await servers(dock)) == 51, "what is held is kept, what is new is added"
    held = await dock_kind(dock)
    assert (held.held_count, held.held_at is not None, held.last_complete_at) == (11, True, done.finished_at)

    with pytest.raises(Conflict):
        await accept_deletions(owner_scope(acme), dock.id, "server", 12)
    await again(dock, [*numbered(39), item("new")])
    assert len(await servers(dock)) == 51, "a refused acceptance removes nothing"

    await accept_deletions(owner_scope(acme), dock.id, "server", 11)
    done = await again(dock, [*numbered(39), item("new")])
    assert (done.outcome, done.removed) == (KindOutcome.SUCCESS, 11)
    assert set(await servers(dock)) == {*map(str, range(39)), "new"}
    freed = await dock_kind(dock)
    assert (freed.held_count, freed.held_at, freed.accepted_at, freed.accepted_count) == (0, None, None, 0)


async def test_an_acceptance_does_not_cover_more_than_was_shown(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await reconcile_servers(await claim(dock), numbered(50))
    await again(dock, numbered(39))
    await accept_deletions(owner_scope(acme), dock.id, "server", 11)
    done = await again(dock, numbered(38))
    assert (done.outcome, done.held) == (KindOutcome.HELD, 12)
    assert len(await servers(dock)) == 50
    assert (await dock_kind(dock)).accepted_at is None, "the person has to look again"


async def test_rows_that_come_back_are_no_longer_held(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await reconcile_servers(await claim(dock), numbered(50))
    await again(dock, numbered(30))
    await again(dock, numbered(50))
    assert ((await dock_kind(dock)).held_count, (await dock_kind(dock)).held_at) == (0, None)
    with pytest.raises(Conflict):
        await accept_deletions(owner_scope(acme), dock.id, "server", 20)


async def test_an_empty_listing_prunes_only_the_second_time(instance: object) -> None:
    dock = await linked()
    await reconcile_servers(await claim(dock), numbered(4))
    done = await again(dock, [])
    assert (done.removed, done.held) == (0, 4)
    assert len(await servers(dock)) == 4
    done = await again(dock, [])
    assert done.removed == 4
    assert await servers(dock) == {}


async def test_an_empty_listing_between_full_ones_prunes_nothing(instance: object) -> None:
    dock = await linked()
    await reconcile_servers(await claim(dock), numbered(4))
    for items in ([], numbered(4), []):
        await again(dock, items)
    assert len(await servers(dock)) == 4


async def test_many_rows_behind_an_empty_listing_wait_for_a_person(instance: object) -> None:
    acme = await make_organization()
    dock = await link(acme)
    await reconcile_servers(await claim(dock), numbered(20))
    outcomes = [(await again(dock, [])).outcome for _ in range(3)]
    assert outcomes == [KindOutcome.SUCCESS, KindOutcome.HELD, KindOutcome.HELD]
    assert len(await servers(dock)) == 20
    await accept_deletions(owner_scope(acme), dock.id, "server", 20)
    assert (await again(dock, [])).removed == 20


async def test_a_late_writer_with_an_old_number_writes_nothing(instance: object) -> None:
    dock = await linked()
    late = await claim(dock, owner="slow")
    await expire_lease(dock)
    current = await claim(dock, owner="quick")
    with pytest.raises(LeaseLost):
        await reconcile_servers(late, numbered(3))
    assert await servers(dock) == {}
    await reconcile_servers(current, numbered(2))
    assert len(await servers(dock)) == 2


async def test_an_expired_lease_that_nobody_took_is_still_good(instance: object) -> None:
    dock = await linked()
    claimed = await claim(dock)
    await expire_lease(dock)
    await reconcile_servers(claimed, numbered(2))
    assert len(await servers(dock)) == 2
    assert await claim_one("other", dock.id, dock.organization_id) is None, "a long transaction ends with a fresh lease"


async def test_a_first_sync_of_many_resources_does_not_hold_them_in_memory(instance: object) -> None:
    dock = await linked()
    items = [item(str(number), note="x" * 2000) for number in range(3000)]
    done = await reconcile_servers(await claim(dock), items)  # more than the plan keeps in memory: the rest went to disk
    assert done.added == 3000
    assert len(await servers(dock)) == 3000


async def test_a_run_names_the_one_row_that_something_happened_to_and_counts_many(instance: object) -> None:
    dock = await linked()
    first = await reconcile_servers(await claim(dock), [item("1", name="web-1"), *numbered_from(2, 30)])
    assert first.names is None
    done = await again(dock, [item("1", name="web-one"), *numbered_from(2, 29), item("99", name="fresh")])
    assert (done.added, done.changed, done.removed) == (1, 1, 1)
    assert done.names == {"added": "fresh", "changed": "web-one", "removed": "server 30"}
    done = await again(dock, [item("1", name="web-one"), *numbered_from(2, 30)])
    assert (done.restored, done.names) == (1, {"restored": "server 30", "removed": "fresh"})
    assert (await again(dock, [item("1", name="web-one"), *numbered_from(2, 30)])).names is None
    held = await again(dock, [item("1", name="web-2"), *numbered_from(2, 10)])
    assert (held.held, held.removed, held.names) == (20, 0, {"changed": "web-2"}), "what is held has not gone"


def numbered_from(first: int, last: int) -> list[dict[str, Any]]:
    return [item(str(number), name=f"server {number}") for number in range(first, last + 1)]
