from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from stackdock.simulators import SIMULATORS, Fault, open_simulator
from tests.fixtures.processes import die_with_parent, free_port

STACKDOCK = [sys.executable, "-c", "from stackdock.cli import app; app()"]


@contextmanager
def simulating(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and the address that it printed."""
    command = [*STACKDOCK, "simulate", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*STACKDOCK, "simulate", *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("slug", sorted(SIMULATORS))
def test_it_prints_the_address_it_listens_at_and_ends_well_when_asked(slug: str, how: signal.Signals) -> None:
    port = free_port()
    with simulating(slug, "--port", str(port), "--size", "3") as (process, address):
        simulator = SIMULATORS[slug]
        assert address == f"http://127.0.0.1:{port}{simulator.prefix}"
        signed_in = {"Authorization": "Bearer simulator"}
        with httpx.Client(base_url=address, headers=signed_in, trust_env=False) as client:
            assert len(client.get(f"/{simulator.main_kind}").json()[simulator.main_kind]) == 3
            process.send_signal(how)  # with a connection still open
            assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_a_fault_strikes_from_the_first_request() -> None:
    with simulating("hetzner", "--fault", "server_error:/volumes") as (_, address):
        signed_in = {"Authorization": "Bearer simulator"}
        statuses = [
            httpx.get(f"{address}/{name}", headers=signed_in, trust_env=False).status_code for name in ("servers", "volumes")
        ]
    assert statuses == [200, 500]


def test_an_unknown_provider_or_fault_is_named_with_those_there_are() -> None:
    unknown_provider, unknown_fault = run("herzner", "--port", "0"), run("hetzner", "--port", "0", "--fault", "gremlins")
    assert (unknown_provider.returncode, unknown_fault.returncode) == (2, 2)
    assert unknown_provider.stderr == "stackdock: There is no simulator named 'herzner'. There are: digitalocean, hetzner.\n"
    assert "no fault named 'gremlins'" in unknown_fault.stderr
    assert all(fault in unknown_fault.stderr for fault in Fault)


async def test_a_taken_port_is_said_in_one_line() -> None:
    async with open_simulator("hetzner") as running:
        refused = run("hetzner", "--port", str(running.address[1]))
    assert refused.returncode == 1
    assert refused.stderr == f"stackdock: port {running.address[1]} cannot be used: Address already in use.\n"


def test_help_lists_the_providers_and_the_faults() -> None:
    text = run("--help").stdout
    assert all(name in text for name in (*SIMULATORS, *Fault))
