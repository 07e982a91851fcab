"""Ids that name nothing are answered like a missing row, whatever they are."""

from typing import Any

import pytest

from stackdock.errors import NotFound
from stackdock.services.dock_lookup import find_finished_run, get_dock, is_being_synced
from stackdock.services.dock_removal import describe_removal
from stackdock.services.docks import rename_dock, select_dock_kinds, select_docks
from stackdock.services.resources import select_resources
from stackdock.services.row_ids import MAX_LENGTH, read_id
from stackdock.services.sync_runs import select_sync_run_kinds, select_sync_runs
from tests.factories import make_dock, make_organization, owner_scope

NO_IDS = ["\ud800", "a\0b", "", "x" * (MAX_LENGTH + 1), {"id": 1}, ["a"], 7, True, b"a"]


async def test_what_is_no_id_is_not_found(database: object) -> None:
    acme = await make_organization()
    scope, dock = owner_scope(acme), await make_dock(acme, "Old")
    for given in [*NO_IDS, None]:
        no_id: Any = given
        for ask in (
            rename_dock(scope, no_id, "New"),
            describe_removal(scope, no_id),
            find_finished_run(scope, no_id, 0),
            is_being_synced(scope, no_id),
        ):
            with pytest.raises(NotFound):
                await ask
    assert (await rename_dock(scope, dock.id, "New"))["id"] == dock.id
    assert (await get_dock(scope, dock.id))["name"] == "New"
    assert not await is_being_synced(scope, dock.id)


@pytest.mark.parametrize("given", NO_IDS)
async def test_no_select_is_made_of_what_is_no_id(database: object, given: Any) -> None:
    scope = owner_scope(await make_organization())
    for select in (select_docks, select_dock_kinds, select_sync_runs, select_sync_run_kinds):
        with pytest.raises(NotFound):
            select(scope, given)
    with pytest.raises(NotFound):
        select_resources(scope, "server", dock_id=given)


def test_an_id_comes_back_as_it_is() -> None:
    assert read_id("x" * MAX_LENGTH) == "x" * MAX_LENGTH
