"""`stackdock setup-link`: a fresh one-time link that claims this instance."""

from __future__ import annotations

import getpass
import json
from typing import Annotated

import typer

from stackdock.cli.run import run_command
from stackdock.db.database import close_database, database_url, open_database
from stackdock.security.scope import operator_scope
from stackdock.services.setup import create_setup_link
from stackdock.settings import settings


def setup_link(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print a fresh link that claims this instance; those printed before stop working. Refused once it is claimed."""
    link = run_command(_create())
    print(json.dumps({"link": link}) if as_json else link)


async def _create() -> str:
    await open_database(database_url(settings()))
    try:
        return await create_setup_link(operator_scope(None, operator_label()))
    finally:
        await close_database()


def operator_label() -> str:
    """Who the audit log names: the account on the machine, where it has a name."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user id without an entry
        return "command line"
