from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from stackdock.live.cells import to_cell, to_cells
from stackdock.resources.base import Status


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("web-1", "web-1"), (3, 3), (True, True), (None, None), (1.5, 1.5), (float("nan"), None), (float("inf"), None),
        (Status.ACTIVE, "active"), (Decimal("1.20"), "1.20"), (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00Z"),
        (datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC), "2026-01-31T12:00:00.250Z"),
        (datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T12:00:00Z"),
        (["a", Status.FAILED], ["a", "failed"]), ({"at": date(2026, 1, 1)}, {"at": "2026-01-01"}),
    ],
)  # fmt: skip
def test_values_become_what_json_can_hold(value: object, cell: object) -> None:
    assert to_cell(value) == cell
    assert to_cells([value]) == (cell,)


def test_bytes_have_no_place_in_a_browser() -> None:
    with pytest.raises(TypeError):
        to_cell(b"secret")
