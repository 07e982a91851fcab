"""The audit log is one unbroken chain per organization."""

import asyncio
import itertools
from typing import Any

from sqlmodel import col, select

from stackdock.db.sessions import reading, transaction
from stackdock.models import AuditEntry, Organization
from stackdock.security.scope import system_scope
from stackdock.services.audit import FIRST_PREVIOUS_HASH, Entry, append, entry_hash
from stackdock.services.audit_actions import AuditAction
from tests.factories import make_organization, owner_scope


async def record(organization: Organization, count: int = 1) -> None:
    scope = owner_scope(organization)
    async with transaction(scope) as session:
        await append(session, scope, [Entry(AuditAction.DOCK_RENAMED, after={"name": f"é{n}"}) for n in range(count)])


async def chain(organization: Organization) -> list[AuditEntry]:
    async with reading(system_scope(None)) as session:
        of_it = select(AuditEntry).where(AuditEntry.chain == organization.id).order_by(col(AuditEntry.sequence))
        return list((await session.exec(of_it)).all())


async def test_each_entry_carries_the_hash_of_the_one_before(database: object) -> None:
    acme = await make_organization()
    await record(acme, 3)
    await record(acme)
    entries = await chain(acme)
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous_hash for entry in entries] == [FIRST_PREVIOUS_HASH, *(entry.hash for entry in entries[:-1])]


async def test_a_stored_entry_still_has_its_hash_and_an_edited_one_does_not(database: object) -> None:
    acme = await make_organization()
    await record(acme)
    [entry] = await chain(acme)
    assert entry_hash(entry) == entry.hash
    for column in ("actor_label", "action", "target_id", "reason", "address", "result", "chain"):
        values: dict[str, Any] = entry.model_dump() | {column: "forged"}
        edited = AuditEntry(**values)
        assert entry_hash(edited) != entry.hash, f"an edited {column} goes unnoticed"


async def test_many_at_once_leave_no_gap_and_no_fork(database: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    await asyncio.gather(*(record(organization) for organization in (acme, other) for _ in range(10)))
    for organization in (acme, other):
        entries = await chain(organization)
        assert [entry.sequence for entry in entries] == list(range(1, 11))
        assert all(after.previous_hash == before.hash for before, after in itertools.pairwise(entries))
