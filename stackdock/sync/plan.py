"""What a complete listing would change in the rows of its kind, worked out before any transaction begins.

Nobody but the holder of the dock's lease writes these rows, so that the comparison still holds when the transaction checks the
lease. The steps wait in a temporary file, in memory while they are few: a first sync of 100,000 resources stays flat.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.adapters.spool import Listing
from stackdock.columns import new_id, utc_now
from stackdock.resources import ResourceFields, ResourceRow
from stackdock.sync.lease import Lease

BATCH = 250
IN_MEMORY_BYTES = 4 * 1024 * 1024

Step = tuple[str, tuple[str, ...], list[dict[str, Any]]]
"""insert, update or remove; the columns to set (of an update); one mapping per row."""


@dataclass
class Counts:
    seen: int = 0
    added: int = 0
    changed: int = 0
    restored: int = 0
    present: int = 0  # rows before
    missing: int = 0  # of them, not listed
    names: dict[str, str] = field(default_factory=dict)  # "added", "changed", "restored", "missing" → the last such row's name


class Plan:
    def __init__(self, table: type[ResourceRow]) -> None:
        self.table: Any = table.__table__  # type: ignore[attr-defined]
        self.counts = Counts()
        self._steps = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the plan

    def add(self, *step: Any) -> None:
        pickle.dump(step, self._steps)

    def steps(self) -> Iterator[Step]:
        self._steps.seek(0)
        while True:
            try:
                yield pickle.load(self._steps)  # noqa: S301 - written by this process into a file without a name
            except EOFError:
                return

    async def apply(self, session: AsyncSession, *, prune: bool) -> None:
        """Write the steps; what is missing is given its tombstone only with `prune`."""
        rows = self.table.c
        removed_at = utc_now()
        connection = await session.connection()
        for verb, columns, values in self.steps():
            if verb == "insert":
                await connection.execute(insert(self.table), values)
            elif verb == "update":
                changed = {name: bindparam(f"new_{name}", type_=rows[name].type) for name in columns}
                await connection.execute(update(self.table).where(rows.id == bindparam("row_id")).values(changed), values)
            elif prune:
                gone = [value["row_id"] for value in values]
                await connection.execute(
                    update(self.table).where(rows.id.in_(gone), rows.removed_at.is_(None)).values(removed_at=removed_at)
                )

    def close(self) -> None:
        self._steps.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


async def make_plan(connection: AsyncConnection, lease: Lease, table: type[ResourceRow], listing: Listing) -> Plan:
    """Compare the listing with the rows. Reads only; the caller closes the plan."""
    plan = Plan(table)
    try:
        if connection.dialect.name == "postgresql":
            # A generic plan compares every row of the dock with every id of a batch, one by one; planned anew, it hashes them.
            await connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        listed_and_present = 0
        batches = listing.fields(BATCH)
        # Each batch is parsed in a thread: thousands of validations would hold up every click of the process.
        while batch := await asyncio.to_thread(next, batches, None):
            listed_and_present += await _compare(connection, lease, plan, batch)
        await _find_missing(connection, lease, plan, listing, listed_and_present)
    except BaseException:
        plan.close()
        raise
    return plan


async def _compare(connection: AsyncConnection, lease: Lease, plan: Plan, batch: Sequence[ResourceFields]) -> int:
    """Plan the inserts, updates and restorations of one batch; how many of it are present already."""
    rows, now = plan.table.c, utc_now()
    names = tuple(type(batch[0]).model_fields)
    wanted = select(rows.id, rows.removed_at, *(rows[name] for name in names)).where(
        rows.dock_id == lease.dock_id, rows.external_id.in_([fields.external_id for fields in batch])
    )
    known = {row.external_id: row for row in await connection.execute(wanted)}
    added: list[dict[str, Any]] = []
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for fields in batch:
        values = _values(fields, names)
        row = known.get(fields.external_id)
        if row is None:
            added.append(_new_row(lease, values, now))
            plan.counts.names["added"] = fields.name
            continue
        found = row._mapping
        new = {name: value for name, value in values.items() if found[name] != value}
        if new and row.removed_at is None:
            plan.counts.changed += 1
            plan.counts.names["changed"] = fields.name
        if row.removed_at is not None:
            plan.counts.restored += 1
            plan.counts.names["restored"] = fields.name
            new["removed_at"] = None
        if new:
            new["changed_at"] = now
            changes[tuple(new)].append({"row_id": row.id, **{f"new_{name}": value for name, value in new.items()}})
    if added:
        plan.add("insert", (), added)
    for columns, parameters in changes.items():
        plan.add("update", columns, parameters)
    plan.counts.seen += len(batch)
    plan.counts.added += len(added)
    return sum(row.removed_at is None for row in known.values())


async def _find_missing(connection: AsyncConnection, lease: Lease, plan: Plan, listing: Listing, listed_and_present: int) -> None:
    """Plan the tombstones: present rows that the listing does not have."""
    rows = plan.table.c
    present = (rows.dock_id == lease.dock_id, rows.removed_at.is_(None))
    plan.counts.present = (await connection.execute(select(func.count()).select_from(plan.table).where(*present))).scalar_one()
    if plan.counts.present == listed_and_present:
        return
    after = ""
    while True:
        page = select(rows.external_id, rows.id, rows.name).where(*present, rows.external_id > after).order_by(rows.external_id)
        found = (await connection.execute(page.limit(BATCH))).all()
        if not found:
            return
        ids, names = {row.external_id: row.id for row in found}, {row.external_id: row.name for row in found}
        after = found[-1].external_id
        gone = await asyncio.to_thread(listing.missing, list(ids))
        if gone:
            plan.add("remove", (), [{"row_id": ids[external_id]} for external_id in gone])
            plan.counts.missing += len(gone)
            plan.counts.names["missing"] = names[gone[-1]]


def _values(fields: ResourceFields, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(fields, name) for name in names}
    values["status"] = fields.status.value
    return values


def _new_row(lease: Lease, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    own = {"id": new_id(), "organization_id": lease.organization_id, "dock_id": lease.dock_id}
    return {**values, **own, "first_seen_at": now, "changed_at": now, "removed_at": None}
