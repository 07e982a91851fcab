"""Domains and DNS zones."""

from __future__ import annotations

from stackdock.ui.components.cells import or_dash
from stackdock.ui.components.instants import relative_time
from stackdock.ui.components.status import resource_status
from stackdock.ui.tables.column import Column, Table
from stackdock.ui.tables.shared import dock_column, name_column, seen_column, under_line

DOMAINS = Table(
    slot="domains",
    kind="domain",
    icon="globe",
    columns=(
        name_column(),
        Column("Status", resource_status, ("status", "status_word"), "end"),
        dock_column(),
        Column(
            "Records", lambda row: or_dash(row["record_count"], row["record_count"].to_string()), ("record_count",), "wide number"
        ),
        Column(
            "TTL", lambda row: or_dash(row["ttl_seconds"], row["ttl_seconds"].to_string() + " s"), ("ttl_seconds",), "wide number"
        ),
        Column("Nameservers", lambda row: or_dash(row["nameservers"]), ("nameservers",), "wide mono muted"),
        Column("Expires", lambda row: relative_time(row["expires_at"], "date"), ("expires_at",)),
        seen_column("domain"),
    ),
    under=under_line,
)
