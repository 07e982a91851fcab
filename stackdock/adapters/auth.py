"""How requests are authenticated. No repr, log line or error of these shows a secret."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import httpx


class BearerAuth(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def __repr__(self) -> str:
        return "BearerAuth(…)"


def bearer(field: str = "token") -> Callable[[Mapping[str, str]], httpx.Auth]:
    """`Authorization: Bearer` with the credential of this name."""
    return lambda credentials: BearerAuth(credentials[field])
