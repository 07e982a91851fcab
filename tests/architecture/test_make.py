"""The two commands: what each target does, and that a second start installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

INSTALLS = ("pip", "npm", "venv ")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which everything is installed, as the stamps say."""
    for name in ("Makefile", "run.lock", "test.lock", "pyproject.toml", "tests/browser/package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    for number, stamp in enumerate((".venv/.made", ".venv/.run", ".venv/.test", ".tools/node_modules/.installed")):
        path = tmp_path / stamp
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        later = path.stat().st_mtime + 10 + number
        os.utime(path, (later, later))
    return tmp_path


def would_run(checkout: Path, target: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=checkout, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def is_installing(lines: list[str]) -> bool:
    return any(word in line for line in lines for word in INSTALLS)


def test_a_second_run_is_the_console_and_nothing_else(checkout: Path) -> None:
    assert would_run(checkout, "run") == ["exec .venv/bin/stackdock serve"]
    assert would_run(checkout, "dev") == ["exec .venv/bin/stackdock serve --reload"]


def test_what_is_new_in_a_lock_is_installed_before_the_next_run(checkout: Path) -> None:
    stamp = (checkout / ".venv/.run").stat().st_mtime
    os.utime(checkout / "run.lock", (stamp + 100, stamp + 100))
    lines = would_run(checkout, "run")
    assert is_installing(lines)
    assert lines[-1] == "exec .venv/bin/stackdock serve"
    assert not any("test.lock" in line for line in lines), "running needs no test tool"


def test_installing_ends_with_the_test_tools_and_serves_nothing(checkout: Path) -> None:
    assert not is_installing(would_run(checkout, "install"))
    (checkout / ".venv/.test").unlink()
    lines = would_run(checkout, "install")
    assert any("test.lock" in line for line in lines)
    assert not [line for line in lines if "serve" in line or "pytest" in line or "reflex" in line]


def test_make_test_checks_and_tests_everything(checkout: Path) -> None:
    said = "\n".join(would_run(checkout, "test"))
    for part in (
        "ruff format --check .",
        "ruff check .",
        "pyright",
        "lint-imports",
        "--ignore tests/browser",
        "-q tests/browser",
    ):
        assert part in said, part
    assert not is_installing(said.splitlines())
    assert would_run(checkout, "test-full") == said.splitlines(), "the same, with STACKDOCK_FULL"


def test_continuous_integration_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "exec make test </dev/null" in script.read_text().splitlines()
