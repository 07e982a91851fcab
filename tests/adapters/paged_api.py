"""A small provider for the tests of the contract: one listing of servers behind a bearer token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.auth import bearer
from stackdock.adapters.contract import Adapter, CredentialField, Resource
from stackdock.adapters.endpoint import Endpoint
from stackdock.adapters.identity import Probe, Probes
from stackdock.adapters.limits import RateLimit
from stackdock.adapters.listing import read_listing
from stackdock.adapters.mapper import Mapper, StatusMap
from stackdock.adapters.paginate import NextPage, by_page_number
from stackdock.adapters.patience import Patience
from stackdock.adapters.session import Session, open_session
from stackdock.resources import ServerFields, Status

TOKEN = "tok-3cr3t/with+marks="
IMPATIENT = Patience(attempts=3, first_delay_seconds=0.001, give_up_seconds=5.0, wait_seconds=5.0, read_seconds=5.0)

Handler = Callable[[httpx.Request], httpx.Response]

MAPPER = Mapper(
    kind=ServerFields,
    fields={"external_id": "id", "name": "name", "memory_mib": "memory", "created_at": "created", "console_url": "url"},
    status=StatusMap(source="status", known={Status.ACTIVE: ("running",), Status.STOPPED: ("off",)}),
    facts={"zone": "zone"},
)


def make_adapter(
    *, next_page: NextPage | None = None, total_at: str | None = "total", limits: tuple[RateLimit, ...] = (), base_url: str = ""
) -> Adapter:
    source = Endpoint(
        path="/servers", items_at="servers", next_page=next_page or by_page_number("paging.next"), total_at=total_at
    )
    return Adapter(
        slug="paged",
        name="Paged",
        base_url=base_url or "https://api.paged.example/v1",
        credentials=(CredentialField(name="token", label="Token"),),
        auth=bearer(),
        verify=Probes(
            Probe("/account", account=lambda body: body["name"]), Probe("/servers?page=1", warning="No account scope.")
        ),
        resources=(Resource(source=source, mapper=MAPPER),),
        limits=limits,
    )


def server(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "name": f"server-{number}", "status": "running", **fields}


def page(items: list[dict[str, Any]], *, following: int | None = None, total: int | None = None) -> httpx.Response:
    return httpx.Response(200, json={"servers": items, "paging": {"next": following}, "total": total})


def page_number(request: httpx.Request) -> int:
    return int(request.url.params.get("page", 1))


@asynccontextmanager
async def session_with(
    handler: Handler, adapter: Adapter | None = None, *, paced: bool = False, patience: Patience = IMPATIENT
) -> AsyncIterator[Session]:
    """A session whose requests are answered by `handler` and never reach a network."""
    async with open_session(
        adapter or make_adapter(),
        {"token": TOKEN},
        policy=OutboundPolicy(),
        paced=paced,
        patience=patience,
        transport=httpx.MockTransport(handler),
    ) as session:
        yield session


async def read_ids(handler: Handler, adapter: Adapter | None = None, **options: Any) -> list[str]:
    adapter = adapter or make_adapter()
    async with session_with(handler, adapter, **options) as session:
        with await read_listing(adapter, adapter.resources[0], session) as listing:
            return [fields.external_id for batch in listing.fields() for fields in batch]
