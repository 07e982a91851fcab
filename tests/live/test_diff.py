from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackdock.live.diff import diff
from tests.live.page_model import PageModel

CELLS = ("name", "status")
ROW_IDS = st.sampled_from([f"r{number}" for number in range(12)])
RESULTS = st.lists(
    st.tuples(ROW_IDS, st.sampled_from("abc"), st.sampled_from([1, 2, None])), unique_by=lambda row: row[0], max_size=12
)


def as_rows(result: list[tuple]) -> dict[str, tuple]:
    return {row_id: cells for row_id, *rest in result for cells in [tuple(rest)]}


@given(old=RESULTS, new=RESULTS)
def test_a_page_that_applies_the_difference_shows_the_new_result(old: list[tuple], new: list[tuple]) -> None:
    page = PageModel()
    page.receive({"b": {"servers": "v"}})
    page.receive({"v": "v", "s": 1, "c": list(CELLS), "r": [list(row) for row in old], "m": {}})
    changes = diff(CELLS, as_rows(old), list(as_rows(old)), as_rows(new), list(as_rows(new)))
    page.receive({"v": "v", "s": 2, **changes})
    assert page.rows("servers") == [dict(zip(("id", *CELLS), row, strict=True)) for row in new]


@given(result=RESULTS)
def test_equal_results_differ_in_nothing(result: list[tuple]) -> None:
    rows = as_rows(result)
    assert diff(CELLS, rows, list(rows), dict(rows), list(rows)) == {}


def test_only_the_changed_cell_travels() -> None:
    old = {"a": ("web-1", "active"), "b": ("web-2", "active")}
    new = {"a": ("web-1", "stopped"), "b": ("web-2", "active")}
    assert diff(CELLS, old, ["a", "b"], new, ["a", "b"]) == {"u": {"a": {"status": "stopped"}}}


def test_one_row_that_moves_is_the_only_one_placed() -> None:
    rows = {f"r{number:02}": (str(number), "active") for number in range(50)}
    order = list(rows)
    moved = [order[40], *order[:40], *order[41:]]
    assert diff(CELLS, rows, order, rows, moved) == {"o": [["r40", 0]]}


def test_removing_rows_needs_no_order() -> None:
    rows = {"a": ("1", "x"), "b": ("2", "x"), "c": ("3", "x")}
    assert diff(CELLS, rows, ["a", "b", "c"], {"a": rows["a"], "c": rows["c"]}, ["a", "c"]) == {"d": ["b"]}


def test_when_most_rows_move_the_whole_order_travels() -> None:
    rows = {f"r{number:02}": (str(number), "active") for number in range(50)}
    order = list(rows)
    assert diff(CELLS, rows, order, rows, order[::-1]) == {"i": order[::-1]}
