"""Every periodic job and its cadence, in one list; and what wakes them sooner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from stackdock.columns import new_id
from stackdock.live import process
from stackdock.security.scope import system_scope
from stackdock.services.app_processes import HEARTBEAT_SECONDS, forget_process, record_heartbeat
from stackdock.services.demo_estate import demo_estate
from stackdock.services.retention import prune_change_outbox, prune_old_rows
from stackdock.settings import settings
from stackdock.sync.runner import SyncRunner

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 1.0
WAKE_PAUSE_SECONDS = 0.1  # a burst of changes is one look
SCOPE = system_scope(None, "scheduler")


@dataclass(frozen=True)
class Job:
    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]


def jobs(runner: SyncRunner, process_id: str) -> tuple[Job, ...]:
    return (
        Job("claim docks that are due", CLAIM_SECONDS, runner.claim_due),
        Job("heartbeat", HEARTBEAT_SECONDS, lambda: record_heartbeat(SCOPE, process_id, settings().origin)),
        Job("prune the change outbox", 120, lambda: prune_change_outbox(SCOPE)),
        Job("prune what has outlived its retention", 600, lambda: prune_old_rows(SCOPE)),
    )


@asynccontextmanager
async def scheduling() -> AsyncIterator[None]:
    """Run the jobs, the syncs and the demo estate beside the block: for the lifespan of the app.

    Begins after the database, the keyring and the live engine. At its end every running sync gives its dock back.
    """
    runner, process_id = SyncRunner(settings().sync_concurrency), new_id()
    docks_changed, estate_wanted = asyncio.Event(), asyncio.Event()
    scheduler = _start(jobs(runner, process_id))
    await record_heartbeat(SCOPE, process_id, settings().origin)
    wakers = [
        asyncio.create_task(_claim_after(docks_changed, runner)),
        asyncio.create_task(_claim_after(runner.freed, runner)),
    ]
    try:
        with _told_of_docks(docks_changed, estate_wanted):
            async with demo_estate(estate_wanted, docks_changed.set):
                try:
                    yield
                finally:
                    scheduler.shutdown(wait=False)
                    await runner.stop()  # before the estate: a demo sync that loses its provider would count as a failure
    finally:
        for waker in wakers:
            waker.cancel()
        await asyncio.wait(wakers)
        await forget_process(SCOPE, process_id)


def _start(periodic: tuple[Job, ...]) -> AsyncIOScheduler:
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # a line per job and second tells nothing
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in periodic:
        scheduler.add_job(
            _guarded,
            "interval",
            (job,),
            id=job.name,
            seconds=job.every_seconds,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


async def _guarded(job: Job) -> None:
    try:
        await job.run()
    except Exception:
        # The outermost loop of the jobs: one failure is logged, and the job runs again at its next time.
        logger.exception("The job %r failed", job.name)


async def _claim_after(event: asyncio.Event, runner: SyncRunner) -> None:
    """Look for due docks whenever `event` is set, instead of at the next tick."""
    claim = Job("claim docks that are due, woken", 0, runner.claim_due)
    while True:
        await event.wait()
        event.clear()
        await _guarded(claim)
        await asyncio.sleep(WAKE_PAUSE_SECONDS)


@contextmanager
def _told_of_docks(*events: asyncio.Event) -> Iterator[None]:
    """Set the events at every committed change of a dock, by whomever. Without a live engine the jobs look by themselves."""
    try:
        engine = process.engine()
    except RuntimeError:
        yield
        return

    def tell(_changes: object) -> None:
        for event in events:
            event.set()

    end = engine.on_change("dock", tell)
    try:
        yield
    finally:
        end()
