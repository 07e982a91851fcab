"""The tiny app and the random writers as processes, for tests."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.fixtures.processes import free_port

STATE = "reflex___state____state.tests___live___tiny_app____console"


@asynccontextmanager
async def tiny_app(database_url: str, port: int | None = None) -> AsyncIterator[int]:
    """Serve the tiny app until the end of the block; its port."""
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.serve_tiny_app", database_url, str(port), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    await stats(port)
                    break
                except OSError:
                    assert process.returncode is None, "the tiny app ended"
                    await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        await process.wait()


async def stats(port: int) -> dict[str, Any]:
    return await get(port, "/stats")


async def get(port: int, path: str) -> dict[str, Any]:
    def read() -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return json.load(answer)

    return await asyncio.to_thread(read)


class WriterProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def write(self, transactions: int) -> int:
        """Let it make random transactions; how many were refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{transactions}\n".encode())
        line = await self._process.stdout.readline()
        assert line, "the writer died"
        return json.loads(line)["refused"]


@asynccontextmanager
async def random_writers(database_url: str, seeds: random.Random, count: int = 2) -> AsyncIterator[list[WriterProcess]]:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.live.random_writer", database_url, str(seeds.randrange(2**32)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(count)
    ]  # fmt: skip
    try:
        yield [WriterProcess(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            await process.wait()
