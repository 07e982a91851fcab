"""What is kept only for a while: each rule deletes in small transactions, so that nobody waits long for the write lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import and_, col, delete, or_, select

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.live.outbox import prune_outbox
from stackdock.models import CompletedRequest, Dock, FailedSignIn, LoginSession, RunStatus, SetupLink, SyncRun
from stackdock.resources import TABLES
from stackdock.security.scope import Scope
from stackdock.services.operations import public
from stackdock.settings import settings

BATCH = 500
DEMO_RUNS_KEPT = timedelta(hours=1)  # a demo dock may sync every five seconds
REQUESTS_KEPT = timedelta(days=2)  # no browser repeats a form later than that
SIGN_INS_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=30)  # after their end
SETUP_LINKS_KEPT = timedelta(days=7)

_HOUSEKEEPING = "the instance's own housekeeping: it deletes by age alone and tells nobody what was there"


@public(_HOUSEKEEPING)
async def prune_old_rows(scope: Scope) -> dict[str, int]:
    """Delete what has outlived its retention; how many rows of each table."""
    now = utc_now()
    pruned: dict[str, int] = {}
    for model, is_old in _rules(now):
        name = model.__tablename__
        while deleted := await _delete_some(scope, model, is_old):
            pruned[name] = pruned.get(name, 0) + deleted
            if deleted < BATCH:
                break
    return pruned


@public(_HOUSEKEEPING)
async def prune_change_outbox(scope: Scope) -> int:
    """Delete the records of changes that every live engine has read long ago."""
    older_than = timedelta(minutes=settings().outbox_retention_minutes)
    async with transaction(scope) as session:
        connection = await session.connection()
        return await connection.run_sync(prune_outbox, older_than)


async def _delete_some(scope: Scope, model: Any, is_old: Any) -> int:
    key = col(model.id)
    async with transaction(scope) as session:
        ids = (await session.exec(select(key).where(is_old).limit(BATCH))).all()
        if ids:
            await session.exec(delete(model).where(key.in_(ids)))
    return len(ids)


def _rules(now: datetime) -> Iterator[tuple[Any, Any]]:
    """Each table with a retention, and which of its rows are past it."""
    configured = settings()
    ended, finished = col(LoginSession.ended_at), col(SyncRun.finished_at)
    demo_docks = select(Dock.id).where(col(Dock.is_demo))
    yield (
        SyncRun,
        and_(
            col(SyncRun.status) != RunStatus.RUNNING,
            or_(
                finished < now - timedelta(days=configured.sync_run_retention_days),
                and_(finished < now - DEMO_RUNS_KEPT, col(SyncRun.dock_id).in_(demo_docks)),
            ),
        ),
    )
    for table in TABLES.values():
        yield table, col(table.removed_at) < now - timedelta(days=configured.tombstone_retention_days)
    yield CompletedRequest, col(CompletedRequest.completed_at) < now - REQUESTS_KEPT
    yield FailedSignIn, col(FailedSignIn.failed_at) < now - SIGN_INS_KEPT
    yield LoginSession, or_(ended < now - SESSIONS_KEPT, col(LoginSession.expires_at) < now - SESSIONS_KEPT)
    yield SetupLink, col(SetupLink.created_at) < now - SETUP_LINKS_KEPT
