"""From `make run` to the first page: in a fresh clone with no cache, and again in the same."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"is ready on (http\S+)")


def measure() -> Iterator[tuple[str, float]]:
    """What was measured and its seconds. Clones HEAD: what is not committed is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STACKDOCK_")}
        environment |= {"STACKDOCK_PORT": "0", "PIP_NO_CACHE_DIR": "1", "npm_config_cache": str(Path(folder, "npm"))}
        yield "make run to the first page, fresh clone, empty caches", _seconds_to_first_page(clone, environment)
        yield "make run to the first page, second start", _seconds_to_first_page(clone, environment)


def _seconds_to_first_page(checkout: Path, environment: dict[str, str]) -> float:
    began = time.monotonic()
    command = ["make", "--no-print-directory", "run"]
    process = subprocess.Popen(
        command,
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        for line in process.stdout or ():
            said.append(line)
            if found := READY.search(line):
                assert httpx.get(f"{found[1]}/sign-in").status_code == 200
                return time.monotonic() - began
        raise RuntimeError(f"`make run` ended early:\n{''.join(said)}")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
