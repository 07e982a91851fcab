"""Take docks that are due: number a lease, open a run, and clear up after a worker that died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.errors import Conflict, NotFound
from stackdock.models import Dock, DockStatus, RunStatus, RunTrigger, SyncRun
from stackdock.providers import ADAPTERS
from stackdock.security.scope import ActorKind, system_scope
from stackdock.services.dock_credentials import list_credentials
from stackdock.simulators import SIMULATORS
from stackdock.simulators.estate import running_base_url
from stackdock.sync.backoff import retry_delay_seconds
from stackdock.sync.lease import Lease, free, lease_end
from stackdock.sync.places import Places

ABANDONED = "The sync did not finish: the process that ran it stopped."


@dataclass(frozen=True)
class Claim:
    """A dock that this worker may write to, and the run that it does. `dock` is a snapshot of the moment of the claim."""

    lease: Lease
    dock: Dock
    run_id: str
    started_at: datetime


_REQUESTED_FIRST = (col(Dock.sync_requested_at).is_(None), col(Dock.next_sync_at), col(Dock.id))


async def claim_due(owner: str, limit: int) -> list[Claim]:
    """Claim up to `limit` docks that are due: those a person asked for first, then whichever has waited longest."""
    return await claim_fairly(owner, Places(free=limit, in_all=limit, share=limit))


async def claim_fairly(owner: str, places: Places) -> list[Claim]:
    """Claim docks that are due, in the order of `claim_due`, as far as `places` gives them one."""
    if places.in_all <= 0:
        return []
    now = utc_now()
    # Most of the time nothing is due, and then nobody needs the write lock.
    async with reading(system_scope(None)) as session:
        waiting = [(row[0], (row[1], row[2])) for row in (await session.exec(_first_of_each(now, max(1, places.free)))).all()]
    chosen = places.choose(waiting)
    if not chosen:
        return []
    async with transaction(system_scope(None)) as session:
        due = _due(now, select(Dock)).where(col(Dock.id).in_(chosen)).order_by(*_REQUESTED_FIRST)
        docks = (await session.exec(due.with_for_update(skip_locked=True, key_share=True))).all()
        claims = [await _claim(session, dock, owner, now) for dock in docks]
    return [claim for claim in claims if claim]


def _first_of_each(now: datetime, limit: int) -> Any:
    """Id, provider and address of the due docks, in their order; of one provider's docks no more than `limit`."""
    place = (
        func.row_number().over(partition_by=(col(Dock.provider), col(Dock.base_url)), order_by=_REQUESTED_FIRST).label("place")
    )
    order = func.row_number().over(order_by=_REQUESTED_FIRST).label("position")
    due = _due(now, select(Dock.id, Dock.provider, Dock.base_url, place, order)).subquery()  # type: ignore[call-overload]
    return select(due.c.id, due.c.provider, due.c.base_url).where(due.c.place <= limit).order_by(due.c.position)


async def claim_one(owner: str, dock_id: str, organization_id: str) -> Claim | None:
    """Claim this dock, due or not; None while another worker holds it. Raises NotFound."""
    async with transaction(system_scope(organization_id)) as session:
        mine = select(Dock).where(Dock.id == dock_id, Dock.organization_id == organization_id)
        dock = (await session.exec(mine.with_for_update(key_share=True))).one_or_none()
        if dock is None:
            raise NotFound
        if dock.provider not in ADAPTERS:
            raise Conflict(f"This version of StackDock has no adapter for {dock.provider}.")
        now = utc_now()
        if dock.lease_owner is not None and dock.lease_until is not None and dock.lease_until >= now:
            return None
        return await _claim(session, dock, owner, now, at_once=True)


def _due(now: datetime, statement: Any) -> Any:
    running = [slug for slug in SIMULATORS if running_base_url(slug)]
    return statement.where(
        col(Dock.next_sync_at) <= now,
        or_(col(Dock.paused_at).is_(None), col(Dock.sync_requested_at).is_not(None)),
        or_(col(Dock.lease_owner).is_(None), col(Dock.lease_until) < now),
        col(Dock.provider).in_(sorted(ADAPTERS)),
        # A demo dock can only be synced where its simulator runs: in this process, and not before it listens.
        or_(col(Dock.is_demo).is_(False), col(Dock.provider).in_(running)),
    )


async def _claim(session: AsyncSession, dock: Dock, owner: str, now: datetime, *, at_once: bool = False) -> Claim | None:
    if dock.lease_owner is not None and not await _clear_up(session, dock, now) and not at_once:
        return None
    trigger = _trigger(dock)
    dock.lease_number += 1
    dock.lease_owner, dock.lease_until = owner, lease_end(now)
    dock.status, dock.progress, dock.last_started_at = DockStatus.SYNCING, None, now
    dock.sync_requested_at = dock.sync_requested_by = None
    run = SyncRun(
        organization_id=dock.organization_id,
        dock_id=dock.id,
        trigger=trigger,
        lease_number=dock.lease_number,
        started_at=now,
        # Recorded in the transaction that comes before the decryption.
        decrypted_fields=[row.name for row in await list_credentials(session, dock.id)],
    )
    session.add(run)
    lease = Lease(dock.organization_id, dock.id, owner, dock.lease_number)
    return Claim(lease, dock, run.id, now)


async def _clear_up(session: AsyncSession, dock: Dock, now: datetime) -> bool:
    """A worker died in the middle: record its run as abandoned. Whether the dock is tried again at once.

    The second time in a row it has to wait like after any failure, because the dock itself may be what kills workers.
    """
    await abandon_runs(session, dock.id, now)
    free(dock)
    dock.consecutive_failures += 1
    if dock.consecutive_failures == 1 or dock.sync_requested_at is not None:
        return True
    delay = retry_delay_seconds(
        interval_seconds=dock.interval_seconds,
        failures=dock.consecutive_failures,
        error_code="Abandoned",
        retry_after_seconds=None,
        is_demo=dock.is_demo,
    )
    dock.status, dock.error_code, dock.error_message = DockStatus.ERROR, "Abandoned", ABANDONED
    dock.next_sync_at = now + timedelta(seconds=delay)
    return False


async def abandon_runs(session: AsyncSession, dock_id: str, now: datetime, message: str = ABANDONED) -> None:
    unfinished = (col(SyncRun.dock_id) == dock_id, col(SyncRun.status) == RunStatus.RUNNING)
    values = {"status": RunStatus.ABANDONED, "finished_at": now, "error_code": "Abandoned", "error_message": message}
    await session.exec(update(SyncRun).where(*unfinished).values(**values))


def _trigger(dock: Dock) -> RunTrigger:
    if dock.sync_requested_at is None:
        return RunTrigger.SCHEDULE
    return RunTrigger.OPERATOR if dock.sync_requested_by == ActorKind.OPERATOR else RunTrigger.PERSON
