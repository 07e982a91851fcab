"""A browser without a screen: keeps cookies, names its origin on forms, and reads the fields out of a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from stackdock.endpoints.gate import Gate
from stackdock.settings import settings


def console() -> Starlette:
    """What stands behind the gate: answers everything, so that a test sees what the gate lets through."""

    async def anything(request: Request) -> Response:
        if "." in request.url.path.rpartition("/")[2]:
            return PlainTextResponse("a file")
        return HTMLResponse("<title>console</title>")

    return Starlette(routes=[Route("/{path:path}", anything, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])])


@asynccontextmanager
async def browser(address: str = "203.0.113.7", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Gate(console()), client=(address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=settings().origin, headers=headers) as client:
        yield client


async def post(client: httpx.AsyncClient, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
    return await client.post(path, data=data, headers={"Origin": settings().origin} | headers)


class Page(HTMLParser):
    """The parts of a page that a test asks about: inputs by name, texts by id, the parts with a role, what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inputs: dict[str, dict[str, Any]] = {}
        self.texts: dict[str, str] = {}
        self.labels: set[str] = set()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = dict(attrs)
        if tag == "input":
            self.inputs[values["name"]] = values
        if tag == "label":
            self.labels.add(values["for"])
        if tag == "a":
            self.links.append(values["href"])
        if tag in ("script", "link", "img"):
            self.loads.append(values.get("src") or values.get("href") or "inline")
        self.inline += [name for name in values if name.startswith("on") or name == "style"]
        if tag not in ("input", "meta", "link", "img", "br"):
            self._open.append(values.get("id") or values.get("role") or tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data.strip()

    @property
    def form(self) -> dict[str, str]:
        """What a browser would send for the page as it is."""
        return {name: values.get("value") or "" for name, values in self.inputs.items()}
