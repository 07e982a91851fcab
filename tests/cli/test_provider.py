from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stackdock.adapters.mapper import Mapper
from stackdock.cli import app
from stackdock.providers import ADAPTERS
from stackdock.resources import KINDS
from stackdock.settings import settings
from stackdock.simulators import ACCEPTED_TOKEN, SIMULATORS, open_simulator
from tests.adapters.wire import always, listening
from tests.providers.ec2_stub import ec2, failure

STACKDOCK = [sys.executable, "-c", "from stackdock.cli import app; app()"]
TOKEN = f"token={ACCEPTED_TOKEN}"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """In this process."""
    result = CliRunner().invoke(app, ["provider", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


async def run_beside(*arguments: str) -> Done:
    """In a process of its own, which may reach loopback, while this one goes on answering requests."""
    process = await asyncio.create_subprocess_exec(
        *STACKDOCK, "provider", *arguments,
        env={**os.environ, "STACKDOCK_ALLOW_HOSTS": "127.0.0.1"}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await asyncio.wait_for(process.communicate(), 60)
    return Done(process.returncode or 0, stdout.decode(), stderr.decode())


def read_json(done: Done) -> dict[str, Any]:
    return json.loads(done.stdout)


def assert_one_sentence(done: Done) -> None:
    assert done.returncode == 1
    assert re.fullmatch(r"stackdock: .+\.\n", done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_tells_what_every_provider_covers_and_asks_for() -> None:
    listed = json.loads(run("list", "--json").stdout)
    assert [entry["slug"] for entry in listed] == sorted(ADAPTERS)
    for entry in listed:
        assert set(entry) == {"slug", "name", "kinds", "credentials"}
        assert set(entry["kinds"]) <= set(KINDS)
        assert all(set(field) == {"name", "required", "help"} for field in entry["credentials"])
    by_slug = {entry["slug"]: entry for entry in listed}
    assert by_slug["hetzner"]["kinds"] == ["server", "block_volume"]
    assert by_slug["digitalocean"]["kinds"] == ["server", "block_volume", "database", "domain"]
    assert by_slug["aws"]["kinds"] == ["server"]
    assert [field["name"] for field in by_slug["aws"]["credentials"] if field["required"]] == ["access_key_id", "token"]


def test_the_grid_marks_what_is_covered() -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0].split() == ["server", "domain", "database", "block_volume"]
    assert [line.split() for line in lines[1:]] == [
        ["aws", "●", "·", "·", "·"],
        ["digitalocean", "●", "●", "●", "●"],
        ["hetzner", "●", "·", "·", "●"],
    ]


@pytest.mark.parametrize("slug", sorted(SIMULATORS))
def test_a_simulator_is_read_with_nothing_else_given(slug: str) -> None:
    done = run("read", slug, "--simulator", "--size", "230")
    printed = read_json(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(printed) == {"provider", "complete", "resources"}
    assert printed["provider"] == slug
    assert printed["complete"] == dict.fromkeys(ADAPTERS[slug].kinds, True)
    assert len(printed["resources"]["server"]) == 230
    for kind, resources in printed["resources"].items():
        mapper: Mapper = ADAPTERS[slug].resource(kind).mapper
        assert all(set(resource) == set(mapper.kind.model_fields) for resource in resources)


def test_aws_is_read_from_moto() -> None:
    done = run("read", "aws", "--simulator", "--size", "7")
    assert (done.returncode, done.stderr) == (0, "")
    assert len({server["external_id"] for server in read_json(done)["resources"]["server"]}) == 7


@pytest.mark.parametrize("address", ["with prefix", "without prefix", "trailing slash"])
async def test_an_allowed_address_is_read(address: str, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(ACCEPTED_TOKEN + "\n")
    async with open_simulator("hetzner", size=3) as running:
        base_url = running.base_url if address == "with prefix" else running.base_url.removesuffix("/v1")
        base_url += "/" if address == "trailing slash" else ""
        done = await run_beside("read", "hetzner", "--base-url", base_url, "--credential", f"token=@{secret}")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(read_json(done)["resources"]["server"]) == 3


async def test_an_address_that_is_not_allowed_is_refused_without_a_request() -> None:
    async with open_simulator("hetzner", size=3) as running:
        done = await asyncio.to_thread(run, "read", "hetzner", "--base-url", running.base_url, "--credential", TOKEN)
        assert running.simulator.requests == 0
    assert_one_sentence(done)
    assert "STACKDOCK_ALLOW_HOSTS" in done.stderr
    assert read_json(done)["complete"] == {"server": False, "block_volume": False}


async def test_an_incomplete_kind_is_printed_as_such_beside_the_complete_ones() -> None:
    async with open_simulator("digitalocean", size=5, fault="forbidden:/volumes") as running:
        done = await run_beside("read", "digitalocean", "--base-url", running.base_url, "--credential", TOKEN)
    printed = read_json(done)
    assert printed["complete"] == {"server": True, "block_volume": False, "database": True, "domain": True}
    assert (len(printed["resources"]["server"]), printed["resources"]["block_volume"]) == (5, [])
    assert_one_sentence(done)
    assert "block_volume" in done.stderr


async def test_kinds_can_be_chosen() -> None:
    async with open_simulator("digitalocean", size=5) as running:
        done = await run_beside(
            "read", "digitalocean", "--base-url", running.base_url, "--credential", TOKEN, "--kind", "domain", "--kind", "server",
        )  # fmt: skip
        assert set(running.simulator.requests_by_path) == {"/droplets", "/domains"}
    assert read_json(done)["complete"] == {"server": True, "domain": True}


async def test_a_wrong_token_is_told_in_the_providers_words_and_never_shown() -> None:
    async with open_simulator("hetzner", size=5) as running:
        done = await run_beside(
            "read",
            "hetzner",
            "--base-url",
            running.base_url,
            "--credential",
            "token=wr0ng-t0ken",
        )
    assert done.returncode == 1
    assert "unable to authenticate" in done.stderr
    assert "wr0ng-t0ken" not in done.stderr + done.stdout
    assert read_json(done)["resources"] == {"server": [], "block_volume": []}


async def test_reading_gives_up_on_an_outage_within_ten_seconds() -> None:
    async with open_simulator("digitalocean", fault="server_error") as running:
        started = time.monotonic()
        done = await run_beside("read", "digitalocean", "--base-url", running.base_url, "--credential", TOKEN)
        assert time.monotonic() - started < 10
        assert running.simulator.requests >= 4
    assert done.returncode == 1
    assert not any(read_json(done)["complete"].values())


async def test_a_software_kit_that_tries_again_by_itself_gives_up_as_soon() -> None:
    down = failure(500, "InternalError", "An internal error has occurred")
    async with ec2(lambda _region, _token: down, regions=("eu-west-1", "eu-west-2", "eu-west-3")) as wire:
        started = time.monotonic()
        done = await run_beside(
            "read", "aws", "--base-url", wire.base_url, "--credential", "access_key_id=AKIASIMULATED", "--credential", "token=x",
        )  # fmt: skip
        assert time.monotonic() - started < 10
        assert len(wire.heads) > 4
    assert done.returncode == 1
    assert read_json(done) == {"provider": "aws", "complete": {"server": False}, "resources": {"server": []}}
    assert_one_sentence(done)


async def test_a_web_page_at_the_address_is_named_as_such() -> None:
    async with listening(always(body=b"<html>Welcome</html>", Content_Type="text/html")) as wire:
        done = await run_beside(
            "read",
            "hetzner",
            "--base-url",
            wire.base_url,
            "--credential",
            TOKEN,
            "--kind",
            "server",
        )
    assert_one_sentence(done)
    assert "an HTML page" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no provider 'nowhere'"),
        (["hetzner"], "token"),
        (["hetzner", "--credential", "token"], "NAME=VALUE"),
        (["hetzner", "--credential", "token=@/nowhere/at/all"], "cannot be read"),
        (["hetzner", "--credential", TOKEN, "--credential", "key=1"], "no credential named 'key'"),
        (["hetzner", "--credential", TOKEN, "--kind", "sever"], "the kinds are server"),
        (["hetzner", "--credential", TOKEN, "--kind", "bucket"], "no listing of bucket"),
        (["hetzner", "--credential", TOKEN, "--base-url", "not an address"], "address"),
        (["hetzner", "--simulator", "--credential", TOKEN], "leave out"),
        (["hetzner", "--credential", TOKEN, "--size", "3"], "--simulator"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(arguments: list[str], said: str) -> None:
    done = run("read", *arguments)
    assert_one_sentence(done)
    assert said in done.stderr
    assert done.stdout == ""


def test_the_kinds_are_these_and_no_others() -> None:
    every = (
        "server web_service domain database block_volume bucket repository deployment monitor issue backup_schedule snapshot "
        "backup_integration"
    )
    assert every.split() == list(KINDS)


def test_reading_opens_no_database_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STACKDOCK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nowhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STACKDOCK_DATA_DIR")
    settings.cache_clear()
    assert run("read", "hetzner", "--simulator", "--size", "1").returncode == 0
    assert run("list").returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["--help"], ["list", "--help"], ["read", "--help"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 0
    assert "Usage:" in done.stdout
