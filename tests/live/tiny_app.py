"""A tiny Reflex app over the real engine, transport and database, in a process of its own: what the live tests talk to.

    python -m tests.live.serve_tiny_app DATABASE_URL PORT

It has no front end. Its one page watches the servers of an organization; handlers change the window as a page would.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reflex as rx
import uvicorn
from reflex.istate.manager.token import BaseStateToken
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stackdock.db.database import open_database
from stackdock.db.sessions import fetch_rows, on_commit
from stackdock.live import pages, process
from stackdock.live.engine import LiveEngine
from stackdock.live.feeds import open_feed
from stackdock.live.transport import RememberConnections, Transport
from stackdock.live.view import LiveView
from stackdock.security.scope import Scope
from tests.live.tiny_views import CELLS, counts_view, servers_view


class Console(rx.State):
    """The page's state. `rows` is filled only by the benchmark of what Reflex does by itself."""

    organization_id: str = ""
    rows: list[dict[str, Any]] = []

    @rx.event
    async def open_page(self, organization_id: str, order: str = "name", limit: int = 50) -> None:
        self.organization_id = organization_id
        process.engine().introduce(self.router.session.session_id, "session-of-" + self.router.session.client_token)
        await pages.watch_page(self, {"servers": servers_view(organization_id, order, limit)})

    @rx.event
    async def open_counts(self, organization_id: str) -> None:
        process.engine().introduce(self.router.session.session_id, "session-of-" + self.router.session.client_token)
        await pages.watch_app(self, {"counts": counts_view(organization_id)})

    @rx.event
    async def more(self) -> None:
        await pages.load_more(self, "servers")

    @rx.event
    async def leave_page(self) -> None:
        await pages.watch_page(self, {})

    @rx.event
    async def resend(self) -> None:
        await pages.resend(self)

    @rx.event
    async def complete(self, mutation: str, error: str = "") -> None:
        await pages.acknowledge(self, mutation, error=error or None)


async def run_query(view: LiveView) -> Sequence[Sequence[Any]]:
    assert isinstance(view.scope, Scope)
    return await fetch_rows(view.scope, view.query)


async def stats(_request: Request) -> JSONResponse:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return JSONResponse({"cpu_seconds": usage.ru_utime + usage.ru_stime, **engine.counts})


async def modify_state(request: Request) -> JSONResponse:
    """What Reflex users do: put the changed rows into every client's state, one after the other."""
    rows = await run_query(servers_view(request.query_params["organization_id"]))
    cells: list[dict[str, Any]] = [dict(zip(("id", *CELLS), map(str, row), strict=True)) for row in rows[:50]]
    cells[0]["region"] = str(time.time_ns())
    assert app.event_namespace is not None
    for token in list(app.event_namespace.token_to_sid):
        async with app.modify_state(BaseStateToken(ident=token, cls=Console)) as state:
            (await state.get_state(Console)).rows = cells
    return JSONResponse({})


async def end(request: Request) -> JSONResponse:
    session = request.query_params["session"]
    return JSONResponse({"ended": engine.end(lambda identity: identity.session_id == session, "signed out")})


routes = [Route("/stats", stats), Route("/modify_state", modify_state), Route("/end", end)]
app = rx.App(api_transformer=Starlette(routes=routes))
transport = Transport(app)
engine: LiveEngine


async def serve(database_url: str, port: int) -> None:
    global engine
    database = await open_database(database_url, migrated=True)
    engine = LiveEngine(run_query, open_feed(database.url), transport.find, transport.disconnect)
    process.use(engine)
    on_commit(process.wake)
    transport.install(engine.leave)
    app.add_page(rx.fragment(), route="/")
    config = uvicorn.Config(
        RememberConnections(app()), host="127.0.0.1", port=port, ws="websockets-sansio", ws_per_message_deflate=False,
        log_level="warning", loop="uvloop", backlog=2048,
    )  # fmt: skip
    server = uvicorn.Server(config)
    following = asyncio.create_task(engine.run())
    await server.serve()
    following.cancel()


def main() -> None:
    database_url, port = sys.argv[1], int(sys.argv[2])
    os.environ |= {"__REFLEX_SKIP_COMPILE": "true", "REFLEX_ENV_MODE": "prod", "REFLEX_TELEMETRY_ENABLED": "false"}
    os.chdir(tempfile.mkdtemp())
    Path("rxconfig.py").write_text("import reflex as rx\nconfig = rx.Config(app_name='tiny', telemetry_enabled=False)\n")
    import uvloop

    uvloop.run(serve(database_url, port))
