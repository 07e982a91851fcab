"""Rules that a reader should not have to check by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.repository import ROOT, place, text_of, tracked_files, tree

LONGEST_FILE = 300
LONGEST_WAIT_SECONDS = 0.1
MADE_CLOCK = "clock.sleep"  # of a clock that the test itself moves on: nobody waits
# Written in halves, so that this file does not break its own rules.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|NotImplemented" + "Error")
MACHINE_PATHS = re.compile(r"(?:^|[^.\w])/(?:work|farm|home/\w+|Users/\w+)/", re.MULTILINE)
REGISTRY_HOSTS = re.compile(r"regis" + r"try\.npm|pypi\." + r"org|pythonhos" + r"ted|npmm" + r"irror|/simp" + "le/")
SUPPRESSED = re.compile(r"\bmark\.(?:skip|skipif|xfail)\b|pytest\.(?:skip|importorskip)\(|assert True\b")

CHECKING = ("raises", "expect", "assert", "check", "require", "wait", "until", "refuse", "verify", "timeout", "run_state")
MAY_SKIP = "tests/simulators/official.py"  # compares with the providers' own descriptions, which are not ours to publish


def test_no_file_is_too_long() -> None:
    lines = {path: len(text_of(path).splitlines()) for path in tracked_files(".py") if "alembic/versions" not in str(path)}
    assert not {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > LONGEST_FILE}


def test_nothing_is_left_unfinished() -> None:
    assert not list(_found(UNFINISHED, ".py", ".js", ".html", ".css", ".toml", ".md"))


def test_no_path_of_a_machine_is_written_down() -> None:
    assert not list(_found(MACHINE_PATHS))


def test_no_registry_is_named() -> None:
    assert not list(_found(REGISTRY_HOSTS))
    locks = [ROOT / "run.lock", ROOT / "test.lock", *(ROOT / "reflex.lock").iterdir(), ROOT / "tests/browser/package-lock.json"]
    assert not [path.name for path in locks if "://" in re.sub(r'"(?:url|homepage|funding)": [^\n]*', "", path.read_text())]


def test_no_test_is_switched_off() -> None:
    allowed = (Path(__file__).name, MAY_SKIP)
    assert not [place for place in _found(SUPPRESSED, ".py") if not any(name in place for name in allowed)]


def test_a_broad_except_says_why_or_raises_again() -> None:
    unexplained = []
    for path in tracked_files(".py"):
        lines = text_of(path).splitlines()
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ExceptHandler) or not _is_broad(node):
                continue
            says_why = "#" in lines[node.lineno - 1] or lines[node.lineno].strip().startswith("#")
            raises_again = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
            if not says_why and not raises_again:
                unexplained.append(place(path, node.lineno))
    assert not unexplained


def test_tests_wait_for_conditions_not_for_time() -> None:
    """A pause in a test stands in a loop that looks again, and is short. What paces a load is not a test."""
    naps = []
    for path in tracked_files(".py"):
        if path.name.startswith("test_"):
            naps += [place(path, line) for line in _pauses_outside_loops(tree(path))]
    assert not naps


def test_every_test_asserts_something() -> None:
    empty = []
    for path in tracked_files(".py"):
        if not path.name.startswith("test_"):
            continue
        functions = [node for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        empty += [place(path, test.lineno) for test in functions if test.name.startswith("test_") and not _asserts(test)]
    assert not empty


def test_every_package_says_what_lives_there() -> None:
    packages = [path for path in tracked_files("__init__.py") if path.relative_to(ROOT).parts[0] == "stackdock"]
    assert packages
    assert not [str(path.relative_to(ROOT)) for path in packages if not ast.get_docstring(tree(path))]


def _found(pattern: re.Pattern[str], *suffixes: str) -> Iterator[str]:
    for path in tracked_files():
        if suffixes and path.suffix not in suffixes:
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            if pattern.search(line):
                yield f"{place(path, number)}: {line.strip()[:120]}"


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException"))


def _pauses_outside_loops(node: ast.AST, *, in_loop: bool = False) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and _name(child.func) == "sleep" and ast.unparse(child.func) != MADE_CLOCK:
            seconds = child.args[0].value if child.args and isinstance(child.args[0], ast.Constant) else None
            is_yield = seconds == 0  # lets the event loop turn once
            is_too_long = isinstance(seconds, int | float) and seconds > LONGEST_WAIT_SECONDS
            if is_too_long or not (in_loop or is_yield):
                yield child.lineno
        yield from _pauses_outside_loops(child, in_loop=in_loop or isinstance(child, ast.While | ast.For | ast.AsyncFor))


def _asserts(function: ast.AST) -> bool:
    """An assert, an expected exception, a call whose name says that it checks, or Playwright's own waiting assertion."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and _name(node.func).lstrip("_").startswith(CHECKING):
            return True
    return False


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
