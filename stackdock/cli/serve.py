"""`stackdock serve`: prepare what is not prepared, serve, and say where."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time

import typer

from stackdock.cli import frontend, server
from stackdock.errors import StartRefused
from stackdock.settings import Settings, settings


def serve() -> None:
    """Serve the console until Ctrl-C. Builds the front end when it has changed, and brings the database up to date."""
    started_at = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        configuration = _settle_configuration()
        listener = server.listen(configuration.host, configuration.port)
        configuration = _with_port(listener.getsockname()[1])
        frontend.ensure_built()
        os.environ.update(frontend.serving_environment())

        async def announce() -> None:
            await _announce(configuration, time.monotonic() - started_at)

        server.serve(server.load_app(), listener, announce, configuration)
    except StartRefused as error:
        print(f"stackdock: {error.message}", file=sys.stderr)
        raise typer.Exit(1) from error
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
    print(f"StackDock is ready on {configuration.origin} ({seconds:.1f} s). Ctrl-C stops it.", flush=True)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
