"""The watch over login sessions goes on whatever a check meets."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from stackdock.endpoints import session_watch
from stackdock.endpoints.session_watch import SessionWatch


@pytest.mark.parametrize("error", [OperationalError("SELECT", {}, Exception("away")), ZeroDivisionError("a bug")])
async def test_a_check_that_fails_is_logged_and_the_next_one_follows(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checks, third = 0, asyncio.Event()

    async def end_finished() -> None:
        nonlocal checks
        checks += 1
        if checks < 3:
            raise error
        third.set()

    monkeypatch.setattr(session_watch, "end_finished", end_finished)
    monkeypatch.setattr(session_watch, "SECONDS_WITHOUT_ENGINE", 0.001)
    watching = asyncio.create_task(SessionWatch().run())
    async with asyncio.timeout(5):
        await third.wait()
    assert not watching.done()
    watching.cancel()
    await asyncio.wait([watching])
    assert [record.getMessage() for record in caplog.records].count("The open sessions could not be checked") == 2
