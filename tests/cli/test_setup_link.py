"""`stackdock setup-link`: prints a link that claims the instance, until somebody has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STACKDOCK = Path(sys.executable).with_name("stackdock")

CLAIM = """
import asyncio
from pydantic import SecretStr
from stackdock.db.database import database_url, open_database
from stackdock.security.scope import Actor, ActorKind, Scope
from stackdock.services.setup import NewOwner, claim_instance
from stackdock.settings import settings
import sys

async def main():
    await open_database(database_url(settings()))
    owner = NewOwner("ana@acme.example", "Ana", SecretStr("correct horse battery"), "Acme")
    await claim_instance(Scope(Actor(ActorKind.ANONYMOUS)), sys.argv[1], owner)

asyncio.run(main())
"""


@pytest.fixture
def run(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STACKDOCK_")}
    environment["STACKDOCK_DATA_DIR"] = str(tmp_path / "data")

    def run(*command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_the_newest_link_claims_and_then_there_are_no_more(run) -> None:
    older = run(STACKDOCK, "setup-link")
    assert older.returncode == 0
    assert older.stdout.startswith("http://127.0.0.1:3000/setup?token=")
    newer = json.loads(run(STACKDOCK, "setup-link", "--json").stdout)["link"]
    tokens = [link.strip().partition("token=")[2] for link in (older.stdout, newer)]
    refused = run(sys.executable, "-c", CLAIM, tokens[0])
    assert "a newer one was made" in refused.stderr
    assert run(sys.executable, "-c", CLAIM, tokens[1]).returncode == 0
    after = run(STACKDOCK, "setup-link")
    assert (after.returncode, after.stdout) == (1, "")
    assert after.stderr == "stackdock: This instance is claimed already. Sign in instead.\n"
