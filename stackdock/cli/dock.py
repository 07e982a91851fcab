"""`stackdock dock`: see the docks and sync one."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from stackdock.cli.dock_sync import sync_dock
from stackdock.cli.instance import open_instance
from stackdock.cli.run import run_command
from stackdock.columns import utc_now
from stackdock.models import RunStatus
from stackdock.services.dock_lookup import list_docks

app = typer.Typer(help="The provider accounts that an organization has linked.", no_args_is_help=True)

Org = Annotated[str | None, typer.Option("--org", metavar="SLUG", help="The organization, where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(org: Org = None, as_json: AsJson = False) -> None:
    """Print the docks with their status and when they are synced next."""
    docks = run_command(_list(org))
    if as_json:
        print(json.dumps(docks, indent=2, default=datetime.isoformat))
        return
    if not docks:
        print("No dock is linked.")
        return
    titles = ("NAME", "PROVIDER", "STATUS", "RESOURCES", "LAST COMPLETE", "NEXT SYNC", "ERROR")
    lines = [titles, *(_cells(dock) for dock in docks)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@app.command("sync")
def sync(
    name: Annotated[str, typer.Argument(help="The dock's name.")],
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Sync a dock now and wait for its end. The running app does it; without one, this command does it itself.

    Ends with 0 when every kind was listed completely, else with 1.
    """
    run = run_command(_sync(name, org))
    if as_json:
        print(json.dumps(run, indent=2))
    else:
        print(f"{run['dock_name']}: {run['status']} ({run['calls']} calls)")
        for kind in run["kinds"]:
            done = ", ".join(f"{kind[word]} {word}" for word in ("seen", "added", "changed", "restored", "removed", "held"))
            print(
                f"  {kind['kind']}: {kind['outcome']}, {done}" + (f". {kind['error_message']}" if kind["error_message"] else "")
            )
        if run["error_message"]:
            print(f"stackdock: {run['error_message']}", file=sys.stderr)
    raise typer.Exit(0 if run["status"] == RunStatus.SUCCESS else 1)


async def _list(org: str | None) -> list[dict[str, Any]]:
    async with open_instance(org) as scope:
        return await list_docks(scope)


async def _sync(name: str, org: str | None) -> dict[str, Any]:
    async with open_instance(org) as scope:
        return await sync_dock(scope, name, lambda words: print(f"· {words}", file=sys.stderr, flush=True))


def _cells(dock: dict[str, Any]) -> tuple[str, ...]:
    following = "paused" if dock["paused_at"] else _when(dock["next_sync_at"])
    return (
        dock["name"],
        dock["provider"],
        str(dock["status"]),
        str(dock["resource_count"]),
        _when(dock["last_complete_at"]),
        following,
        dock["error_message"] or "",
    )


def _when(instant: datetime | None) -> str:
    if instant is None:
        return "never"
    seconds = round((instant - utc_now()).total_seconds())
    size, unit = next(((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "min")) if abs(seconds) >= s), (1, "s"))
    return f"in {seconds // size} {unit}" if seconds > 0 else f"{-seconds // size} {unit} ago"
