"""Who is signed in and where, as the shell shows it. For display only: permission comes from `scope_of`, never from here."""

from __future__ import annotations

import reflex as rx

from stackdock.errors import NotFound
from stackdock.security.scope import Scope
from stackdock.services.people import list_organizations
from stackdock.ui.states.handlers import handler
from stackdock.ui.states.scopes import signed_in_of, slug_of


class SessionState(rx.State):
    _owner: str = ""  # the login session that this state tree belongs to; the guard resets the tree for any other

    person_name: str = ""
    person_email: str = ""
    organization_slug: str = ""
    organization_name: str = ""
    organizations: list[dict[str, str]] = []  # slug and name of each the person belongs to
    is_missing: bool = False  # the address names an organization that does not exist for this person

    @handler(None)
    async def enter(self, scope: Scope) -> None:
        """Fill in the shell. Every page of the console loads with it."""
        signed_in = await signed_in_of(self)
        self.person_name, self.person_email = signed_in.name, signed_in.email
        mine = await list_organizations(scope)
        self.organizations = [{"slug": organization.slug, "name": organization.name} for organization in mine]
        names = {organization.slug: organization.name for organization in mine}
        try:
            slug = slug_of(self)
        except NotFound:
            slug = ""
        self.is_missing = slug not in names
        self.organization_slug, self.organization_name = (slug, names[slug]) if slug in names else ("", "")
