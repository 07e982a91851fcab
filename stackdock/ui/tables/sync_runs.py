"""The recent syncs of one dock, with what each did per kind."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.docks import RunKinds
from stackdock.ui.components.instants import duration, relative_time
from stackdock.ui.components.status import status_mark
from stackdock.ui.components.wording import RUN_WORDS
from stackdock.ui.tables.column import Column, Row, Table

_SHAPES = {status: shape for status, (shape, _) in RUN_WORDS.items()}
_WORDS = {status: words for status, (_, words) in RUN_WORDS.items()}
_ASKED = {"schedule": "by schedule", "person": "by a person", "operator": "by the operator"}


def _status(row: Row) -> rx.Component:
    status = row["status"].to(str)
    return status_mark(rx.Var.create(_SHAPES)[status].to(str), rx.Var.create(_WORDS)[status].to(str))


RUNS = Table(
    slot="runs",
    kind="dock",
    icon="history",
    columns=(
        Column("Started", lambda row: relative_time(row["started_at"]), (), "name", width=15),
        Column("Result", _status, ("status",), "end", width=16),
        Column("Found", lambda row: RunKinds.create(run=row), (), "wide muted whole", width=36),
        Column("Took", lambda row: duration(row["started_at"], row["finished_at"]), (), "wide number", width=9),
        Column("Calls", lambda row: row["calls"].to_string(), ("calls",), "wide number", width=8),
        Column("Asked for", lambda row: rx.Var.create(_ASKED)[row["trigger"].to(str)].to(str), (), "wide faint whole", width=17),
    ),
    under=lambda row: RunKinds.create(run=row),
)
