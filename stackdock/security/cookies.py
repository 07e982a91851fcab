"""The session cookie: HttpOnly, SameSite=Lax, for this host alone, and Secure where the console is served over https."""

from __future__ import annotations

from typing import TypedDict

from stackdock.settings import settings

SESSION_COOKIE = "stackdock_session"


class CookieFlags(TypedDict):
    path: str
    httponly: bool
    samesite: str
    secure: bool


def session_cookie_name() -> str:
    """With https the `__Host-` prefix makes browsers refuse a cookie that another host or a plain page has set."""
    return f"__Host-{SESSION_COOKIE}" if settings().is_https else SESSION_COOKIE


def session_cookie_flags() -> CookieFlags:
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": settings().is_https}
