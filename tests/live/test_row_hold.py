"""Nothing moves under the user's hand: the browser's store, run by Node, while somebody looks at some of the rows."""

from __future__ import annotations

import random
from typing import Any

from tests.fixtures.seeds import rounds
from tests.live.test_live_store import patch, plain, run

BIND = {"receive": {"b": {"servers": "v"}}}
NAMES = ["d", "f", "h", "k"]
FIRST = {"receive": {"v": "v", "s": 1, "c": ["name"], "r": [[name, name] for name in NAMES], "m": {"more": False}}}
HOLD = {"hold": "servers"}
HAND = {"hand": {"servers": {"first": "f", "last": "h"}}}  # "d" is above the fold, "k" below
ASK = {"ask": "servers"}


def held(shown: dict[str, Any]) -> list[str]:
    return [row["id"] for row in shown["slots"]["servers"]["held"]["rows"]]


def waiting(shown: dict[str, Any]) -> tuple[int, int, int]:
    said = shown["slots"]["servers"]["held"]
    return said["waiting"], said["gone"], said["moved"]


def add(seq: int, row_id: str, index: int) -> dict[str, Any]:
    return patch(seq, a={row_id: [row_id]}, o=[[row_id, index]])


def test_rows_that_come_above_wait_until_they_are_asked_for_and_those_below_do_not() -> None:
    shown = run(BIND, HOLD, FIRST, HAND, add(2, "a", 0), add(3, "g", 3), add(4, "z", 6), ASK)
    assert [held(one) for one in shown[3:]] == [
        NAMES, NAMES, NAMES, [*NAMES, "z"], ["a", "d", "f", "g", "h", "k", "z"],
    ]  # fmt: skip
    assert [waiting(one)[0] for one in shown[3:]] == [0, 1, 2, 2, 0]
    assert [one["slots"]["servers"]["held"]["isAbove"] for one in shown[4:6]] == [True, False]
    assert [row["id"] for row in plain(shown[-2])] == held(shown[-1]), "who counts the slot's rows counts all of them"


def test_nothing_waits_where_nobody_has_a_hand_on_the_rows() -> None:
    shown = run(BIND, HOLD, FIRST, add(2, "a", 0), patch(3, d=["f"]))
    assert held(shown[3]) == ["a", *NAMES]
    assert held(shown[4]) == ["a", "d", "h", "k"]


def test_what_waits_comes_by_itself_when_the_hand_goes() -> None:
    shown = run(BIND, HOLD, FIRST, HAND, add(2, "a", 0), {"hand": {"servers": None}}, {"look": "servers"})
    assert held(shown[5]) == NAMES
    assert (held(shown[6]), waiting(shown[6])) == (["a", *NAMES], (0, 0, 0))


def test_cells_change_in_place_also_of_a_row_whose_name_would_move_it() -> None:
    shown = run(BIND, HOLD, FIRST, HAND, patch(2, u={"h": {"name": "a"}}, o=[["h", 0]]), ASK)
    assert held(shown[4]) == NAMES
    assert next(row["name"] for row in shown[4]["slots"]["servers"]["held"]["rows"] if row["id"] == "h") == "a"
    assert waiting(shown[4]) == (0, 0, 1)
    assert held(shown[5]) == ["h", "d", "f", "k"]


def test_a_row_that_goes_stays_marked_where_it_was_and_others_below_the_fold_go() -> None:
    shown = run(BIND, HOLD, FIRST, HAND, patch(2, d=["d", "k"]), ASK)
    rows = shown[4]["slots"]["servers"]["held"]["rows"]
    assert [(row["id"], row.get("_gone", False)) for row in rows] == [("d", True), ("f", False), ("h", False)]
    assert waiting(shown[4]) == (0, 1, 0)
    assert held(shown[5]) == ["f", "h"]


def test_a_row_pushed_out_of_what_is_loaded_is_not_called_gone() -> None:
    hand = {"hand": {"servers": {"first": "h", "last": "k"}}}
    shown = run(BIND, HOLD, FIRST, hand, patch(2, a={"a": ["a"]}, d=["k"], o=[["a", 0]], m={"more": True}))
    rows = shown[4]["slots"]["servers"]["held"]["rows"]
    assert [(row["id"], row.get("_gone", False)) for row in rows][-1] == ("k", False)


