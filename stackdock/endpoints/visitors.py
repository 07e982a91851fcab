"""Who sends an HTTP request: its session cookie, its scope, and the cookie that signing in or out sets."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from stackdock.security.cookies import session_cookie_flags, session_cookie_name
from stackdock.security.scope import Actor, ActorKind, Request, Scope
from stackdock.services.login_sessions import LONGEST_LIFETIME, SignedIn, find_signed_in


def request_of(connection: HTTPConnection, idempotency_key: str | None = None) -> Request:
    address = connection.client.host if connection.client else ""
    return Request(address=address, agent=connection.headers.get("user-agent", "")[:256], idempotency_key=idempotency_key or None)


def anonymous_scope(connection: HTTPConnection, idempotency_key: str | None = None) -> Scope:
    return Scope(Actor(ActorKind.ANONYMOUS), request=request_of(connection, idempotency_key))


async def visitor(connection: HTTPConnection) -> SignedIn | None:
    """The person whose login session the cookie opens."""
    return await find_signed_in(anonymous_scope(connection), connection.cookies.get(session_cookie_name()))


def set_session_cookie(response: Response, token: str) -> None:
    """The cookie may outlive the session, which the server ends on its own."""
    flags = session_cookie_flags()
    response.set_cookie(
        session_cookie_name(),
        token,
        max_age=int(LONGEST_LIFETIME.total_seconds()),
        path=flags["path"],
        httponly=flags["httponly"],
        samesite="lax",
        secure=flags["secure"],
    )


def clear_session_cookie(response: Response) -> None:
    response.delete_cookie(
        session_cookie_name(), path="/", httponly=True, samesite="lax", secure=session_cookie_flags()["secure"]
    )
