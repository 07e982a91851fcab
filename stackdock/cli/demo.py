"""`stackdock demo`: the demo estate, on and off."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from stackdock.cli.instance import open_instance
from stackdock.cli.run import run_command
from stackdock.errors import Conflict
from stackdock.services.app_processes import find_running_app
from stackdock.services.demo import remove_demo, start_demo

app = typer.Typer(help="The demo estate: simulated provider accounts that change every few seconds.", no_args_is_help=True)

Org = Annotated[str | None, typer.Option("--org", metavar="SLUG", help="The organization, where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("on")
def on(org: Org = None, as_json: AsJson = False) -> None:
    """Link a demo dock to every simulator. The running app runs the simulators, so it has to be there."""
    started = run_command(_on(org))
    print(json.dumps(started) if as_json else f"The demo is on: {len(started['dock_ids'])} docks on {started['origin']}")


@app.command("off")
def off(org: Org = None, as_json: AsJson = False) -> None:
    """Remove every demo dock with all that came from it."""
    removed = run_command(_off(org))
    went = f"{removed['removed']} docks removed" if removed["removed"] else "there was none"
    print(json.dumps(removed) if as_json else f"The demo is off: {went}")


async def _on(org: str | None) -> dict[str, Any]:
    async with open_instance(org) as scope:
        origin = await find_running_app(scope)
        if origin is None:
            raise Conflict("The demo runs inside the app, and no app is running. Start it with `make run`, then try again.")
        return {**await start_demo(scope), "origin": origin}


async def _off(org: str | None) -> dict[str, Any]:
    async with open_instance(org) as scope:
        return await remove_demo(scope)
