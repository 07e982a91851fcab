"""Who may write to a dock's rows: an expiring, numbered lease in the dock's own row.

State: free → held (claim: the number grows by one) → free (finish, or release) … or held → expired → held by another.
Invariant: whoever writes rows of a dock holds, in that very transaction, the dock's row locked with its own number in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.errors import LeaseLost
from stackdock.models import Dock
from stackdock.security.scope import Scope, system_scope

LEASE_SECONDS = 30.0
RENEW_SECONDS = 8.0


@dataclass(frozen=True)
class Lease:
    organization_id: str
    dock_id: str
    owner: str
    number: int

    @property
    def scope(self) -> Scope:
        return system_scope(self.organization_id)


def lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


async def hold(session: AsyncSession, lease: Lease) -> Dock:
    """Lock the dock until the transaction ends and return it. Raises LeaseLost when another worker has it, or it is gone.

    A lease that ran out and that nobody took is still good: the number decides, not the clock.
    """
    mine = select(Dock).where(Dock.id == lease.dock_id).with_for_update(key_share=True)
    dock = (await session.exec(mine)).one_or_none()
    if dock is None or dock.lease_number != lease.number or dock.lease_owner != lease.owner:
        raise LeaseLost
    return dock


async def renew(lease: Lease, progress: str | None) -> None:
    """Keep the lease for another LEASE_SECONDS and show how far the run is. Raises LeaseLost."""
    async with transaction(lease.scope) as session:
        mine = (col(Dock.id) == lease.dock_id, col(Dock.lease_number) == lease.number, col(Dock.lease_owner) == lease.owner)
        kept = await session.exec(update(Dock).where(*mine).values(lease_until=lease_end(utc_now()), progress=progress))
        if not kept.rowcount:
            raise LeaseLost


def extend(dock: Dock) -> None:
    """At the end of a transaction that may have been long: nobody could renew the lease while it held the row."""
    now = utc_now()
    if dock.lease_until is not None and dock.lease_until < now + timedelta(seconds=LEASE_SECONDS - RENEW_SECONDS):
        dock.lease_until = lease_end(now)


def free(dock: Dock) -> None:
    dock.lease_owner = dock.lease_until = dock.progress = None
