"""From a person to their scope in an organization: members enter, everybody else finds nothing."""

import pytest
from sqlalchemy import update

from stackdock.db.sessions import transaction
from stackdock.errors import NotFound, NotSignedIn
from stackdock.models import Membership
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Actor, ActorKind, Scope, system_scope
from stackdock.services.people import enter_organization, list_organizations
from tests.factories import make_organization, make_owner
from tests.people import anonymous


def person(user_id: str) -> Scope:
    return Scope(Actor(ActorKind.PERSON, id=user_id, label="ana@acme.example"))


async def test_an_owner_enters_with_an_owners_rights(database: object) -> None:
    acme = await make_organization("acme")
    ana = await make_owner(acme)
    scope = await enter_organization(person(ana.id), "acme")
    assert scope.organization == acme.id
    assert scope.allows(Area.DOCKS, Level.FULL)
    assert not scope.allows(Area.AUDIT, Level.FULL)
    assert scope.visibility.everything


async def test_a_foreign_and_a_missing_organization_answer_alike(database: object) -> None:
    ana = await make_owner(await make_organization("acme"))
    await make_organization("globex")
    errors = []
    for slug in ("globex", "nothing-here"):
        with pytest.raises(NotFound) as refused:
            await enter_organization(person(ana.id), slug)
        errors.append(refused.value.message)
    assert errors[0] == errors[1]
    assert [link.slug for link in await list_organizations(person(ana.id))] == ["acme"]


async def test_a_role_that_is_not_known_gives_nothing(database: object) -> None:
    acme = await make_organization("acme")
    ana = await make_owner(acme)
    async with transaction(system_scope(None)) as session:
        await session.exec(update(Membership).values(role="wizard"))
    scope = await enter_organization(person(ana.id), "acme")
    assert not any(scope.allows(area, Level.READ) for area in Area)
    assert not scope.visibility.everything


async def test_who_is_not_signed_in_belongs_nowhere(database: object) -> None:
    await make_organization("acme")
    with pytest.raises(NotSignedIn):
        await enter_organization(anonymous(), "acme")
    with pytest.raises(NotSignedIn):
        await list_organizations(anonymous())
