"""Every status word in the providers' official descriptions, and what StackDock makes of it."""

from __future__ import annotations

import pytest

from stackdock.providers import ADAPTERS
from stackdock.resources import Status

OFFICIAL = {
    ("hetzner", "server"): {
        "running": "active", "initializing": "pending", "starting": "pending", "stopping": "pending", "off": "stopped",
        "deleting": "pending", "migrating": "pending", "rebuilding": "pending", "unknown": "unknown",
    },
    ("hetzner", "block_volume"): {"available": "active", "creating": "pending"},
    ("digitalocean", "server"): {"new": "pending", "active": "active", "off": "stopped", "archive": "closed"},
    ("digitalocean", "database"): {
        "creating": "pending", "online": "active", "resizing": "pending", "migrating": "pending", "forking": "pending",
    },
    ("aws", "server"): {
        "pending": "pending", "running": "active", "shutting-down": "pending", "stopping": "pending", "stopped": "stopped",
    },
}  # fmt: skip


@pytest.mark.parametrize(("slug", "kind"), OFFICIAL)
def test_every_official_status_word_has_its_meaning(slug: str, kind: str) -> None:
    status = ADAPTERS[slug].resource(kind).mapper.status
    assert status is not None
    mapped = {word: ours for ours, words in status.known.items() for word in words}
    assert mapped == {word: Status(ours) for word, ours in OFFICIAL[slug, kind].items()}


def test_only_listings_whose_provider_tells_no_state_go_without_words() -> None:
    stateless = {
        (slug, resource.kind)
        for slug, adapter in ADAPTERS.items()
        for resource in adapter.resources
        if not resource.mapper.status
    }
    assert stateless == {("digitalocean", "block_volume"), ("digitalocean", "domain")}
