"""`make bench`: everything that is measured, in one table.

Run it on a quiet machine and write the table into docs/performance.md, with the line about the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import live, resync, start_up

CLIENTS = [1, 50, 200, 500, 1000]
ROWS = [1000, 100_000]


@dataclass(frozen=True)
class Line:
    """One line of the table; a column that says nothing about it stays empty."""

    what: str
    clients: int | None = None
    rows: int | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    cpu_us: float | None = None
    message_bytes: int | None = None
    lost: int | None = None
    writes: int | None = None
    seconds: float | None = None


HEADINGS = ("what", "clients", "rows", "p50 ms", "p95 ms", "µs CPU/update", "bytes", "lost", "writes", "seconds")


def main(arguments: Sequence[str]) -> None:
    asked = read(arguments)
    lines: list[Line] = []
    report(f"{machine()}; commit {commit()}; load average before {os.getloadavg()[0]:.2f}")
    for part in asked.parts or PARTS:
        for line in PARTS[part](asked.quick):
            lines.append(line)
            report(line)
    print(table(lines))


def read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure, and print one table.")
    parser.add_argument("--quick", action="store_true", help="few clients and few rows: a minute instead of ten")
    parser.add_argument(
        "--only", dest="parts", action="append", choices=PARTS, help="measure this part alone; may be given several times"
    )
    return parser.parse_args(arguments)


def measure_live(is_quick: bool) -> Iterator[Line]:
    for figure in live.measure(CLIENTS[:2] if is_quick else CLIENTS, ROWS[:1] if is_quick else ROWS):
        values = (
            figure.clients,
            figure.rows or None,
            figure.p50_ms,
            figure.p95_ms,
            figure.cpu_us,
            figure.message_bytes,
            figure.lost,
        )
        yield Line(figure.way, *values)


def measure_resync(_is_quick: bool) -> Iterator[Line]:
    for resynced in resync.measure():
        what = f"resync of unchanged resources, {resynced.database}"
        yield Line(what, rows=resynced.resources, writes=resynced.writes, seconds=resynced.seconds)


def measure_start_up(_is_quick: bool) -> Iterator[Line]:
    for what, seconds in start_up.measure():
        yield Line(what, seconds=seconds)


PARTS: dict[str, Callable[[bool], Iterator[Line]]] = {
    "live": measure_live,
    "resync": measure_resync,
    "start-up": measure_start_up,
}


def table(lines: list[Line]) -> str:
    rows = ["| " + " | ".join(HEADINGS) + " |", "|---" + "|---:" * (len(HEADINGS) - 1) + "|"]
    for line in lines:
        cells = [line.what, *(shown(value) for value in list(vars(line).values())[1:])]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"


def machine() -> str:
    information = Path("/proc/cpuinfo")
    found = (
        [line for line in information.read_text().splitlines() if line.startswith("model name")] if information.exists() else []
    )
    model = found[0].partition(":")[2].strip() if found else platform.processor()
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def commit() -> str:
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def report(line: object) -> None:
    """Progress, and what is left when a later part fails; the table alone goes to standard output."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
