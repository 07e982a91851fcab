"""A row: one memo component that reads one row, so that a change draws that row and no other."""

from __future__ import annotations

from functools import reduce
from typing import Any

import reflex as rx
from reflex_base.vars import VarData

from stackdock.live.vars import live_changed, live_row
from stackdock.ui.components.cells import LiveCell
from stackdock.ui.tables.column import Column, Row, Table


def row_component(table: Table) -> Any:
    """The memo component of the table's rows; takes `row_id`."""

    def live_table_row(row_id: rx.Var[str]) -> rx.Component:
        row: Row = live_row(table.slot, row_id)
        cells = [_cell(table, column, row, row_id) for column in table.columns]
        return rx.el.tr(
            *cells,
            class_name=rx.cond(row["_gone"], "gone", rx.cond(row["_pending"], "unsaved", "")),
            custom_attrs={"data-row": row_id, "aria-busy": row["_pending"].bool()},
        )

    live_table_row.__name__ = live_table_row.__qualname__ = f"{table.slot}_row"
    return rx.memo(live_table_row)


def _cell(table: Table, column: Column, row: Row, row_id: rx.Var[str]) -> rx.Component:
    shown = column.cell(row)
    changed = _last_change(table.slot, row_id, column.reads)
    if column.look == "name":
        under = rx.el.span(table.under(row), class_name="under")
        gone = rx.cond(row["_gone"], rx.el.span("Gone", class_name="tag"))
        return LiveCell.create(gone, shown, under, changed=changed, class_name="name", scope="row")
    return LiveCell.create(shown, changed=changed, class_name=column.look)


def _last_change(slot: str, row_id: rx.Var[str], cells: tuple[str, ...]) -> rx.Var[int]:
    changes = [live_changed(slot, row_id, cell) for cell in cells]
    if len(changes) == 1:
        return changes[0]
    data = reduce(lambda merged, change: VarData.merge(merged, change._get_all_var_data()), changes, VarData())
    newest = f"Math.max(0, {', '.join(str(change) for change in changes)})"
    return rx.Var(newest, _var_type=int, _var_data=data).guess_type()
