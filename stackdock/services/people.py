"""Who a signed-in person is, which organizations they belong to, and the scope they have in one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import col, select

from stackdock.db.sessions import reading
from stackdock.errors import NotFound, NotSignedIn
from stackdock.models import Membership, Organization
from stackdock.security.roles import permissions_of, visibility_of
from stackdock.security.scope import ActorKind, Scope
from stackdock.services.operations import public
from stackdock.services.row_ids import read_id


@dataclass(frozen=True)
class OrganizationLink:
    slug: str
    name: str


@public("a person may know which organizations they belong to, before they are in one")
async def list_organizations(scope: Scope) -> list[OrganizationLink]:
    """The organizations of the scope's own person, by name."""
    async with reading(scope) as session:
        found = await session.exec(
            select(Organization.slug, Organization.name)
            .join(Membership, col(Membership.organization_id) == Organization.id)
            .where(Membership.user_id == _person(scope))
            .order_by(Organization.name, Organization.id)
        )
        return [OrganizationLink(slug, name) for slug, name in found]


@public("it is what turns a person into a scope: membership is its check")
async def enter_organization(scope: Scope, slug: str) -> Scope:
    """The scope's person inside the organization: with its id, and the permissions and visibility of their role there.

    NotFound for an organization that does not exist and for one the person does not belong to alike.
    """
    async with reading(scope) as session:
        found = await session.exec(
            select(Membership.organization_id, Membership.role)
            .join(Organization, col(Organization.id) == Membership.organization_id)
            .where(Membership.user_id == _person(scope), Organization.slug == read_id(slug))
        )
        membership = found.one_or_none()
    if membership is None:
        raise NotFound
    organization_id, role = membership
    return replace(scope, organization_id=organization_id, permissions=permissions_of(role), visibility=visibility_of(role))


def _person(scope: Scope) -> str:
    if scope.actor.kind is not ActorKind.PERSON or scope.actor.id is None:
        raise NotSignedIn
    return scope.actor.id
