"""Agreeing to deletions that a sync has held back."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.held_deletions import accept_deletions
from stackdock.ui.states.handlers import handler


class HeldState(rx.State):
    answered: str = ""

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def accept(self, scope: Scope, dock_id: str, kind: str, shown_count: int, idempotency_key: str) -> None:
        try:
            await accept_deletions(scope, dock_id, kind, shown_count)
        finally:
            async with self:
                self.answered = idempotency_key
