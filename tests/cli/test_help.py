"""Every command says what it does, also one that is added later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from stackdock.cli import app


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in below_of(command).items():
        yield from commands(below, (*path, name))


def below_of(command: Any) -> dict[str, Any]:
    return getattr(command, "commands", {})


EVERY = dict(commands(typer.main.get_command(app)))
PRINTS_DATA = {
    ("provider", "list"),
    ("provider", "read"),
    ("dock", "list"),
    ("dock", "sync"),
    ("demo", "on"),
    ("demo", "off"),
    ("setup-link",),
}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_and_group_explains_itself(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    assert "Usage:" in shown.output
    summary = (EVERY[path].help or "").splitlines()[0]
    assert len(summary) > 10
    assert summary.rstrip(".") in shown.output


def test_these_are_the_commands_and_what_prints_data_prints_json_too() -> None:
    assert {path for path, command in EVERY.items() if not below_of(command)} == {
        *PRINTS_DATA,
        ("serve",),
        ("simulate",),
    }
    with_json = {path for path, command in EVERY.items() if any("--json" in one.opts for one in command.params)}
    assert with_json == PRINTS_DATA
    one_of_several = {path for path, command in EVERY.items() if any("--org" in one.opts for one in command.params)}
    assert one_of_several == {("dock", "list"), ("dock", "sync"), ("demo", "on"), ("demo", "off")}