def test_more_rows_that_were_loaded_come_below_and_what_waits_goes_on_waiting() -> None:
    larger = [["a", "a"], *([name, name] for name in NAMES), ["x", "x"], ["y", "y"]]
    shown = run(
        BIND, HOLD, FIRST, HAND, add(2, "a", 0),
        {"receive": {"b": {"servers": "w"}}},
        {"receive": {"v": "w", "s": 9, "c": ["name"], "r": larger, "m": {}}},
    )  # fmt: skip
    assert (held(shown[-1]), waiting(shown[-1])) == ([*NAMES, "x", "y"], (1, 0, 0))


def test_other_rows_that_the_person_chose_are_shown_whole() -> None:
    other = {"receive": {"v": "w", "s": 9, "c": ["name"], "r": [["b", "b"], ["f", "f"]], "m": {}}}
    shown = run(
        BIND, HOLD, FIRST, HAND, {"expectOthers": "servers"}, {"receive": {"b": {"servers": "w"}}}, other,
        {"hand": {"servers": {"first": "b", "last": "f"}}},
        {"receive": {"v": "w", "s": 10, "a": {"a": ["a"]}, "o": [["a", 0]]}},
    )  # fmt: skip
    assert (held(shown[6]), waiting(shown[6])) == (["b", "f"], (0, 0, 0))
    assert (held(shown[8]), waiting(shown[8])[0]) == (["b", "f"], 1), "and held again from then on"


def test_what_the_person_does_itself_waits_for_nothing() -> None:
    shown = run(BIND, HOLD, FIRST, HAND, {"remove": ["servers", "d", "m1"]}, {"receive": {"k": ["m1", False, "no"]}})
    assert [held(one) for one in shown[4:]] == [["f", "h", "k"], NAMES]


def test_nothing_above_the_fold_moves_and_no_row_is_lost_whatever_comes(seed: int) -> None:
    choices = random.Random(seed)
    pool = [f"r{number:02}" for number in range(25)]
    for _ in range(rounds(4, full=80)):
        order = sorted(choices.sample(pool, 12))
        first = {"receive": {"v": "v", "s": 1, "c": ["name"], "r": [[row_id, "x"] for row_id in order], "m": {"more": False}}}
        top = choices.randrange(6)
        last = top + choices.randrange(6)
        steps: list[dict[str, Any]] = [
            BIND, HOLD, first, {"hand": {"servers": {"first": order[top], "last": order[last]}}}
        ]  # fmt: skip
        truth = [order] * len(steps)
        for seq in range(2, 40):
            new = choices.sample(pool, choices.randrange(25)) if choices.random() < 0.3 else changed(order, pool, choices)
            gone = [row_id for row_id in order if row_id not in new]
            come = {row_id: ["x"] for row_id in new if row_id not in order}
            steps.append(patch(seq, a=come, d=gone, i=new))
            order = new
            truth.append(order)
        shown = run(*steps, ASK)
        kept = held(shown[3])[: last + 1]
        for one, true in zip(shown[3:-1], truth[3:], strict=True):
            rows = one["slots"]["servers"]["held"]["rows"]
            assert held(one)[: last + 1] == kept
            there = [row["id"] for row in rows if not row.get("_gone")]
            assert len(there) == len(set(there))
            assert set(there) <= set(true)
            assert len(there) + waiting(one)[0] == len(true)
            assert len(rows) - len(there) == waiting(one)[1]
        assert held(shown[-1]) == truth[-1]
        assert waiting(shown[-1]) == (0, 0, 0)


def changed(order: list[str], pool: list[str], choices: random.Random) -> list[str]:
    """One row more, less, or elsewhere."""
    new = list(order)
    absent = [row_id for row_id in pool if row_id not in new]
    if not absent or (new and choices.random() < 0.6):
        moving = new.pop(choices.randrange(len(new)))
        if choices.random() < 0.5:
            new.insert(choices.randrange(len(new) + 1), moving)
    else:
        new.insert(choices.randrange(len(new) + 1), choices.choice(absent))
    return new
