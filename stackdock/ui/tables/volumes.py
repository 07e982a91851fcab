"""Block storage volumes."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.cells import copyable, or_dash, tags
from stackdock.ui.components.links import in_address, link
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.tables.shared import dock_column, name_column, region_column, seen_column, status_column, under_line


def _gibibytes(row: Row) -> rx.Var[str]:
    return joined(row["size_gib"], " GB")


def _server(row: Row) -> rx.Component:
    """The server by its name, which leads to it; its id at the provider while its name is not known."""
    name = row["server_name"].to(str)
    to_it = link(name, to=joined("/servers?q=", in_address(name)), class_name="row-link", title=row["attached_to"].to(str))
    return rx.cond(row["server_name"], to_it, copyable(row["attached_to"], label="Copy server id"))


VOLUMES = Table(
    slot="volumes",
    kind="block_volume",
    icon="hard-drive",
    columns=(
        name_column(190),
        status_column(115),
        dock_column(205),
        region_column(65),
        Column("Size", lambda row: or_dash(row["size_gib"], _gibibytes(row)), ("size_gib",), "wide number", width=80),
        Column("Attached to", _server, ("attached_to", "server_name"), width=170),
        Column("Type", lambda row: or_dash(row["volume_type"]), ("volume_type",), "wide muted", width=68),
        Column("Tags", lambda row: tags(row["provider_tags"]), ("provider_tags",), width=170),
        seen_column("block_volume", 145),
    ),
    under=lambda row: under_line(row, rx.cond(row["size_gib"], _gibibytes(row), "")),
)
