"""What a scope may see: its organization's rows, and of those only what is granted."""

import pytest
from sqlmodel import SQLModel, select

from stackdock.db.sessions import reading
from stackdock.errors import PermissionDenied
from stackdock.models import Dock
from stackdock.resources import Server
from stackdock.security.scope import Scope, Visibility, system_scope
from stackdock.services.visibility import visible
from tests.factories import make_dock, make_organization, make_server, owner_scope


async def seen(scope: Scope, model: type[SQLModel]) -> set[str]:
    async with reading(scope) as session:
        return {row.name for row in (await session.exec(visible(select(model), model, scope))).all()}  # type: ignore[attr-defined]


async def test_everything_means_everything_of_ones_own_organization(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    mine, theirs = await make_dock(acme, "Mine"), await make_dock(other, "Theirs")
    await make_server(mine, "web-mine")
    await make_server(theirs, "web-theirs")
    assert await seen(owner_scope(acme), Dock) == {"Mine"}
    assert await seen(owner_scope(acme), Server) == {"web-mine"}


async def test_grants_show_a_docks_rows_and_single_resources_only(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    granted, shared, foreign = (
        await make_dock(acme, "Granted"),
        await make_dock(acme, "Shared"),
        await make_dock(other, "Foreign"),
    )
    await make_server(granted, "of-granted-dock")
    one = await make_server(shared, "granted-by-itself")
    await make_server(shared, "hidden")
    far = await make_server(foreign, "of-another-organization")
    sees = Visibility(docks=frozenset({granted.id, foreign.id}), resources=frozenset({one.id, far.id}))
    assert await seen(owner_scope(acme, visibility=sees), Dock) == {"Granted"}
    assert await seen(owner_scope(acme, visibility=sees), Server) == {"of-granted-dock", "granted-by-itself"}
    assert await seen(owner_scope(acme, visibility=Visibility()), Server) == set()


async def test_a_scope_of_no_organization_sees_nothing(database: object) -> None:
    with pytest.raises(PermissionDenied):
        await seen(system_scope(None), Dock)


def test_view_keys_differ_where_rights_differ() -> None:
    from stackdock.models import Organization
    from stackdock.security.permissions import Area

    acme, other = Organization(slug="acme", name="Acme"), Organization(slug="other", name="Other")
    everything = owner_scope(acme).view_key(Area.RESOURCES)
    assert everything == owner_scope(acme).view_key(Area.RESOURCES), "two owners share a view"
    narrow = owner_scope(acme, visibility=Visibility(docks=frozenset({"d"}))).view_key(Area.RESOURCES)
    assert len({everything, narrow, owner_scope(other).view_key(Area.RESOURCES)}) == 3
