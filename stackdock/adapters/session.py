"""One reading of one provider account: credentials, address, client and pace, held together while it lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from stackdock.adapters.addresses import OutboundPolicy, origin, read_base_url
from stackdock.adapters.contract import Adapter, Credentials
from stackdock.adapters.credentials import fingerprint, read_credentials, secret_values
from stackdock.adapters.http import HttpClient
from stackdock.adapters.limits import Pace, shared_pace
from stackdock.adapters.patience import FOR_READING, FOR_SYNC, Patience
from stackdock.errors import UnexpectedResponse

T = TypeVar("T")

BLOCKING_AT_ONCE = 4


class Session:
    """What a source reads through."""

    def __init__(
        self, adapter: Adapter, credentials: Credentials, base_url: httpx.URL | None, is_own_address: bool, http: HttpClient
    ) -> None:
        self.adapter = adapter
        self.credentials = credentials
        self.base_url = base_url
        self.is_own_address = is_own_address
        """Whether somebody named another address than the provider's usual one."""
        self.http = http
        self._threads: ThreadPoolExecutor | None = None

    def __repr__(self) -> str:
        return f"Session({self.adapter.slug})"

    @property
    def calls(self) -> int:
        return self.http.calls

    @property
    def secrets(self) -> tuple[str, ...]:
        return secret_values(self.adapter, self.credentials)

    def url(self, path: str, params: Mapping[str, str | int] | None = None) -> httpx.URL:
        """A path under the base URL."""
        if self.base_url is None:
            raise TypeError(f"{self.adapter.slug} has no base URL")
        url = self.base_url.copy_with(path=self.base_url.path.rstrip("/") + path)
        return url.copy_merge_params(params) if params else url

    async def get(self, url: httpx.URL) -> Any:
        """GET an address of the provider's own origin; the JSON body. Anything else never sees the token."""
        if self.base_url is None or origin(url) != origin(self.base_url):
            raise UnexpectedResponse(f"{self.adapter.name} names a next page at {url.host}, another address: it is not followed.")
        answer = await self.http.get(url)
        return answer.json(self.adapter.name)

    async def run_blocking(self, function: Callable[[], T]) -> T:
        """Run a software kit's blocking code in one of the session's own few threads.

        Not in the loop's: a provider that hangs would take them all, and with them name resolution for everybody else.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(BLOCKING_AT_ONCE, thread_name_prefix=f"read-{self.adapter.slug}")
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    async def aclose(self) -> None:
        """End what still goes on. A thread that waits for an answer gets an error instead."""
        await self.http.aclose()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)


@asynccontextmanager
async def open_session(
    adapter: Adapter,
    credentials: Mapping[str, str],
    *,
    base_url: str | None = None,
    policy: OutboundPolicy,
    paced: bool,
    patience: Patience | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncGenerator[Session]:
    """Open one session; one per dock and sync run.

    `paced` keeps to the provider's published limits, sharing the pace with every other session of the process that has the
    same credentials (for syncs). Without it only the provider's answers slow it down (for a person who waits).
    `transport` replaces the wire in tests.

    Raises: InvalidInput for credentials or an address that cannot be right, AddressRefused.
    """
    if base_url and any(field.name == "base_url" for field in adapter.credentials):
        credentials = {**credentials, "base_url": base_url}
    checked = read_credentials(adapter, credentials)
    given = base_url or checked.get("base_url")
    url = read_base_url(adapter.base_url, given)
    if url is not None:
        policy.check_url(url)
    http = HttpClient(
        provider=adapter.name,
        policy=policy,
        patience=patience or (FOR_SYNC if paced else FOR_READING),
        pace=shared_pace(fingerprint(adapter, checked, str(url or "")), adapter.limits)
        if paced
        else Pace(adapter.limits, keeps_limits=False),
        auth=adapter.auth(checked) if adapter.auth else None,
        secrets=secret_values(adapter, checked),
        transport=transport,
    )
    session = Session(adapter, checked, url, bool(given), http)
    try:
        yield session
    finally:
        await session.aclose()
