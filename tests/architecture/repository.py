"""The files under version control, for the tests that look at all of them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_TOOLS = ("run.lock", "test.lock", "reflex.lock/", "tests/browser/package-lock.json")


@cache
def tracked_files(suffix: str = "") -> tuple[Path, ...]:
    """Every tracked file that ends with `suffix`, but not what a tool writes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and name.endswith(suffix) and not name.startswith(MADE_BY_TOOLS)]
    return tuple(path for path in map(ROOT.joinpath, names) if path.is_file())


def text_of(path: Path) -> str:
    """The file's text, or nothing for a picture or a font."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))
