"""When the browser's half is built anew, and what a build leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stackdock.cli import frontend


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one file of each kind."""
    for name in ("stackdock/ui/page.py", "assets/logo.svg", "reflex.lock/package.json", "rxconfig.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.setattr(frontend, "WEB", tmp_path / ".web")
    monkeypatch.setattr(frontend, "BUILT_FROM", tmp_path / ".web" / "stackdock.built-from")
    monkeypatch.setattr(frontend, "MADE_BY_REFLEX", tmp_path / "assets" / "external")
    return tmp_path


def _seem_built(checkout: Path) -> None:
    client = checkout / ".web" / "build" / "client"
    client.mkdir(parents=True)
    (client / "404.html").touch()
    frontend.BUILT_FROM.write_text(frontend.fingerprint())


@pytest.mark.parametrize(
    "name", ["stackdock/ui/page.py", "assets/logo.svg", "reflex.lock/package.json", "rxconfig.py", "stackdock/new.py"]
)
def test_a_change_to_anything_it_is_made_of_asks_for_a_build(checkout: Path, name: str) -> None:
    _seem_built(checkout)
    assert frontend.is_built()
    (checkout / name).write_text("changed")
    assert not frontend.is_built()


@pytest.mark.parametrize(
    "name", ["README.md", "tests/test_page.py", "assets/external/font.woff2", "stackdock/ui/__pycache__/page.pyc"]
)
def test_a_change_to_anything_else_asks_for_none(checkout: Path, name: str) -> None:
    _seem_built(checkout)
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text("changed")
    assert frontend.is_built()


def test_a_file_that_moved_asks_for_a_build(checkout: Path) -> None:
    _seem_built(checkout)
    (checkout / "stackdock" / "ui" / "page.py").rename(checkout / "stackdock" / "ui" / "other.py")
    assert not frontend.is_built()


def test_a_build_for_development_is_not_taken_for_a_small_one(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _seem_built(checkout)
    monkeypatch.setenv("VITE_MINIFY", "false")
    assert not frontend.is_built()


def test_a_lock_written_in_another_order_is_put_back_and_a_real_change_kept(checkout: Path) -> None:
    lock = checkout / "reflex.lock" / "package.json"
    for said, written, kept in (
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', '{"a": 1, "b": 2}'),
        ('{"a": 1, "b": 2}', '{"a":1,"b":3}', '{"a":1,"b":3}'),
    ):
        lock.write_text(said)
        with frontend._unreordered(lock.parent):
            lock.write_text(written)
        assert lock.read_text() == kept


def test_the_build_asks_this_machines_registry_and_reports_to_nobody() -> None:
    environment = frontend.build_environment()
    npm = Path(sys.executable).with_name("npm")
    own = subprocess.run(
        [npm, "config", "get", "registry"], capture_output=True, text=True, check=True, env=environment
    ).stdout.strip()
    assert environment["NPM_CONFIG_REGISTRY"] == own
    assert environment["REFLEX_TELEMETRY_ENABLED"] == "false"
    assert environment["PATH"].startswith(str(npm.parent))


def test_the_locks_of_the_browsers_packages_agree() -> None:
    folder = Path(__file__).resolve().parents[2] / "reflex.lock"
    wanted = json.loads((folder / "package.json").read_text())
    locked = json.loads((folder / "package-lock.json").read_text())["packages"][""]
    assert wanted["dependencies"] == locked["dependencies"]
    assert wanted["devDependencies"] == locked["devDependencies"]
