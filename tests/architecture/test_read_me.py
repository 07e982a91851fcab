"""The README tells the truth about the configuration and the commands."""

from __future__ import annotations

import re

from stackdock.providers import ADAPTERS
from stackdock.settings import Settings
from stackdock.ui.theme import kind_title
from tests.architecture.repository import ROOT

README = (ROOT / "README.md").read_text()


def test_the_configuration_table_lists_every_setting_as_it_is_described() -> None:
    rows = dict(re.findall(r"^\| `STACKDOCK_(\w+)` \| [^|]* \| (.*?) \|$", README, re.MULTILINE))
    described = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert rows == described


def test_the_configuration_table_gives_the_defaults() -> None:
    rows = dict(re.findall(r"^\| `STACKDOCK_(\w+)` \| ([^|]*) \|", README, re.MULTILINE))
    for name, field in Settings.model_fields.items():
        shown = "" if field.default in (None, ()) else f"`{field.default}`"
        assert rows[name.upper()] == shown, name


def test_the_providers_table_says_what_each_adapter_says_of_itself() -> None:
    rows = re.findall(r"^\| ([^|`]+) \| ([^|`]+) \| ([^|`]+) \| ([^|`]+) \|$", README, re.MULTILINE)[1:]
    expected = [
        (
            adapter.name,
            ", ".join(kind_title(kind).lower() for kind in adapter.kinds),
            ", ".join(field.label for field in adapter.credentials if field.required),
            adapter.scope_help,
        )
        for adapter in ADAPTERS.values()
    ]
    assert rows == expected


def test_every_make_target_is_described_and_exists() -> None:
    described = set(re.findall(r"^\| `make ([a-z-]+)` \|", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert described == targets


def test_the_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]
