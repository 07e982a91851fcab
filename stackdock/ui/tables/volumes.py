"""Block storage volumes."""

from __future__ import annotations

import reflex as rx

from stackdock.ui.components.cells import copyable, or_dash, tags
from stackdock.ui.components.status import resource_status
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.tables.shared import dock_column, name_column, region_column, seen_column, under_line


def _gibibytes(row: Row) -> rx.Var[str]:
    return joined(row["size_gib"], " GB")


VOLUMES = Table(
    slot="volumes",
    kind="block_volume",
    icon="hard-drive",
    columns=(
        name_column(),
        Column("Status", resource_status, ("status", "status_word"), "end"),
        dock_column(),
        region_column(),
        Column("Size", lambda row: or_dash(row["size_gib"], _gibibytes(row)), ("size_gib",), "wide number"),
        Column("Attached to", lambda row: copyable(row["attached_to"], label="Copy server id"), ("attached_to",)),
        Column("Type", lambda row: or_dash(row["volume_type"]), ("volume_type",), "wide muted"),
        Column("Tags", lambda row: tags(row["provider_tags"]), ("provider_tags",)),
        seen_column("block_volume"),
    ),
    under=lambda row: under_line(row, rx.cond(row["size_gib"], _gibibytes(row), "")),
)
