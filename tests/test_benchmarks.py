"""The benchmarks' command line. What they measure is in docs/performance.md; they run by hand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.__main__ import PARTS, Line, read, table


def test_help_explains_and_measures_nothing() -> None:
    asked = subprocess.run([sys.executable, "-m", "tests.benchmarks", "--help"], capture_output=True, text=True, timeout=60)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "--quick" in asked.stdout
    assert all(part in asked.stdout for part in PARTS)


@pytest.mark.parametrize("arguments", [["--fast"], ["--only", "everything"], ["--only"], ["live"], ["--quick=1"]])
def test_what_is_not_understood_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        read(arguments)
    assert refused.value.code == 2
    assert "usage: python -m tests.benchmarks" in capsys.readouterr().err


def test_what_is_asked_for_is_read() -> None:
    assert (read([]).quick, read([]).parts) == (False, None)
    asked = read(["--quick", "--only", "resync", "--only", "start-up"])
    assert (asked.quick, asked.parts) == (True, ["resync", "start-up"])


def test_the_table_leaves_empty_what_was_not_measured() -> None:
    rows = table([Line("resync", rows=10_000, writes=0, seconds=1.25)]).splitlines()
    assert rows[-1] == "| resync |  | 10,000 |  |  |  |  |  | 0 | 1.2 |"
