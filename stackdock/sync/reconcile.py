"""Make the rows of one kind equal to its complete listing, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.adapters.spool import Listing
from stackdock.columns import utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.models import Dock, DockKind, KindOutcome, SyncRunKind
from stackdock.resources import TABLES
from stackdock.sync.breaker import EMPTY_RUNS_NEEDED, Missing, Verdict, judge
from stackdock.sync.claim import Claim
from stackdock.sync.lease import extend, hold
from stackdock.sync.plan import Counts, make_plan


async def reconcile(claim: Claim, kind: str, listing: Listing, started_at: datetime) -> SyncRunKind:
    """Insert, update, restore and prune; record what was done on the run and on the dock's kind. Raises LeaseLost."""
    lease = claim.lease
    async with reading(lease.scope) as session:
        plan = await make_plan(await session.connection(), lease, TABLES[kind], listing)
    with plan:
        async with transaction(lease.scope) as session:
            dock = await hold(session, lease)
            dock_kind = await find_dock_kind(session, dock, kind)
            verdict = _judge(dock, dock_kind, plan.counts)
            await plan.apply(session, prune=verdict is Verdict.PRUNE)
            done = _outcome(claim, kind, plan.counts, verdict, listing.calls, started_at)
            _remember(dock_kind, plan.counts, verdict, done)
            session.add(done)
            extend(dock)
    return done


async def find_dock_kind(session: AsyncSession, dock: Dock, kind: str) -> DockKind:
    """The dock's row for the kind, made on its first listing."""
    of_kind = select(DockKind).where(DockKind.dock_id == dock.id, DockKind.kind == kind).with_for_update()
    dock_kind = (await session.exec(of_kind)).one_or_none()
    if dock_kind is None:
        dock_kind = DockKind(organization_id=dock.organization_id, dock_id=dock.id, kind=kind)
        session.add(dock_kind)
    return dock_kind


def _judge(dock: Dock, dock_kind: DockKind, counts: Counts) -> Verdict:
    is_empty = counts.seen == 0 and counts.present > 0
    dock_kind.empty_run_count = min(dock_kind.empty_run_count + 1, EMPTY_RUNS_NEEDED) if is_empty else 0
    return judge(
        Missing(
            present=counts.present,
            missing=counts.missing,
            listed=counts.seen,
            empty_runs=dock_kind.empty_run_count,
            accepted=dock_kind.accepted_count if dock_kind.accepted_at else None,
            is_demo=dock.is_demo,
        )
    )


def _outcome(claim: Claim, kind: str, counts: Counts, verdict: Verdict, calls: int, started_at: datetime) -> SyncRunKind:
    done = SyncRunKind(
        organization_id=claim.lease.organization_id,
        dock_id=claim.lease.dock_id,
        run_id=claim.run_id,
        kind=kind,
        outcome=KindOutcome.HELD if verdict is Verdict.HOLD else KindOutcome.SUCCESS,
        seen=counts.seen,
        added=counts.added,
        changed=counts.changed,
        restored=counts.restored,
        removed=counts.missing if verdict is Verdict.PRUNE else 0,
        held=0 if verdict is Verdict.PRUNE else counts.missing,
        calls=calls,
        started_at=started_at,
        finished_at=utc_now(),
    )
    done.names = _names(counts, done)
    if verdict is Verdict.HOLD:
        done.error_message = f"{counts.missing} of {counts.present} are missing at once. They are kept until a person accepts."
    if verdict is Verdict.UNCONFIRMED:
        done.error_message = f"The provider lists none of {counts.present}. They are kept until the next sync says the same."
    return done


def _names(counts: Counts, done: SyncRunKind) -> dict[str, str] | None:
    """Of what happened to one row alone, that row's name: people are told what it was rather than "1"."""
    known = counts.names
    single = {what: known.get(what, "") for what in ("added", "changed", "restored") if getattr(done, what) == 1}
    if done.removed == 1:
        single["removed"] = known.get("missing", "")
    return single or None


def _remember(dock_kind: DockKind, counts: Counts, verdict: Verdict, done: SyncRunKind) -> None:
    dock_kind.last_complete_at = done.finished_at
    dock_kind.error_code = dock_kind.error_message = None
    dock_kind.resource_count = counts.present + counts.added + counts.restored - done.removed
    if verdict is Verdict.HOLD:
        dock_kind.held_count = counts.missing
        dock_kind.held_at = dock_kind.held_at or done.finished_at
        # What a person agreed to was another number.
        _forget_acceptance(dock_kind)
    elif verdict is Verdict.PRUNE:
        dock_kind.held_at, dock_kind.held_count = None, 0
        _forget_acceptance(dock_kind)
        if counts.missing:
            dock_kind.empty_run_count = 0


def _forget_acceptance(dock_kind: DockKind) -> None:
    dock_kind.accepted_at = dock_kind.accepted_by = None
    dock_kind.accepted_count = 0
