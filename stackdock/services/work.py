"""What a mutation works with: its session, rows it may touch, and the audit entries it leaves."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.errors import NotFound
from stackdock.security.scope import Scope
from stackdock.services.audit import Entry
from stackdock.services.audit_actions import AuditAction
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible

Row = TypeVar("Row", bound=SQLModel)


class Work:
    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        self.entries: list[Entry] = []
        self.is_unchanged = False

    async def get(self, model: type[Row], row_id: object) -> Row:
        """The row, locked until the transaction ends. NotFound when it is missing or not this scope's to see."""
        table: Any = model
        statement = visible(select(model).where(table.id == read_id(row_id)), model, self.scope).with_for_update()
        row = (await self.session.exec(statement)).one_or_none()
        if row is None:
            raise NotFound
        return row

    def record(self, action: AuditAction, **details: Any) -> None:
        """Leave an audit entry; `details` are the fields of `audit.Entry`. Give no secret: what is given is kept for ever."""
        self.entries.append(Entry(action, **details))

    def leave_unchanged(self) -> None:
        """Say that what was asked for is so already: nothing was changed, so there is nothing to record."""
        self.is_unchanged = True
