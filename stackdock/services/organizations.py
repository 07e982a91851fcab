"""Which organization the operator of the machine means."""

from __future__ import annotations

from sqlmodel import select

from stackdock.db.sessions import reading
from stackdock.errors import InvalidInput, NotFound, PermissionDenied
from stackdock.models import Organization
from stackdock.security.scope import ActorKind, Scope
from stackdock.services.operations import public


@public("whoever can read the data folder is the operator of all of it; everybody else is refused")
async def choose_organization(scope: Scope, slug: str | None) -> str:
    """The id of the organization with this slug, or of the only one. For the operator alone.

    Raises: NotFound, InvalidInput where several exist and none is named, PermissionDenied.
    """
    if scope.actor.kind is not ActorKind.OPERATOR:
        raise PermissionDenied
    async with reading(scope) as session:
        found = (await session.exec(select(Organization.id, Organization.slug).order_by(Organization.slug))).all()
    if not found:
        raise NotFound("This instance has no organization yet. Claim it with the link of `stackdock setup-link`.")
    slugs = ", ".join(each for _, each in found)
    if slug is None and len(found) > 1:
        raise InvalidInput(f"There are several organizations: {slugs}. Say which with --org SLUG.")
    for organization_id, each in found:
        if slug in (None, each):
            return organization_id
    raise NotFound(f"There is no organization {(slug or '')[:80]!r}. There are: {slugs}.")
