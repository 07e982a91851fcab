"""From a Reflex state to the scope of whoever sent the event: cookie → login session → organization of the page → role.

Nothing about identity is kept in a state: it is read from the socket's own cookie at each event.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Any

from stackdock.errors import NotFound, NotSignedIn
from stackdock.security.cookies import session_cookie_name
from stackdock.security.scope import Actor, ActorKind, Request, Scope
from stackdock.services.login_sessions import SignedIn, find_signed_in
from stackdock.services.people import enter_organization

_ORGANIZATION_PATH = re.compile(r"^/o/([a-z0-9-]{1,64})(?:/|$)")


async def scope_of(state: Any) -> Scope:
    """The scope of the person behind `state` in the organization that the page's address names.

    Raises NotSignedIn, and NotFound where there is no such organization or the person is not a member of it.
    """
    person = await person_scope_of(state)
    return await enter_organization(person, slug_of(state))


async def person_scope_of(state: Any) -> Scope:
    """The signed-in person in no organization, for what belongs to none. Raises NotSignedIn."""
    return (await signed_in_of(state)).scope(request_of(state))


async def signed_in_of(state: Any) -> SignedIn:
    """The login session that the socket's cookie names. Raises NotSignedIn when it is missing or over."""
    anonymous = Scope(Actor(ActorKind.ANONYMOUS), request=request_of(state))
    signed_in = await find_signed_in(anonymous, _session_token(state.router.headers.cookie))
    if signed_in is None:
        raise NotSignedIn
    return signed_in


def slug_of(state: Any) -> str:
    """The organization's slug in the page's address. Raises NotFound on a page of no organization."""
    found = _ORGANIZATION_PATH.match(state.router.url.path)
    if found is None:
        raise NotFound
    return found[1]


def request_of(state: Any) -> Request:
    return Request(address=state.router.session.client_ip, agent=state.router.headers.user_agent)


def _session_token(cookie_header: str) -> str | None:
    try:
        morsel = SimpleCookie(cookie_header).get(session_cookie_name())
    except CookieError:
        return None
    return morsel.value if morsel else None
