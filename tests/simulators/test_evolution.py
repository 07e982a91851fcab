from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from stackdock.simulators import SIMULATORS, Simulator, make_simulator
from stackdock.simulators.evolution import MAX_DRIFT, STEPS_BETWEEN_REMOVALS

each_simulator = pytest.mark.parametrize("slug", sorted(SIMULATORS))


def estate(simulator: Simulator) -> dict[tuple[str, str], dict[str, Any]]:
    """Every item by kind and id, as it is now."""
    return {
        (name, str(item[listing.id_key])): copy.copy(item) for name, listing in simulator.listings.items() for item in listing
    }


@pytest.mark.parametrize("size", [0, 1, 2, 40])
@each_simulator
def test_an_estate_stays_near_its_size_and_loses_few_rows(slug: str, size: int) -> None:
    simulator = make_simulator(slug, size=size)
    started_with = {name: len(listing) for name, listing in simulator.listings.items()}
    removed_at: list[int] = []
    for step in range(600):
        before = set(estate(simulator))
        simulator.evolve()
        after = set(estate(simulator))
        assert len(before - after) <= 1
        removed_at += [step] * len(before - after)
        for name, listing in simulator.listings.items():
            assert abs(len(listing) - started_with[name]) <= MAX_DRIFT
        if size:
            assert simulator.listings[simulator.main_kind]
    assert all(later - earlier >= STEPS_BETWEEN_REMOVALS for earlier, later in itertools.pairwise(removed_at))
    if size == 40:
        assert removed_at


@each_simulator
def test_every_kind_of_change_happens_and_only_a_few_at_once(slug: str) -> None:
    simulator = make_simulator(slug, size=40)
    changed_fields: set[tuple[str, str]] = set()
    words: set[str] = set()
    appeared = False
    before = estate(simulator)
    for _ in range(300):
        simulator.evolve()
        after = estate(simulator)
        changed = [key for key in after if key in before and before[key] != after[key]]
        assert len(changed) <= 16
        changed_fields |= {(key[0], field) for key in changed for field in after[key] if after[key][field] != before[key][field]}
        words |= {item["status"] for (name, _), item in after.items() if name == simulator.main_kind}
        appeared |= bool(after.keys() - before.keys())
        before = after
    assert appeared
    if slug == "hetzner":
        assert {("servers", "server_type"), ("volumes", "server"), ("zones", "record_count")} <= changed_fields
        assert {"running", "stopping", "off", "starting", "migrating", "initializing", "deleting"} <= words
    else:
        assert {
            ("droplets", "size_slug"),
            ("volumes", "droplet_ids"),
            ("databases", "size"),
            ("domains", "ttl"),
        } <= changed_fields
        assert {"active", "off", "new"} <= words


@each_simulator
def test_a_volume_and_its_server_always_agree(slug: str) -> None:
    simulator = make_simulator(slug, size=30)
    for _ in range(400):
        simulator.evolve()
        volumes = simulator.items("volumes")
        holders = {volume["id"]: volume.get("droplet_ids") or [volume.get("server")] for volume in volumes}
        of_volumes = {(holder, volume) for volume, ids in holders.items() for holder in ids if holder is not None}
        key = "volumes" if slug == "hetzner" else "volume_ids"
        of_servers = {(server["id"], volume) for server in simulator.items(simulator.main_kind) for volume in server[key]}
        assert of_volumes == of_servers


@each_simulator
def test_two_estates_of_one_seed_live_the_same_life(slug: str) -> None:
    one, two, other = make_simulator(slug), make_simulator(slug), make_simulator(slug, seed=8)
    assert estate(one) == estate(two)
    assert estate(one).keys() != estate(other).keys() or estate(one) != estate(other)
    for _ in range(50):
        one.evolve()
        two.evolve()
    assert estate(one).keys() == estate(two).keys()


@each_simulator
def test_items_can_be_added_changed_and_removed_by_hand(slug: str) -> None:
    simulator = make_simulator(slug, size=10)
    kind = simulator.main_kind
    added = simulator.add(kind, name="by-hand")
    simulator.change(kind, added["id"], status="off")
    assert next(item for item in simulator.items(kind) if item["name"] == "by-hand")["status"] == "off"
    for _ in range(20):
        simulator.evolve()
    for item in simulator.items(kind):  # some of them in the middle of a reboot
        simulator.remove(kind, item["id"])
    assert simulator.items(kind) == []
    simulator.evolve()
    assert all(not (volume.get("server") or volume.get("droplet_ids")) for volume in simulator.items("volumes"))
    with pytest.raises(KeyError):
        simulator.remove(kind, added["id"])
