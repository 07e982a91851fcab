"""Servers."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.ui.components.cells import copyable, or_dash, tags
from stackdock.ui.components.text import joined
from stackdock.ui.tables.column import Column, Row, Table
from stackdock.ui.tables.shared import dock_column, name_column, region_column, seen_column, status_column, under_line


def _address(row: Row) -> rx.Component:
    return copyable(row["public_ipv4"] | row["public_ipv6"] | row["private_ipv4"], label="Copy address")


def _size(row: Row) -> rx.Component:
    cores = rx.cond(row["cpu_count"], joined(" · ", row["cpu_count"], " vCPU"), "")
    memory = rx.cond(row["memory_mib"], joined(" · ", _gigabytes(row["memory_mib"]), " GB"), "")
    return or_dash(row["size"], joined(row["size"], cores, memory))


def _gigabytes(mebibytes: Any) -> rx.Var[str]:
    """Half a gigabyte is a size that is sold; a third digit is noise."""
    text = f"String(Math.round({mebibytes!s} / 102.4) / 10)"
    return rx.Var(text, _var_type=str, _var_data=mebibytes._get_all_var_data()).guess_type()


SERVERS = Table(
    slot="servers",
    kind="server",
    icon="server",
    columns=(
        name_column(160),
        status_column(106),
        dock_column(208),
        region_column(58),
        Column("Address", _address, ("public_ipv4", "public_ipv6", "private_ipv4"), width=136),
        Column("Size", _size, ("size", "cpu_count", "memory_mib"), "wide muted", width=214),
        Column("Tags", lambda row: tags(row["provider_tags"]), ("provider_tags",), width=210),
        seen_column("server", 116),
    ),
    under=lambda row: under_line(row, row["public_ipv4"]),
)
