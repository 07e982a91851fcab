"""The selects of the live views: what they show, and whom they show nothing."""

from dataclasses import replace
from typing import Any

import pytest

from stackdock.columns import utc_now
from stackdock.db.sessions import reading
from stackdock.errors import NotFound, PermissionDenied
from stackdock.live.footprint import footprint
from stackdock.models import Organization
from stackdock.resources import BlockVolume
from stackdock.security.scope import Request, Visibility, system_scope
from stackdock.services.audit_log import select_audit
from stackdock.services.docks import pause_dock, resume_dock, select_dock_kinds, select_docks
from stackdock.services.login_sessions import SignedIn
from stackdock.services.resources import MAX_SEARCH_LENGTH, select_counts, select_resources, select_total
from stackdock.services.sync_runs import select_sync_run_kinds, select_sync_runs
from stackdock.sync.finish import finish
from tests.factories import make_dock, make_organization, make_owner, make_server, owner_scope, powerless_scope, save
from tests.linked_docks import claim, expire_lease, item, link, reconcile_servers


async def found(statement: Any) -> list[dict[str, Any]]:
    async with reading(system_scope(None)) as session:
        return [dict(row) for row in (await (await session.connection()).execute(statement)).mappings()]


async def names(statement: Any) -> list[str]:
    return [row["name"] for row in await found(statement)]


async def estate() -> tuple[Organization, Organization]:
    acme, other = await make_organization("acme"), await make_organization("other")
    mine, second, theirs = await make_dock(acme, "Mine"), await make_dock(acme, "Second"), await make_dock(other, "Theirs")
    await make_server(mine, "web-1", region="fsn1", public_ipv4="192.0.2.10")
    await make_server(mine, "web-2", region="nbg1", status="stopped")
    await make_server(second, "db_100%", region="fsn1")
    await make_server(second, "gone", removed_at=utc_now())
    await make_server(theirs, "web-theirs")
    return acme, other


async def test_resources_are_shown_by_name_with_their_dock_and_without_tombstones(database: object) -> None:
    acme, _ = await estate()
    rows = await found(select_resources(owner_scope(acme), "server"))
    assert [(row["name"], row["dock_name"]) for row in rows] == [("db_100%", "Second"), ("web-1", "Mine"), ("web-2", "Mine")]
    assert {"id", "status", "status_word", "memory_mib", "provider", "is_demo"} <= set(rows[0])


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("WEB", ["web-1", "web-2"]),
        ("192.0.2", ["web-1"]),
        ("second", ["db_100%"]),
        ("fsn1 web", ["web-1"]),
        ("100%", ["db_100%"]),
        ("b_1", ["db_100%"]),
        ("%", ["db_100%"]),
        ("  ", ["db_100%", "web-1", "web-2"]),
        ("'; DROP TABLE server; --", []),
        ("x" * MAX_SEARCH_LENGTH, []),
    ],
)
async def test_a_search_finds_text_as_it_is_typed(database: object, search: str, expected: list[str]) -> None:
    acme, _ = await estate()
    assert await names(select_resources(owner_scope(acme), "server", search)) == expected
    assert await found(select_total(owner_scope(acme), "server", search)) == [{"id": "total", "count": len(expected)}]


async def test_counts_are_per_kind_and_status_of_what_may_be_seen(database: object) -> None:
    acme, other = await estate()
    counts = {row["id"]: row["count"] for row in await found(select_counts(owner_scope(acme)))}
    assert counts == {"server:active": 2, "server:stopped": 1}
    assert {row["id"]: row["count"] for row in await found(select_counts(owner_scope(other)))} == {"server:active": 1}


async def test_a_grant_narrows_every_select(database: object) -> None:
    acme, _ = await estate()
    [second] = [row for row in await found(select_docks(owner_scope(acme))) if row["name"] == "Second"]
    narrow = owner_scope(acme, visibility=Visibility(docks=frozenset({second["id"]})))
    assert await names(select_docks(narrow)) == ["Second"]
    assert await names(select_resources(narrow, "server")) == ["db_100%"]
    assert await found(select_total(narrow, "server")) == [{"id": "total", "count": 1}]
    assert [row["count"] for row in await found(select_counts(narrow))] == [1]


async def test_docks_show_their_state_and_nothing_of_their_credentials(database: object) -> None:
    acme, _ = await estate()
    rows = await found(select_docks(owner_scope(acme)))
    assert [row["name"] for row in rows] == ["Mine", "Second"]
    hidden = {"data_key", "key_id", "credential_fingerprint", "lease_owner"}
    assert not hidden & set(rows[0])
    assert {"status", "progress", "next_sync_at", "error_message", "paused_by"} <= set(rows[0])


