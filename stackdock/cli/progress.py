"""What a person sees while the console prepares itself."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LINE_SECONDS = 10.0  # how often a log, which cannot overwrite a line, is told that work goes on


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name a step that takes a while, show its seconds as they pass, and end the line with how long it took."""
    started_at = time.monotonic()
    is_done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, started_at, is_done), daemon=True)
    print(f"· {title} …", end="" if sys.stdout.isatty() else "\n", flush=True)
    ticker.start()
    try:
        yield
    finally:
        is_done.set()
        ticker.join()
        print(f"{_line_start()}· {title}: {time.monotonic() - started_at:.1f} s", flush=True)


def _tick(title: str, started_at: float, is_done: threading.Event) -> None:
    while not is_done.wait(1.0 if sys.stdout.isatty() else LINE_SECONDS):
        end = "" if sys.stdout.isatty() else "\n"
        print(f"{_line_start()}· {title} … {time.monotonic() - started_at:.0f} s", end=end, flush=True)


def _line_start() -> str:
    return "\r\x1b[K" if sys.stdout.isatty() else ""
