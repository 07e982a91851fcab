"""Which apps are running on this database: each leaves a heartbeat."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, delete, select

from stackdock.columns import utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.models import AppProcess
from stackdock.security.scope import Scope
from stackdock.services.operations import public

HEARTBEAT_SECONDS = 5.0
GONE_AFTER_SECONDS = 20.0
_INSTANCE = "the instance's own processes find each other; no organization's data is in it"


@public(_INSTANCE)
async def record_heartbeat(scope: Scope, process_id: str, origin: str) -> None:
    """The app named `process_id` is alive and serves `origin`. Those that went without a word are forgotten."""
    now = utc_now()
    async with transaction(scope) as session:
        process = await session.get(AppProcess, process_id)
        if process is None:
            session.add(AppProcess(id=process_id, origin=origin[:256], started_at=now, seen_at=now))
            await session.exec(delete(AppProcess).where(col(AppProcess.seen_at) < now - timedelta(days=1)))
        else:
            process.seen_at = now


@public(_INSTANCE)
async def forget_process(scope: Scope, process_id: str) -> None:
    async with transaction(scope) as session:
        await session.exec(delete(AppProcess).where(col(AppProcess.id) == process_id))


@public(_INSTANCE)
async def find_running_app(scope: Scope) -> str | None:
    """The origin of an app that was alive a moment ago, or None."""
    alive = col(AppProcess.seen_at) > utc_now() - timedelta(seconds=GONE_AFTER_SECONDS)
    async with reading(scope) as session:
        found = await session.exec(select(AppProcess.origin).where(alive).order_by(col(AppProcess.seen_at).desc()).limit(1))
        return found.first()
