"""Managed databases."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.cells import copyable, or_dash, tags
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.tables.shared import dock_column, name_column, region_column, seen_column, status_column, under_line


def _engine(row: Row) -> rx.Component:
    return or_dash(
        row["engine"],
        joined(row["engine"], rx.cond(row["engine_version"], joined(" ", row["engine_version"]), "")),
    )


def _address(row: Row) -> rx.Component:
    port = rx.cond(row["port"], joined(":", row["port"]), "")
    return copyable(rx.cond(row["host"], joined(row["host"], port), ""), label="Copy address")


DATABASES = Table(
    slot="databases",
    kind="database",
    icon="database",
    columns=(
        name_column(152),
        status_column(104),
        dock_column(198),
        region_column(58),
        Column("Engine", _engine, ("engine", "engine_version"), width=76),
        Column("Address", _address, ("host", "port"), "wide lines", width=234),
        Column("Size", lambda row: or_dash(row["size"]), ("size",), "wide muted", width=126),
        Column(
            "Nodes",
            lambda row: or_dash(row["node_count"], row["node_count"].to_string()),
            ("node_count",),
            "wide number",
            width=60,
        ),
        Column("Tags", lambda row: tags(row["provider_tags"]), ("provider_tags",), width=82),
        seen_column("database", 118),
    ),
    under=lambda row: under_line(row, row["engine"]),
)
