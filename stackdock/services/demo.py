"""The demo estate: one demo dock for every simulator, added and removed with one click."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from stackdock.columns import new_id
from stackdock.errors import Conflict
from stackdock.models import Dock
from stackdock.providers import ADAPTERS
from stackdock.security.permissions import Area
from stackdock.security.scope import ActorKind, Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_credentials import mask, seal_credentials, store_credentials
from stackdock.services.dock_fields import DEMO_INTERVAL_SECONDS
from stackdock.services.dock_removal import take_away
from stackdock.services.dock_rows import lock_dock_names, record_dock
from stackdock.services.master_key import keyring
from stackdock.services.operations import mutation
from stackdock.services.visibility import visible
from stackdock.services.work import Work
from stackdock.simulators import ACCEPTED_TOKEN, SIMULATORS


@mutation(Area.DOCKS)
async def start_demo(scope: Scope, work: Work) -> dict[str, Any]:
    """Link a demo dock to each simulator; the app runs these while demo docks exist. Raises: Conflict when it is on already."""
    await lock_dock_names(work)
    taken = {name.lower() for name in (await work.session.exec(_of_organization(scope, Dock.name))).all()}
    if await _list_demo_docks(work):
        raise Conflict("The demo estate is already here.")
    dock_ids = [await _link(work, slug, taken) for slug in sorted(SIMULATORS)]
    work.record(AuditAction.DEMO_STARTED, target_kind="demo", after={"docks": len(dock_ids)})
    return {"dock_ids": dock_ids}


@mutation(Area.DOCKS)
async def remove_demo(scope: Scope, work: Work) -> dict[str, int]:
    """Remove every demo dock with all that came from it; says how many docks and resources went. Without a demo: nothing."""
    await lock_dock_names(work)
    docks = await _list_demo_docks(work)
    if not docks:
        work.leave_unchanged()
        return {"removed": 0, "resources": 0}
    resources = sum([await take_away(work, dock) for dock in docks])
    work.record(AuditAction.DEMO_REMOVED, target_kind="demo", before={"docks": len(docks), "resources": resources})
    return {"removed": len(docks), "resources": resources}


async def _link(work: Work, slug: str, taken: set[str]) -> str:
    organization_id, dock_id = work.scope.organization, new_id()
    name = f"Demo {ADAPTERS[slug].name}"
    while name.lower() in taken:
        name += " (demo)"
    # Sealed like any other credentials, so that a demo takes the very path that a real dock takes.
    sealed = seal_credentials(keyring(), organization_id, dock_id, mask({"token": ACCEPTED_TOKEN}), f"demo|{slug}")
    dock = Dock(
        id=dock_id,
        organization_id=organization_id,
        provider=slug,
        name=name[:80],
        account="Simulated",
        is_demo=True,
        linked_by_id=work.scope.actor.id if work.scope.actor.kind is ActorKind.PERSON else None,
        data_key=sealed.data_key,
        key_id=sealed.key_id,
        credential_fingerprint=sealed.fingerprint,
        interval_seconds=DEMO_INTERVAL_SECONDS,
    )
    work.session.add(dock)
    await work.session.flush()
    await store_credentials(work.session, dock, sealed)
    record_dock(work, AuditAction.DOCK_LINKED, dock, after={"name": dock.name, "provider": slug, "is_demo": True})
    return dock_id


def _of_organization(scope: Scope, *columns: Any) -> Any:
    return select(*columns).where(Dock.organization_id == scope.organization)


async def _list_demo_docks(work: Work) -> list[Dock]:
    mine = visible(select(Dock).where(Dock.is_demo).order_by(Dock.name, Dock.id), Dock, work.scope)
    return list((await work.session.exec(mine.with_for_update())).all())
