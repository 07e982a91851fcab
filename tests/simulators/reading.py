"""A client of the simulators that knows nothing of StackDock's adapters: plain httpx, each provider's own way to page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from stackdock.simulators import ACCEPTED_TOKEN, Fault, FaultRule, RunningSimulator, open_simulator

OFFICIAL_PREFIX = {"hetzner": "", "digitalocean": "/v2"}  # what the official description writes before a simulator's paths


def official_path(slug: str, path: str) -> str:
    return OFFICIAL_PREFIX[slug] + path


@asynccontextmanager
async def reader(
    slug: str, *, size: int = 40, seed: int = 7, fault: FaultRule | Fault | str | None = None
) -> AsyncIterator[tuple[RunningSimulator, httpx.AsyncClient]]:
    """A running simulator and a client that is signed in to it, with paths relative to the API's prefix."""
    async with open_simulator(slug, size=size, seed=seed, fault=fault) as running:
        headers = {"Authorization": f"Bearer {ACCEPTED_TOKEN}"}
        async with httpx.AsyncClient(base_url=running.base_url, headers=headers, timeout=10, trust_env=False) as client:
            yield running, client


async def pages(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every page of a listing, followed as its provider says: by number (Hetzner) or by link (DigitalOcean)."""
    found: list[dict[str, Any]] = []
    request: tuple[str, dict[str, Any]] | None = (path, params)
    while request:
        response = await client.get(request[0], params=request[1] or None)
        response.raise_for_status()
        body = response.json()
        found.append(body)
        number = body.get("meta", {}).get("pagination", {}).get("next_page")
        link = body.get("links", {}).get("pages", {}).get("next")
        request = (path, params | {"page": number}) if number else (link, {}) if link else None
    return found


async def read_all(client: httpx.AsyncClient, name: str, **params: Any) -> list[dict[str, Any]]:
    return [item for page in await pages(client, f"/{name}", **params) for item in page[name]]
