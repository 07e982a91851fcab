"""Every dependency is wanted, explained and locked."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
REASONS = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


RUN = _names(PROJECT["project"]["dependencies"])
TEST = _names(PROJECT["dependency-groups"]["test"])
BUILD = _names(PROJECT["dependency-groups"]["build"])


def _locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", (ROOT / name).read_text(), re.MULTILINE))


def test_every_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    assert set(re.findall(r"^\| `([^`]+)` \|", REASONS, re.MULTILINE)) == RUN | TEST | BUILD


def test_the_locks_hold_every_dependency() -> None:
    assert _locked("run.lock") >= RUN | BUILD
    assert _locked("test.lock") >= RUN | BUILD | TEST


def test_running_installs_no_test_tool() -> None:
    assert not (TEST - RUN) & _locked("run.lock")


def test_every_locked_package_is_pinned_by_its_hash() -> None:
    for name in ("run.lock", "test.lock"):
        entries = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
        assert not [entry.partition(" ")[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