async def test_runs_are_shown_newest_first_with_what_they_did(instance: object) -> None:
    acme = await make_organization()
    dock, other = await link(acme, name="One"), await link(acme, name="Two")
    for number in range(3):
        claimed = await claim(dock)
        done = await reconcile_servers(claimed, [item(str(each)) for each in range(number + 1)])
        await finish(claimed, [done], calls=number)
        await expire_lease(dock)
    await finish(await claim(other), [], 0)
    runs = await found(select_sync_runs(owner_scope(acme), dock.id))
    assert [run["calls"] for run in runs] == [2, 1, 0]
    assert {run["dock_name"] for run in runs} == {"One"}
    assert len(await found(select_sync_runs(owner_scope(acme)))) == 4
    kinds = await found(select_sync_run_kinds(owner_scope(acme), dock.id))
    assert [(kind["seen"], kind["added"]) for kind in kinds] == [(3, 1), (2, 1), (1, 1)]
    [kind] = await found(select_dock_kinds(owner_scope(acme), dock.id))
    assert (kind["kind"], kind["resource_count"], kind["held_count"]) == ("server", 3, 0)


async def test_the_audit_log_shows_the_organizations_own_entries(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    for organization in (acme, other):
        await pause_dock(owner_scope(organization), (await make_dock(organization)).id)
    assert [row["action"] for row in await found(select_audit(owner_scope(acme)))] == ["dock.paused"]


async def test_without_permission_there_is_no_select(database: object) -> None:
    acme = await make_organization()
    nobody = powerless_scope(acme)
    for refused in (
        lambda: select_docks(nobody),
        lambda: select_dock_kinds(nobody),
        lambda: select_resources(nobody, "server"),
        lambda: select_counts(nobody),
        lambda: select_total(nobody, "server"),
        lambda: select_sync_runs(nobody),
        lambda: select_sync_run_kinds(nobody, "x"),
        lambda: select_audit(nobody),
    ):
        with pytest.raises(PermissionDenied):
            refused()


async def test_an_unknown_kind_does_not_exist(database: object) -> None:
    acme = await make_organization()
    for kind in ("", "nothing", "user_account", None):
        with pytest.raises(NotFound):
            select_resources(owner_scope(acme), kind)  # type: ignore[arg-type]


async def test_a_volume_names_the_server_that_holds_it_where_that_is_known_and_may_be_seen(database: object) -> None:
    acme, _ = await estate()
    docks = {row["name"]: row["id"] for row in await found(select_docks(owner_scope(acme)))}
    mine, second = docks["Mine"], docks["Second"]
    for name, dock_id, server in [
        ("a", mine, "web-1"),
        ("b", mine, "db_100%"),  # an id of another dock says nothing here
        ("c", second, "gone"),
        ("d", mine, None),
    ]:
        volume = BlockVolume(organization_id=acme.id, dock_id=dock_id, external_id=name, name=name, attached_to=server)
        await save(volume)
    rows = await found(select_resources(owner_scope(acme), "block_volume"))
    assert {row["name"]: row["server_name"] for row in rows} == {"a": "web-1", "b": None, "c": None, "d": None}
    assert {row["attached_to"] for row in rows} == {"web-1", "db_100%", "gone", None}
    single = owner_scope(acme, visibility=Visibility(resources=frozenset({rows[0]["id"]})))
    assert [(row["name"], row["server_name"]) for row in await found(select_resources(single, "block_volume"))] == [("a", None)]
    assert "server" in footprint(select_resources(owner_scope(acme), "block_volume")).tables, "a new name shows at once"
    assert "server" not in footprint(select_resources(owner_scope(acme), "domain")).tables


async def test_the_log_shows_a_persons_name_and_keeps_the_email_for_when_the_account_is_gone(database: object) -> None:
    acme = await make_organization()
    ana = await make_owner(acme)
    dock = await make_dock(acme)
    await pause_dock(owner_scope(acme, ana), dock.id)
    await pause_dock(owner_scope(acme), dock.id)  # by somebody without an account
    shown = [(row["actor_name"], row["actor_label"]) for row in await found(select_audit(owner_scope(acme)))]
    assert shown == [(None, "ana@example.com"), ("Ana Mendes", "ana@example.com")]


async def test_a_dock_says_the_name_of_who_paused_it_and_the_email_of_who_has_none(database: object) -> None:
    acme = await make_organization()
    dock = await make_dock(acme)
    signed_in = SignedIn("session", "user", "ana@example.com", "Ana Mendes").scope(Request())
    named = replace(owner_scope(acme), actor=signed_in.actor)
    await pause_dock(named, dock.id)
    assert [row["paused_by"] for row in await found(select_docks(owner_scope(acme)))] == ["Ana Mendes"]
    await resume_dock(named, dock.id)
    await pause_dock(owner_scope(acme), dock.id)
    assert [row["paused_by"] for row in await found(select_docks(owner_scope(acme)))] == ["ana@example.com"]
