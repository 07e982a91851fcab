"""A worker process for the chaos test: claims docks that are due and syncs them, until somebody kills it.

Started as `python -m tests.sync.worker DATABASE_URL`, with the settings in the environment.
"""

from __future__ import annotations

import asyncio
import sys

from stackdock.db.database import open_database
from stackdock.security.scope import system_scope
from stackdock.services.master_key import open_keyring
from stackdock.settings import settings
from stackdock.sync.runner import SyncRunner


async def work(url: str) -> None:
    await open_database(url, migrated=True)
    await open_keyring(system_scope(None), settings().data_dir)
    runner = SyncRunner(concurrency=4)
    print("ready", flush=True)
    while True:
        await runner.claim_due()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
