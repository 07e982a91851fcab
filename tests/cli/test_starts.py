"""`stackdock serve` started again and again on one data folder: its links, its port, its stop."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import httpx
import pytest

from tests.fixtures.console import Console
from tests.fixtures.processes import group_members


@dataclass(frozen=True)
class Start:
    """What one of several starts on the same data folder said and left behind."""

    address: str
    output: str
    page_status: int
    link_statuses: list[int]  # of the links of all starts so far, this one's last
    stop_status: int
    left: list[int]  # processes, after the stop


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> list[Start]:
    """Three starts, each on a port that the system chooses; the instance is claimed at the end of the second."""
    console = Console(tmp_path_factory.mktemp("starts"), {})
    links: list[str] = []
    done: list[Start] = []
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        console.environment["STACKDOCK_PORT"] = "0"
        console.start()
        try:
            address, output = console.address, console.output()
            if "/setup" in output:
                links.append(console.setup_link.removeprefix(address))
            page_status = httpx.get(f"{address}/sign-in").status_code
            link_statuses = [httpx.get(f"{address}{link}").status_code for link in links]
            if len(done) == 1:
                console.claim().close()
        finally:
            stop_status = console.stop(how)
        done.append(Start(address, output, page_status, link_statuses, stop_status, group_members(console.running.pid)))
    return done


def test_each_start_prints_a_fresh_link_until_the_instance_is_claimed(starts: list[Start]) -> None:
    first, second, claimed = starts
    assert first.link_statuses == [200]
    assert second.link_statuses == [403, 200]
    assert "/setup" not in claimed.output
    assert claimed.link_statuses == [409, 409]


def test_moving_the_port_needs_no_build(starts: list[Start]) -> None:
    _, *moved = starts
    assert len({start.address for start in starts}) == 3
    assert not [start.output for start in moved if "Building" in start.output]
    assert {start.page_status for start in starts} == {200}


def test_a_stop_that_was_asked_for_is_a_success_and_leaves_nothing(starts: list[Start]) -> None:
    assert [start.stop_status for start in starts] == [0, 0, 0]
    assert [start.left for start in starts] == [[], [], []]
