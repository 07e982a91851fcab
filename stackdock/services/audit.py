"""Append audit entries in the transaction of the change they describe: if they cannot be written, nothing is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import utc_now
from stackdock.models import AuditEntry, AuditResult
from stackdock.security.scope import Scope
from stackdock.services.audit_actions import AuditAction

INSTANCE_CHAIN = "instance"
FIRST_PREVIOUS_HASH = "0" * 64


@dataclass(frozen=True)
class Entry:
    """What is worth recording about one act. `before` and `after` hold the changed fields only, and never a secret."""

    action: AuditAction
    result: AuditResult = AuditResult.DONE
    reason: str | None = None
    target_kind: str | None = None
    target_id: str | None = None
    target_label: str | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    organization_id: str | None = None  # of the chain; the scope's own where None
    actor_id: str | None = None  # where the act itself tells who it was (set-up, sign-in)
    actor_label: str | None = None


async def append(session: AsyncSession, scope: Scope, entries: Sequence[Entry]) -> None:
    """Add `entries` to the end of their chains, each linked to the hash of the one before it.

    Writers of one chain take turns until they commit (SQLite has one writer anyway; PostgreSQL takes an advisory lock),
    so a chain has no gap and no fork.
    """
    for entry in entries:
        organization_id = entry.organization_id or scope.organization_id
        chain = organization_id or INSTANCE_CHAIN
        if session.get_bind().dialect.name == "postgresql":
            connection = await session.connection()
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:chain, 7))"), {"chain": "audit:" + chain}
            )
        last = (await session.exec(_last_of(chain))).first()
        row = AuditEntry(
            organization_id=organization_id,
            chain=chain,
            sequence=last.sequence + 1 if last else 1,
            previous_hash=last.hash if last else FIRST_PREVIOUS_HASH,
            hash="",
            recorded_at=utc_now(),
            actor_kind=scope.actor.kind,
            actor_id=entry.actor_id or scope.actor.id,
            actor_label=(entry.actor_label or scope.actor.label)[:254],
            action=entry.action,
            result=entry.result,
            reason=entry.reason[:512] if entry.reason else None,
            target_kind=entry.target_kind,
            target_id=entry.target_id,
            target_label=entry.target_label[:254] if entry.target_label else None,
            before=entry.before,
            after=entry.after,
            address=scope.request.address[:64],
            agent=scope.request.agent[:256],
            request_id=scope.request.id[:64],
        )
        row.hash = entry_hash(row)
        session.add(row)
        await session.flush()


def entry_hash(row: AuditEntry) -> str:
    """SHA-256 over every column but the hash itself, in one canonical JSON text."""
    values = row.model_dump(exclude={"hash"})
    canonical = {name: _canonical(value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _last_of(chain: str) -> Any:
    return select(AuditEntry).where(AuditEntry.chain == chain).order_by(col(AuditEntry.sequence).desc()).limit(1)
