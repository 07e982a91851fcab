"""While the front end is built: what a person sees, and that Ctrl-C leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stackdock.cli.progress import step
from tests.fixtures.processes import die_with_parent, wait_until

BUILDER = """
import pathlib, subprocess, sys
from stackdock.cli import frontend

folder = pathlib.Path(sys.argv[1])
frontend.ROOT, frontend.WEB = folder, folder / ".web"
frontend.BUILT_FROM = frontend.WEB / "stackdock.built-from"
frontend.build_environment = lambda: None
sys.executable = str(folder / "bundler")
try:
    frontend.ensure_built()
except KeyboardInterrupt:
    sys.exit(130)
"""
# A bundler as npm runs one: it ignores a polite signal, and its own child holds on as well.
BUNDLER = """#!/bin/sh
trap '' INT TERM
sleep 600 &
echo $$ $! > {pids}
wait
"""


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_in_the_middle_of_a_build_ends_all_that_it_started(tmp_path: Path, how: signal.Signals) -> None:
    pids, log = tmp_path / "pids", tmp_path / "log"
    bundler = tmp_path / "bundler"
    bundler.write_text(BUNDLER.format(pids=pids))
    bundler.chmod(0o755)
    program = "import signal; signal.signal(signal.SIGTERM, signal.default_int_handler)\n" + BUILDER
    with log.open("w") as output:
        building = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
        )
    wait_until(lambda: pids.is_file() and len(pids.read_text().split()) == 2, building, log, timeout_seconds=30)
    started = [int(pid) for pid in pids.read_text().split()]
    assert all(is_alive(pid) for pid in started)
    assert "· Building the front end …" in log.read_text(), "it says what it is doing before it is done"
    building.send_signal(how)
    assert building.wait(15) == 130
    try:
        wait_for_end(started)
    finally:
        for pid in filter(is_alive, started):
            os.kill(pid, signal.SIGKILL)
    assert not (tmp_path / ".web" / "stackdock.built-from").exists(), "the next start builds afresh"


def wait_for_end(started: list[int]) -> None:
    with subprocess.Popen(["sleep", "10"]) as patience:
        while any(is_alive(pid) for pid in started):
            assert patience.poll() is None, "still running after ten seconds"
        patience.kill()


def test_a_step_is_named_before_it_begins_and_timed_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Building the front end"):
        assert capsys.readouterr().out == "· Building the front end …\n"
    assert capsys.readouterr().out.startswith("· Building the front end: 0.")
