"""AWS on loopback for `provider read aws --simulator`: moto's server in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import socket
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from stackdock.errors import StackDockError

START_SECONDS = 40.0
_INSTANCES_PER_CALL = 500


@dataclass(frozen=True)
class RunningMoto:
    base_url: str
    credentials: dict[str, str]


@contextlib.asynccontextmanager
async def open_moto(*, size: int = 0, region: str = "eu-central-1") -> AsyncGenerator[RunningMoto]:
    """Serve AWS on a free loopback port, with `size` instances in `region`, until the block ends.

    Raises StackDockError when moto is not installed or does not start.
    """
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise StackDockError("The AWS simulator is moto_server, which comes with the test tools: run `make install` first.")
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
    )  # fmt: skip
    try:
        await _until_listening(process, port)
        running = RunningMoto(f"http://127.0.0.1:{port}", {"access_key_id": "simulator", "token": "simulator"})
        if size:
            await asyncio.to_thread(_run_instances, running, region, size)
        yield running
    finally:
        await _stop(process)


def ec2_client(running: RunningMoto, region: str) -> Any:
    """A plain boto3 client of the simulator, to arrange things there."""
    import boto3

    return boto3.client(
        "ec2",
        region_name=region,
        endpoint_url=running.base_url,
        aws_access_key_id=running.credentials["access_key_id"],
        aws_secret_access_key=running.credentials["token"],
    )


def _run_instances(running: RunningMoto, region: str, size: int) -> None:
    client = ec2_client(running, region)
    for first in range(0, size, _INSTANCES_PER_CALL):
        count = min(_INSTANCES_PER_CALL, size - first)
        tags = [{"Key": "Name", "Value": f"simulated-{first // _INSTANCES_PER_CALL + 1}"}, {"Key": "env", "Value": "demo"}]
        client.run_instances(
            ImageId="ami-12c6146b",
            InstanceType="t3.micro",
            MinCount=count,
            MaxCount=count,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _until_listening(process: asyncio.subprocess.Process, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.returncode is not None:
            raise StackDockError("moto_server ended at its start: is moto[server] installed completely?")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.1)
    raise StackDockError(f"moto_server did not listen within {START_SECONDS:.0f} seconds.")


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(5):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
