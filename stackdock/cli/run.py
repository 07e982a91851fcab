"""How every command runs its async part and how it fails: one sentence on stderr, exit 1, no traceback."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

import typer

from stackdock.errors import StackDockError

T = TypeVar("T")


@contextlib.contextmanager
def errors_as_sentences() -> Generator[None]:
    """Turn an error on purpose into its sentence and exit code 1; anything else is a bug and keeps its traceback."""
    try:
        yield
    except StackDockError as error:
        print_error(error.message)
        raise typer.Exit(1) from None


def run_command(command: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end. Ctrl-C and SIGTERM cancel it, so that whatever it started is stopped as well."""
    with errors_as_sentences():
        try:
            return asyncio.run(_until_stopped(command))
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise typer.Exit(130) from None


def print_error(message: str) -> None:
    print(f"stackdock: {message}", file=sys.stderr)


async def _until_stopped(command: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(command)
    with contextlib.suppress(RuntimeError):  # signals belong to the main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
