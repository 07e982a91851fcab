"""One sync run, from the claim to the record of how it went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from stackdock.adapters.contract import Adapter, Resource
from stackdock.adapters.listing import read_listing
from stackdock.adapters.session import Session, open_session
from stackdock.columns import new_id, utc_now
from stackdock.db.sessions import reading
from stackdock.errors import AccessRefused, AdapterError, CredentialsRejected, LeaseLost, RateLimited, StackDockError
from stackdock.models import RunStatus, SyncRunKind
from stackdock.providers import ADAPTERS
from stackdock.resources import TABLES
from stackdock.services.dock_addresses import dock_target, with_address
from stackdock.services.dock_credentials import list_credentials, open_credentials, reveal
from stackdock.services.master_key import keyring
from stackdock.sync.claim import Claim
from stackdock.sync.finish import asked_to_wait, finish, record_failed_kind, release
from stackdock.sync.progress import Progress, kept_lease
from stackdock.sync.reconcile import reconcile

logger = logging.getLogger(__name__)

ENDS_THE_RUN = (CredentialsRejected, RateLimited)
"""What one listing meets, the next would meet too: asking on would only annoy the provider."""


@dataclass
class _Done:
    """What a run has to tell of itself so far."""

    kinds: list[SyncRunKind] = field(default_factory=list)
    calls: int = 0
    retry_after_seconds: float = 0.0


async def run_sync(claim: Claim) -> RunStatus | None:
    """Sync the claimed dock and record the outcome; None when another worker has taken it over meanwhile."""
    done = _Done()
    failure: StackDockError | None = None
    progress = Progress()
    try:
        async with kept_lease(claim.lease, progress):
            try:
                adapter = ADAPTERS[claim.dock.provider]
                async with _session(claim, adapter) as session:
                    try:
                        failure = await _sync_kinds(claim, adapter, session, progress, done)
                    finally:
                        done.calls = session.calls
            except LeaseLost:
                raise
            except StackDockError as error:
                failure = error
        return await _finish(claim, done, failure)
    except LeaseLost:
        logger.info("Dock %s: another worker has taken over run %s", claim.lease.dock_id, claim.run_id)
        return None
    except asyncio.CancelledError:
        await _give_back(claim)
        raise
    except StackDockError as error:
        return await _finish_late(claim, done, error)
    except Exception:
        # The outermost loop of a run: a bug ends this run and not the worker; the reference finds the traceback.
        reference = new_id()
        logger.exception("Dock %s: run %s met a bug, reference %s", claim.lease.dock_id, claim.run_id, reference)
        return await _finish_late(claim, done, StackDockError(f"An error inside StackDock, reference {reference}."))


async def _finish(claim: Claim, done: _Done, failure: StackDockError | None) -> RunStatus:
    return await finish(claim, done.kinds, done.calls, failure, retry_after_seconds=done.retry_after_seconds)


async def _finish_late(claim: Claim, done: _Done, error: StackDockError) -> RunStatus | None:
    try:
        return await _finish(claim, done, error)
    except LeaseLost:
        return None


async def _give_back(claim: Claim) -> None:
    try:
        await release(claim)
    except LeaseLost:
        logger.info("Dock %s was taken over before it could be given back", claim.lease.dock_id)


@asynccontextmanager
async def _session(claim: Claim, adapter: Adapter) -> AsyncIterator[Session]:
    """The provider, with the dock's credentials: decrypted here and nowhere else in a sync, as the run already records."""
    target = dock_target(claim.dock)
    async with reading(claim.lease.scope) as rows:
        sealed = await list_credentials(rows, claim.dock.id)
    fields = with_address(adapter, reveal(open_credentials(keyring(), claim.dock, sealed)), target.base_url)
    async with open_session(adapter, fields, base_url=target.base_url, policy=target.policy, paced=True) as session:
        yield session


async def _sync_kind(claim: Claim, adapter: Adapter, resource: Resource, session: Session, progress: Progress) -> SyncRunKind:
    started_at = utc_now()
    listing = await read_listing(adapter, resource, session, on_page=partial(progress.on_page, resource.kind))
    with listing:
        return await reconcile(claim, resource.kind, listing, started_at)


async def _sync_kinds(claim: Claim, adapter: Adapter, session: Session, progress: Progress, done: _Done) -> StackDockError | None:
    """List and reconcile each kind in turn; what made the rest pointless, if anything did."""
    resources = [resource for resource in adapter.resources if resource.kind in TABLES]
    for position, resource in enumerate(resources):
        started_at, calls_before = utc_now(), session.calls
        progress.begin(resource.kind)
        try:
            done.kinds.append(await _sync_kind(claim, adapter, resource, session, progress))
        except AccessRefused as error:
            calls = session.calls - calls_before
            done.kinds.append(await record_failed_kind(claim, resource.kind, error, started_at, calls=calls, skipped=True))
        except AdapterError as error:
            calls = session.calls - calls_before
            done.retry_after_seconds = max(done.retry_after_seconds, asked_to_wait(error))
            ends = isinstance(error, ENDS_THE_RUN)
            for unread in resources[position:] if ends else [resource]:
                done.kinds.append(await record_failed_kind(claim, unread.kind, error, started_at, calls=calls, skipped=False))
                calls = 0  # for the kinds after it nothing was asked
            if ends:
                return error
    return None
