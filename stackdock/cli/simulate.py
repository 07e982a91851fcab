"""`stackdock simulate`: one provider's API on loopback, for trying things out and for writing adapters."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from stackdock.cli.run import print_error
from stackdock.errors import InvalidInput
from stackdock.simulators import FAULT_HELP, SIMULATORS, Simulator, make_simulator
from stackdock.simulators.serving import serve

_FAULTS = "; ".join(f"{fault} = {text}" for fault, text in FAULT_HELP.items())


def simulate(
    slug: Annotated[str, typer.Argument(help=f"The provider: {', '.join(sorted(SIMULATORS))}.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")] = 0,
    size: Annotated[int, typer.Option(min=0, help="How many servers, or of the provider's main kind.")] = 40,
    fault: Annotated[
        str | None,
        typer.Option(help=f"NAME, NAME:/path or NAME:/path:FROM_PAGE. The names: {_FAULTS}."),
    ] = None,
) -> None:
    """Serve a provider's API on 127.0.0.1 until Ctrl-C, and print its address. It accepts the token "simulator"."""
    try:
        simulator = make_simulator(slug, size=size, fault=fault)
    except InvalidInput as error:
        print_error(error.message)
        raise typer.Exit(2) from error
    try:
        asyncio.run(_serve_until_stopped(simulator, port))
    except OSError as error:
        print_error(f"port {port} cannot be used: {error.strerror}.")
        raise typer.Exit(1) from error


async def _serve_until_stopped(simulator: Simulator, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serve(simulator, port=port) as running:
        print(running.base_url, flush=True)
        await stopped.wait()
