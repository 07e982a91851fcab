"""Keep the demo estate running in this process while any organization has a demo dock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from stackdock.db.sessions import reading
from stackdock.models import Dock
from stackdock.security.scope import system_scope
from stackdock.simulators.estate import open_estate

logger = logging.getLogger(__name__)

WATCH_SECONDS = 2.0


async def run_demo_estate(wake: asyncio.Event, when_open: Callable[[], None]) -> None:
    """Open and close the estate as demo docks come and go, until cancelled.

    `wake` makes it look at once instead of within WATCH_SECONDS; `when_open` is told that demo docks can be synced now.
    """
    while True:
        try:
            await _run_while_wanted(wake, when_open)
        except Exception:
            # The outermost loop of the estate: what made it fail is logged, and it is tried again after the pause.
            logger.exception("The demo estate could not be run")
        await _wait(wake)


@asynccontextmanager
async def demo_estate(wake: asyncio.Event, when_open: Callable[[], None]) -> AsyncIterator[None]:
    """`run_demo_estate` beside the block; all of it is stopped when the block ends."""
    watching = asyncio.create_task(run_demo_estate(wake, when_open))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def _run_while_wanted(wake: asyncio.Event, when_open: Callable[[], None]) -> None:
    if not await _has_demo_docks():
        return
    async with open_estate():
        logger.info("The demo estate is running")
        when_open()
        while await _is_still_wanted():
            await _wait(wake)
    logger.info("The demo estate has stopped: no demo dock is left")


async def _is_still_wanted() -> bool:
    try:
        return await _has_demo_docks()
    except (SQLAlchemyError, OSError):  # a database that is away for a moment says nothing about demo docks
        logger.exception("Whether there are still demo docks could not be read")
        return True


async def _wait(wake: asyncio.Event) -> None:
    wake.clear()
    try:
        async with asyncio.timeout(WATCH_SECONDS):
            await wake.wait()
    except TimeoutError:
        pass


async def _has_demo_docks() -> bool:
    async with reading(system_scope(None)) as session:
        return (await session.exec(select(Dock.id).where(col(Dock.is_demo)).limit(1))).first() is not None
