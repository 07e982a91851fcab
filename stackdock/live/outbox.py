"""What both databases' outboxes have in common, and how they are kept short."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

from stackdock.columns import UtcDateTime, utc_now

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH = 500  # changes delivered before the loop serves others
MARKER = "M"  # operation of a record that notes a moment, of no table

_BEFORE = bindparam("before", type_=UtcDateTime)
_DELETE_OLD = text("DELETE FROM change_outbox WHERE recorded_at < :before").bindparams(_BEFORE)
_DELETE_SEEN = text(
    "DELETE FROM change_outbox WHERE recorded_at < :before AND seq <> :marker"
    " AND pg_visible_in_snapshot(transaction_id::text::xid8, CAST(:snapshot AS pg_snapshot))"
).bindparams(_BEFORE)


def prune_outbox(connection: Connection, older_than: timedelta) -> int:
    """Delete what every reader has long read, in the caller's transaction; how many records. Call it every few minutes.

    On SQLite a reader notices when records it has not read are gone. On PostgreSQL it cannot (numbers have holes there), and a
    long transaction may commit records that look old already. So each call leaves a marker with the snapshot of its moment,
    and only what a marker of sufficient age could already see is deleted: it has been readable for that long. A reader that was
    cut off or asleep for longer starts afresh (`PostgresqlFeed`).
    """
    before = utc_now() - older_than
    if connection.dialect.name == "sqlite":
        return connection.execute(_DELETE_OLD, {"before": before}).rowcount
    connection.execute(
        text(
            "INSERT INTO change_outbox (table_name, operation, routes, transaction_id, recorded_at) "
            "VALUES ('', :mark, pg_current_snapshot()::text, pg_current_xact_id()::text::bigint, clock_timestamp())"
        ),
        {"mark": MARKER},
    )
    marker = connection.execute(
        text("SELECT seq, routes FROM change_outbox WHERE operation = :mark AND recorded_at < :before ORDER BY seq DESC LIMIT 1"),
        {"mark": MARKER, "before": before},
    ).one_or_none()
    if marker is None:
        return 0
    return connection.execute(
        _DELETE_SEEN,
        {"before": before, "marker": marker.seq, "snapshot": marker.routes},
    ).rowcount
