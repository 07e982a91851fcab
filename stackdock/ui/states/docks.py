"""What is asked of docks from more than one page: a sync now, of one or of all."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.docks import request_sync
from stackdock.services.sync_all import request_sync_of_all
from stackdock.ui.states.handlers import handler


class DocksState(rx.State):
    synced: str = ""

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def sync(self, scope: Scope, dock_id: str, idempotency_key: str) -> None:
        try:
            await request_sync(scope, dock_id)
        finally:
            async with self:
                self.synced = idempotency_key

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def sync_all(self, scope: Scope, idempotency_key: str) -> None:
        try:
            await request_sync_of_all(scope)
        finally:
            async with self:
                self.synced = idempotency_key
