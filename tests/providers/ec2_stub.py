"""A few EC2 answers on a raw socket, for what moto does not do: pages, throttling, a denied region, a broken answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

from tests.adapters.wire import Wire, always, listening

Listing = Callable[[str, str | None], tuple[int, str]]
"""(region, token of the page) → (HTTP status, XML)"""

XMLNS = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'


def instances(*identities: str, following: str | None = None, state: str = "running") -> tuple[int, str]:
    items = "".join(
        f"<item><instanceId>{identity}</instanceId><instanceState><name>{state}</name></instanceState>"
        "<cpuOptions><coreCount>2</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>"
        "<launchTime>2026-01-02T03:04:05.000Z</launchTime></item>"
        for identity in identities
    )
    token = f"<nextToken>{following}</nextToken>" if following else ""
    reservations = f"<reservationSet><item><instancesSet>{items}</instancesSet></item></reservationSet>"
    return 200, f"<DescribeInstancesResponse {XMLNS}>{reservations}{token}</DescribeInstancesResponse>"


def failure(status: int, code: str, message: str) -> tuple[int, str]:
    return status, f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"


@asynccontextmanager
async def ec2(listing: Listing, *, regions: tuple[str, ...] = ("eu-central-1",)) -> AsyncIterator[Wire]:
    names = "".join(f"<item><regionName>{region}</regionName></item>" for region in regions)

    async def answer(request: str, writer: asyncio.StreamWriter) -> None:
        asked = {name: values[0] for name, values in parse_qs(request.partition("\r\n\r\n")[2]).items()}
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/ec2/", request)
        assert scope is not None, "the request is not signed"
        if asked["Action"] == "DescribeRegions":
            status, body = 200, f"<DescribeRegionsResponse {XMLNS}><regionInfo>{names}</regionInfo></DescribeRegionsResponse>"
        else:
            status, body = listing(scope.group(1), asked.get("NextToken"))
        await always(f"{status} X", body.encode(), Content_Type="text/xml")(request, writer)

    async with listening(answer) as wire:
        yield wire
