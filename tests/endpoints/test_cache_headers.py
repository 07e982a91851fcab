"""What a browser may keep."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from stackdock.endpoints.cache_headers import with_cache_headers


@pytest.fixture
async def client() -> httpx.AsyncClient:
    async def found(_: Request) -> Response:
        return PlainTextResponse("found")

    async def private(_: Request) -> Response:
        return PlainTextResponse("private", headers={"Cache-Control": "no-store"})

    app = Starlette(routes=[Route("/assets/app-1.js", found), Route("/page", found), Route("/private", private)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(with_cache_headers(app)), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/app-1.js", "public, max-age=31536000, immutable"),
        ("/assets/gone-1.js", "no-cache"),
        ("/page", "no-cache"),
        ("/private", "no-store"),
    ],
)
async def test_bundled_files_are_kept_pages_are_not(client: httpx.AsyncClient, path: str, kept: str) -> None:
    async with client:
        assert (await client.get(path)).headers["Cache-Control"] == kept
