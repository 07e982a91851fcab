"""Domains and DNS zones."""

from __future__ import annotations

from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.instants import relative_time
from stackdock.ui.tables.column import Column, Table
from stackdock.ui.tables.shared import dock_column, name_column, seen_column, status_column, under_line

DOMAINS = Table(
    slot="domains",
    kind="domain",
    icon="globe",
    columns=(
        name_column(260),
        status_column(110),
        dock_column(240),
        Column(
            "Records",
            lambda row: or_dash(row["record_count"], row["record_count"].to_string()),
            ("record_count",),
            "wide number",
            90,
        ),
        Column(
            "TTL",
            lambda row: or_dash(row["ttl_seconds"], row["ttl_seconds"].to_string() + " s"),
            ("ttl_seconds",),
            "wide number",
            90,
        ),
        Column("Nameservers", lambda row: or_dash(row["nameservers"]), ("nameservers",), "wide mono muted", width=180),
        Column("Expires", lambda row: relative_time(row["expires_at"], "date"), ("expires_at",), width=98),
        seen_column("domain", 140),
    ),
    under=under_line,
)
