"""The app: its pages, the gate in front of them, and what runs beside them from start to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import reflex as rx

from stackdock.db.database import close_database, database_url, open_database
from stackdock.db.sessions import fetch_rows, on_commit
from stackdock.endpoints.gate import protect
from stackdock.endpoints.session_watch import watch_login_sessions
from stackdock.live import process
from stackdock.live.engine import LiveEngine
from stackdock.live.feeds import open_feed
from stackdock.live.transport import Transport
from stackdock.live.upkeep import keep_running
from stackdock.live.view import LiveView
from stackdock.scheduler import scheduling
from stackdock.security.log_redaction import install_log_redaction
from stackdock.security.scope import Scope, system_scope
from stackdock.services.master_key import open_keyring
from stackdock.settings import settings
from stackdock.ui.shell import add_pages, page_companions
from stackdock.ui.states.failures import report_browser_exception, report_exception
from stackdock.ui.states.guard import Guard
from stackdock.ui.theme import STYLESHEETS

logger = logging.getLogger(__name__)
install_log_redaction()


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Database, keyring, live engine, session watch, scheduler: each begins after what it leans on, and ends before it."""
    async with AsyncExitStack() as parts:
        database = await open_database(database_url(settings()))
        parts.push_async_callback(close_database)
        await open_keyring(system_scope(None, "start"), settings().data_dir)
        await parts.enter_async_context(following(database.url))
        await parts.enter_async_context(watch_login_sessions())
        await parts.enter_async_context(scheduling())
        yield


@asynccontextmanager
async def following(url: str) -> AsyncIterator[None]:
    """The process's live engine, on the database at `url`."""
    engine = LiveEngine(run_query, open_feed(url), transport.find, transport.disconnect)
    transport.install(engine.leave)
    process.use(engine)
    on_commit(process.wake)
    task = asyncio.create_task(keep_running(engine.run, engine.clock), name="live engine")
    task.add_done_callback(_give_up)
    try:
        yield
    finally:
        task.remove_done_callback(_give_up)
        process.use(None)
        task.cancel()
        await asyncio.wait([task])


async def run_query(view: LiveView) -> Sequence[Any]:
    """Run a live view's query for the scope that declared it."""
    assert isinstance(view.scope, Scope)
    return await fetch_rows(view.scope, view.query)


def _give_up(task: asyncio.Task[None]) -> None:
    """The engine ended while the app runs. The server ends the process at its next look (`cli/server.py`)."""
    error = None if task.cancelled() else task.exception()
    logger.critical("The live engine has ended for good: pages no longer move. StackDock stops.", exc_info=error)
    process.tell(process.Health.FAILED)


app = rx.App(
    stylesheets=STYLESHEETS,
    html_lang="en",
    head_components=[
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="color-scheme", content="light dark"),
    ],
    # None of Reflex's own banners: the shell says how the connection stands.
    app_wraps={(5, "Companions"): lambda _stateful: rx.fragment(page_companions())},
    toaster=None,
    api_transformer=protect,
    backend_exception_handler=report_exception,
    frontend_exception_handler=report_browser_exception,
)
app.register_lifespan_task(running)
app.add_middleware(Guard())
add_pages(app)
transport = Transport(app)
