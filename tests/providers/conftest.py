"""One moto_server for all tests of AWS; each test starts with an empty account."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import httpx
import pytest

from stackdock.cli.moto import RunningMoto, open_moto


@pytest.fixture(scope="session")
def moto_process() -> Iterator[RunningMoto]:
    """Held open by a loop in a thread of its own, because every test has its own loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = open_moto()
    try:
        yield asyncio.run_coroutine_threadsafe(opening.__aenter__(), loop).result(60)
    finally:
        asyncio.run_coroutine_threadsafe(opening.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def moto(moto_process: RunningMoto) -> RunningMoto:
    # moto's IAM mode counts every request, this one too: it is switched off first.
    httpx.post(f"{moto_process.base_url}/moto-api/reset-auth", content=b"Infinity", trust_env=False).raise_for_status()
    httpx.post(f"{moto_process.base_url}/moto-api/reset", trust_env=False).raise_for_status()
    return moto_process
