"""The list of providers: what it promises, and what adding one costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import stackdock
from stackdock.adapters.contract import Adapter
from stackdock.providers import ADAPTERS

PACKAGE = Path(stackdock.__file__).parent

DOCUMENTATION = PACKAGE.parent / "docs" / "adapters.md"


def test_every_file_of_the_package_is_a_listed_provider_of_that_name() -> None:
    files = {path.stem for path in (PACKAGE / "providers").glob("*.py")} - {"__init__"}
    assert files == set(ADAPTERS) >= {"aws", "digitalocean", "hetzner"}
    assert all(slug == adapter.slug for slug, adapter in ADAPTERS.items())


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=list(ADAPTERS))
def test_a_provider_tells_a_person_what_to_bring(adapter: Adapter) -> None:
    assert adapter.scope_help
    assert (adapter.token_page_url or "").startswith("https://")
    assert "token" in {field.name for field in adapter.credentials if field.required and field.secret}
    assert all(field.label and field.help for field in adapter.credentials)
    assert adapter.kinds


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=list(ADAPTERS))
def test_what_a_person_reads_of_a_provider_is_in_the_consoles_typeface(adapter: Adapter) -> None:
    """Its Latin part has letters, dashes and quotation marks; an arrow would come from some other font, or as a box."""
    words = [adapter.name, adapter.scope_help, *(f"{field.label} {field.help}" for field in adapter.credentials)]
    assert not {letter for letter in "".join(words) if not ("\x20" <= letter <= "\xff" or "\u2010" <= letter <= "\u2026")}


def test_syncs_keep_to_the_limits_that_the_providers_publish() -> None:
    published = {slug: {(limit.calls, limit.per_seconds) for limit in adapter.limits} for slug, adapter in ADAPTERS.items()}
    assert published["hetzner"] == {(3600, 3600)}
    assert published["digitalocean"] == {(5000, 3600), (250, 60)}


def test_a_provider_costs_one_file_and_one_line(tmp_path: Path) -> None:
    """In a copy of the package: the documented example, its line, and the command line knows it."""
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    copy = tmp_path / "stackdock"
    subprocess.run(["cp", "-r", str(PACKAGE), str(copy)], check=True)
    (copy / "providers" / "example.py").write_text(example)
    catalog = copy / "providers" / "__init__.py"
    lines = catalog.read_text()
    changed = lines.replace('    "digitalocean",\n', '    "digitalocean",\n    "example",\n')
    assert len(changed.splitlines()) == len(lines.splitlines()) + 1
    catalog.write_text(changed)
    listed = subprocess.run(
        [sys.executable, "-c", "from stackdock.cli import app; app()", "provider", "list", "--json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    entry = next(one for one in json.loads(listed.stdout) if one["slug"] == "example")
    assert entry == {
        "slug": "example",
        "name": "Example Cloud",
        "kinds": ["server"],
        "credentials": [{"name": "token", "required": True, "help": "A token with read access."}],
    }
