"""`stackdock serve`: prepare what is not prepared, serve, and say where."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Annotated

import typer

from stackdock.cli import frontend, server
from stackdock.cli.reload import supervise, with_reloading_pages
from stackdock.cli.run import errors_as_sentences
from stackdock.errors import Conflict
from stackdock.security.scope import system_scope
from stackdock.services.setup import create_setup_link
from stackdock.settings import Settings, settings


def serve(
    reload: Annotated[bool, typer.Option(help="Start again whenever the code changes, and reload open pages.")] = False,
    reloading: Annotated[bool, typer.Option(hidden=True, help="What --reload starts.")] = False,
) -> None:
    """Serve the console until Ctrl-C. Builds the front end when it has changed, and brings the database up to date."""
    started_at = time.monotonic()
    for sign in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell starts background jobs with it ignored
        signal.signal(sign, signal.default_int_handler)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for chatty in ("uvicorn", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        with errors_as_sentences():
            configuration = _settle_configuration()
            listener = server.listen(configuration.host, configuration.port)
            configuration = _with_port(listener.getsockname()[1])
            if reload:
                listener.close()
                raise typer.Exit(supervise(configuration.port))
            frontend.ensure_built()
            os.environ.update(frontend.serving_environment())

            async def announce() -> None:
                await _announce(configuration, time.monotonic() - started_at)

            app = server.load_app(with_reloading_pages if reloading else None)
            server.serve(app, listener, announce, configuration)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _settle_configuration() -> Settings:
    """Read the configuration once, fix the data folder where it is now, and move to the checkout, where Reflex works."""
    os.environ["STACKDOCK_DATA_DIR"] = str(settings().data_dir.resolve())
    os.chdir(frontend.ROOT)
    settings.cache_clear()
    return settings()


def _with_port(port: int) -> Settings:
    """The configuration with the port that was bound: port 0 lets the system choose one."""
    os.environ["STACKDOCK_PORT"] = str(port)
    settings.cache_clear()
    return settings()


async def _announce(configuration: Settings, seconds: float) -> None:
    """Say where the console is and, while nobody owns it, how to claim it. Each start makes a fresh link."""
    lines = [f"StackDock is ready on {configuration.origin} ({seconds:.1f} s). Ctrl-C stops it."]
    with suppress(Conflict):  # somebody owns it
        link = await create_setup_link(system_scope(None, "start"))
        lines.append(f"Nobody owns this instance yet. Claim it with this one-time link:\n  {link}")
    print("\n".join(lines), flush=True)
