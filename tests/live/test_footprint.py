from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, or_, select, union, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from stackdock.live.change import Change
from stackdock.live.footprint import footprint, summarize
from stackdock.models import Dock
from stackdock.resources import TABLES, Server
from stackdock.security.scope import system_scope
from stackdock.services.resources import select_counts

SERVERS = select(col(Server.id), col(Server.name))
OURS = SERVERS.where(col(Server.organization_id) == "ours")


def touches(statement: Any, table: str = "server", **routes: Any) -> bool:
    values = {column: value if isinstance(value, list) else [value] for column, value in routes.items()}
    change = Change(table, "1", "U", json.dumps(values))
    return footprint(statement).is_touched_by(change.table, change.routes)


def test_a_change_in_another_organization_touches_nothing_and_in_ours_does() -> None:
    assert not touches(OURS, organization_id="theirs")
    assert touches(OURS, organization_id="ours")


def test_a_row_that_comes_or_goes_between_organizations_matters_to_both() -> None:
    assert touches(OURS, organization_id=["ours", "theirs"])
    assert touches(OURS, organization_id=["theirs", "ours"])


def test_another_table_touches_nothing() -> None:
    assert not touches(OURS, table="dock", organization_id="ours")


def test_a_list_of_docks_is_a_condition() -> None:
    statement = OURS.where(col(Server.dock_id).in_(["a", "b"]))
    assert touches(statement, organization_id="ours", dock_id="b")
    assert not touches(statement, organization_id="ours", dock_id="c")


def test_a_change_that_names_no_routes_matters() -> None:
    assert touches(OURS)
    assert footprint(OURS).is_touched_by("server", {})


def test_conditions_joined_by_or_promise_nothing() -> None:
    statement = OURS.where(or_(col(Server.dock_id).in_(["a"]), col(Server.id).in_(["x"])))
    assert touches(statement, organization_id="ours", dock_id="c")
    assert not touches(statement, organization_id="theirs", dock_id="a")


def test_what_a_join_a_subquery_or_a_count_reads_matters() -> None:
    joined = SERVERS.join(Dock, col(Dock.id) == col(Server.dock_id)).where(col(Dock.organization_id) == "ours")
    assert touches(joined, table="dock", organization_id="ours")
    assert not touches(joined, table="dock", organization_id="theirs")
    assert touches(joined, table="server", organization_id="theirs")
    counted = select(func.count()).select_from(Server).where(col(Server.organization_id) == "ours")
    assert touches(counted, organization_id="ours")
    assert not touches(counted, organization_id="theirs")
    nested = select(col(Dock.id)).where(
        col(Dock.id).in_(select(col(Server.dock_id)).where(col(Server.organization_id) == "ours"))
    )
    assert touches(nested, table="server", organization_id="theirs")  # not understood, therefore relevant
    scalar = select(col(Dock.id), select(func.count()).where(col(Server.dock_id) == col(Dock.id)).scalar_subquery())
    assert touches(scalar, table="server", organization_id="any")


def test_a_condition_on_one_of_two_readings_of_a_table_promises_nothing() -> None:
    other = aliased(Server)
    statement = OURS.join(other, col(other.dock_id) == col(Server.dock_id))
    assert touches(statement, organization_id="theirs")
    hidden = OURS.where(select(col(other.id)).where(col(other.name) == col(Server.name)).exists())
    assert touches(hidden, organization_id="theirs")


@pytest.mark.parametrize("build", [lambda s: s.union_all(SERVERS), lambda s: select(s.subquery())])
def test_a_union_or_a_select_from_a_select_counts_as_touched(build: Any) -> None:
    assert touches(build(OURS), organization_id="theirs")


def test_a_bulk_is_never_judged_less_relevant_than_its_parts() -> None:
    statement = OURS.where(col(Server.dock_id) == "d")
    changes = [
        Change("server", str(n), "U", json.dumps({"organization_id": ["theirs"], "dock_id": [str(n)]})) for n in range(200)
    ]
    seen = footprint(statement)
    assert not any(seen.is_touched_by(*touch) for touch in summarize(changes))
    ours = Change("server", "x", "U", json.dumps({"organization_id": ["ours"], "dock_id": ["d"]}))
    unknown = Change("server", "x", "*", "{}")
    assert any(seen.is_touched_by(*touch) for touch in summarize([*changes, ours]))
    assert any(seen.is_touched_by(*touch) for touch in summarize([*changes, unknown]))


def test_a_union_is_touched_by_what_touches_one_of_its_parts() -> None:
    docks = select(col(Dock.id), col(Dock.name)).where(col(Dock.organization_id) == "ours")
    both = union_all(OURS, docks).order_by("id")
    for table in ("server", "dock"):
        assert touches(both, table=table, organization_id="ours")
        assert not touches(both, table=table, organization_id="theirs")
    assert not touches(both, table="organization", organization_id="ours")


def test_a_table_that_a_union_reads_twice_matters_to_either_reading() -> None:
    other = SERVERS.where(col(Server.organization_id) == "other", col(Server.dock_id) == "a")
    for both in (union_all(OURS, other), union(OURS, union_all(OURS, other)), OURS.except_(other)):
        assert touches(both, organization_id="ours", dock_id="b")
        assert touches(both, organization_id="other", dock_id="a")
        assert not touches(both, organization_id="theirs", dock_id="a")
    assert touches(union_all(OURS, SERVERS), organization_id="theirs"), "one reading of all"
    aliased_servers = aliased(Server)
    beside = union_all(OURS, select(col(aliased_servers.id), col(aliased_servers.name)))
    assert touches(beside, organization_id="theirs"), "an alias reads it as well"


def test_what_a_union_reads_in_its_own_order_matters() -> None:
    biggest = select(func.max(Server.cpu_count)).scalar_subquery()
    assert touches(union_all(OURS, OURS).order_by(biggest), organization_id="theirs")


def test_the_counts_of_the_sidebar_are_spared_what_other_organizations_do() -> None:
    scope = system_scope("ours")
    for name in (str(table.__tablename__) for table in TABLES.values()):
        assert touches(select_counts(scope), table=name, organization_id="ours", dock_id="a"), name
        assert not touches(select_counts(scope), table=name, organization_id="theirs", dock_id="a"), name
