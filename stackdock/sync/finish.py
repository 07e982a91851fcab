"""How a run ends: what its kinds add up to, what the dock shows, and when it is synced again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.errors import CredentialsRejected, ProviderUnavailable, RateLimited, StackDockError
from stackdock.models import Dock, DockKind, DockStatus, KindOutcome, RunStatus, SyncRun, SyncRunKind
from stackdock.sync.backoff import retry_delay_seconds
from stackdock.sync.claim import Claim, abandon_runs
from stackdock.sync.lease import free, hold
from stackdock.sync.progress import title
from stackdock.sync.reconcile import find_dock_kind

STOPPED = "StackDock was stopped in the middle of this sync."
MESSAGE_LENGTH = 512

_DOCK_STATUS = {
    RunStatus.SUCCESS: DockStatus.SUCCESS,
    RunStatus.PARTIAL: DockStatus.PARTIAL,
    RunStatus.FAILED: DockStatus.ERROR,
}


async def record_failed_kind(
    claim: Claim, kind: str, error: StackDockError, started_at: datetime, *, calls: int, skipped: bool
) -> SyncRunKind:
    """Note on the run and on the dock's kind that it was not listed; no resource is touched. Raises LeaseLost.

    `calls` are the requests that were made for it in vain.
    """
    code, message = describe(error)
    done = SyncRunKind(
        organization_id=claim.lease.organization_id,
        dock_id=claim.lease.dock_id,
        run_id=claim.run_id,
        kind=kind,
        outcome=KindOutcome.SKIPPED if skipped else KindOutcome.FAILED,
        calls=calls,
        started_at=started_at,
        finished_at=utc_now(),
        error_code=code,
        error_message=message,
    )
    async with transaction(claim.lease.scope) as session:
        dock = await hold(session, claim.lease)
        dock_kind = await find_dock_kind(session, dock, kind)
        dock_kind.error_code, dock_kind.error_message = code, message
        session.add(done)
    return done


async def finish(
    claim: Claim,
    kinds: Sequence[SyncRunKind],
    calls: int,
    failure: StackDockError | None = None,
    *,
    retry_after_seconds: float = 0.0,
) -> RunStatus:
    """Close the run, free the lease and say when the next sync is due. Raises LeaseLost.

    `failure` is what ended the run as a whole, or told it that no further kind could be read. `retry_after_seconds` is the
    longest that the provider asked to be left alone for, by any of its answers.
    """
    retry_after_seconds = max(retry_after_seconds, asked_to_wait(failure))
    status = _status(kinds, failure)
    code, message = _worst(kinds, failure)
    async with transaction(claim.lease.scope) as session:
        dock = await hold(session, claim.lease)
        now = utc_now()
        run = await session.get_one(SyncRun, claim.run_id)
        run.status, run.finished_at, run.calls = status, now, calls
        run.error_code, run.error_message = code, message
        # Credentials that stop working half-way need a person as much as those that never work.
        is_failure = status is RunStatus.FAILED or isinstance(failure, CredentialsRejected)
        dock.status = DockStatus.ERROR if is_failure else _DOCK_STATUS[status]
        dock.error_code, dock.error_message = code, message
        dock.consecutive_failures = dock.consecutive_failures + 1 if is_failure else 0
        if status is RunStatus.SUCCESS:
            dock.last_complete_at = now
        dock.resource_count = await _count_resources(session, dock.id)
        dock.next_sync_at = _next_sync_at(claim, dock, now, code, retry_after_seconds)
        free(dock)
    return status


async def release(claim: Claim) -> None:
    """Give the dock back in the middle of a run: the process is stopping. It stays due. Raises LeaseLost."""
    async with transaction(claim.lease.scope) as session:
        dock = await hold(session, claim.lease)
        now = utc_now()
        await abandon_runs(session, dock.id, now, STOPPED)
        dock.status = await _status_before(session, dock)
        dock.next_sync_at = now
        free(dock)


def asked_to_wait(error: StackDockError | None) -> float:
    """For how many seconds the provider asked to be left alone; 0 when it did not say."""
    return (error.retry_after_seconds if isinstance(error, RateLimited | ProviderUnavailable) else None) or 0.0


def describe(error: StackDockError) -> tuple[str, str]:
    return type(error).__name__, error.message[:MESSAGE_LENGTH]


def _status(kinds: Sequence[SyncRunKind], failure: StackDockError | None) -> RunStatus:
    complete = [kind for kind in kinds if kind.outcome in (KindOutcome.SUCCESS, KindOutcome.HELD)]
    if not complete:
        return RunStatus.FAILED
    return RunStatus.SUCCESS if len(complete) == len(kinds) and failure is None else RunStatus.PARTIAL


def _worst(kinds: Sequence[SyncRunKind], failure: StackDockError | None) -> tuple[str | None, str | None]:
    """The one error to show on the dock: what ended the run, else the first kind that failed, else the first skipped."""
    if failure is not None:
        return describe(failure)
    wrong = sorted((kind for kind in kinds if kind.error_code), key=lambda kind: kind.outcome != KindOutcome.FAILED)
    if not wrong:
        return None, None
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return wrong[0].error_code, f"{title(wrong[0].kind)}{more}: {wrong[0].error_message}"[:MESSAGE_LENGTH]


def _next_sync_at(claim: Claim, dock: Dock, now: datetime, code: str | None, retry_after: float) -> datetime:
    if dock.sync_requested_at is not None:  # asked for while this run was going on
        return now
    if dock.consecutive_failures and code:
        delay = retry_delay_seconds(
            interval_seconds=dock.interval_seconds,
            failures=dock.consecutive_failures,
            error_code=code,
            retry_after_seconds=retry_after,
            is_demo=dock.is_demo,
        )
        return now + timedelta(seconds=delay)
    # Counted from the start, so that a long sync does not make the interval longer.
    return max(claim.started_at + timedelta(seconds=dock.interval_seconds), now + timedelta(seconds=retry_after))


async def _count_resources(session: AsyncSession, dock_id: str) -> int:
    await session.flush()
    return (
        await session.exec(select(func.coalesce(func.sum(DockKind.resource_count), 0)).where(DockKind.dock_id == dock_id))
    ).one()


async def _status_before(session: AsyncSession, dock: Dock) -> DockStatus:
    """What the dock showed before this run: the outcome of the last one that ended by itself."""
    ended = select(SyncRun.status).where(SyncRun.dock_id == dock.id, col(SyncRun.status).in_(list(_DOCK_STATUS)))
    last = (await session.exec(ended.order_by(col(SyncRun.started_at).desc(), col(SyncRun.id).desc()).limit(1))).first()
    return _DOCK_STATUS[RunStatus(last)] if last else DockStatus.PENDING
