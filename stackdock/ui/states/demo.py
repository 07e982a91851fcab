"""The demo estate: on with one click, off with one click on a button that says what goes."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.demo import remove_demo, start_demo
from stackdock.ui.states.handlers import handler
from stackdock.ui.states.notices import notify


class DemoState(rx.State):
    answered: str = ""

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def start(self, scope: Scope, idempotency_key: str) -> None:
        try:
            await start_demo(scope)
        finally:
            async with self:
                self.answered = idempotency_key

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def remove(self, scope: Scope, idempotency_key: str) -> None:
        try:
            gone = await remove_demo(scope)
            docks, resources = gone["removed"], gone["resources"]
            words = f"The demo is gone: {docks} docks, {resources:,} resources." if docks else "There is no demo any more."
            async with self:
                await notify(self, words, "success")
        finally:
            async with self:
                self.answered = idempotency_key
