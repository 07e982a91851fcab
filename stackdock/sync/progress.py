"""Keep a run's lease while it works, and show how far it is: at most two writes a second."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from stackdock.errors import LeaseLost, ProviderUnavailable
from stackdock.sync.lease import RENEW_SECONDS, Lease, renew

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
LONGEST_RUN_SECONDS = 2 * 3600.0

TITLES = {
    "backup_integration": "Backup integrations", "backup_schedule": "Backup schedules", "block_volume": "Volumes",
    "bucket": "Buckets", "database": "Databases", "deployment": "Deployments", "domain": "Domains", "issue": "Issues",
    "monitor": "Monitors", "repository": "Repositories", "server": "Servers", "snapshot": "Snapshots",
    "web_service": "Web services",
}  # fmt: skip


def title(kind: str) -> str:
    """The kind's name for people, in the plural."""
    return TITLES.get(kind, kind.replace("_", " ").capitalize())


class Progress:
    """What the run does at the moment, in words; written to the dock by the keeper, never by the run itself."""

    def __init__(self) -> None:
        self.words: str | None = None

    def begin(self, kind: str) -> None:
        self.words = title(kind)

    def on_page(self, kind: str, pages: int, _items: int) -> None:
        self.words = f"{title(kind)} · page {pages}"


@asynccontextmanager
async def kept_lease(lease: Lease, progress: Progress) -> AsyncIterator[None]:
    """Renew the lease while the block runs; the block is ended when the lease is lost or the run takes too long.

    Raises: LeaseLost, ProviderUnavailable.
    """
    is_lost = False
    deadline = asyncio.timeout(LONGEST_RUN_SECONDS)

    async def keep() -> None:
        nonlocal is_lost
        written, renewed_at = None, time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if progress.words == written and time.monotonic() - renewed_at < RENEW_SECONDS:
                continue
            written, renewed_at = progress.words, time.monotonic()
            try:
                await renew(lease, written)
            except LeaseLost:
                is_lost = True
                deadline.reschedule(asyncio.get_running_loop().time())
                return
            except SQLAlchemyError as error:
                # The run itself will fail where it matters; the lease has room for several more tries.
                logger.warning("A lease could not be renewed: %s", type(error).__name__)

    keeping: asyncio.Task[None] | None = None
    try:
        async with deadline:
            keeping = asyncio.create_task(keep())
            yield
    except TimeoutError:
        if is_lost:
            raise LeaseLost from None
        raise ProviderUnavailable(f"The sync took longer than {LONGEST_RUN_SECONDS / 3600:g} hours and was ended.") from None
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.wait({keeping})
