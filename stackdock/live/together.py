"""Parts that make sense only together: when one ends, in whatever way, all end, and whoever started them learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn


class PartEnded(RuntimeError):
    """A part that should run for ever returned, or somebody cancelled it."""


async def run_together(**parts: Coroutine[Any, Any, None]) -> NoReturn:
    """Run parts that never end by themselves, until one does all the same or the caller is cancelled.

    Raises what the part raised, or PartEnded. A TaskGroup would go on without a part that returned or was cancelled.
    """
    tasks = {asyncio.create_task(part, name=f"live {name}"): name for name, part in parts.items()}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        if not task.cancelled() and (error := task.exception()):
            raise error
    raise PartEnded(f"the live {' and the '.join(tasks[task] for task in ended)} ended without an error")
