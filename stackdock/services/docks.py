"""Docks that are linked: see them, name them, and say when they are synced. Linking is `dock_linking.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from stackdock.columns import utc_now
from stackdock.models import Dock, DockKind
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.dock_fields import interval_choices, read_dock_name, read_interval
from stackdock.services.dock_rows import ask_for_sync, lock_dock_names, record_dock, require_free_name
from stackdock.services.operations import mutation, selects
from stackdock.services.row_ids import read_id
from stackdock.services.visibility import visible
from stackdock.services.work import Work

__all__ = [
    "change_interval",
    "interval_choices",
    "pause_dock",
    "rename_dock",
    "request_sync",
    "resume_dock",
    "select_dock_kinds",
    "select_docks",
]

_DOCK_COLUMNS = (
    "id", "name", "provider", "status", "progress", "interval_seconds", "paused_at", "paused_by", "next_sync_at",
    "sync_requested_at", "sync_requested_by", "last_started_at", "last_complete_at", "consecutive_failures", "error_code",
    "error_message", "resource_count", "is_demo", "account", "base_url", "created_at",
)  # fmt: skip
_KIND_COLUMNS = (
    "id", "dock_id", "kind", "last_complete_at", "resource_count", "held_count", "held_at", "accepted_at", "accepted_by",
    "accepted_count", "error_code", "error_message",
)  # fmt: skip


@selects(Area.DOCKS)
def select_docks(scope: Scope, dock_id: str | None = None) -> Any:
    """The docks by name, without anything of their credentials; one of them with `dock_id`."""
    statement = visible(select(*(getattr(Dock, name) for name in _DOCK_COLUMNS)), Dock, scope)  # type: ignore[call-overload]
    if dock_id is not None:
        statement = statement.where(Dock.id == read_id(dock_id))
    return statement.order_by(Dock.name, Dock.id)


@selects(Area.DOCKS)
def select_dock_kinds(scope: Scope, dock_id: str | None = None) -> Any:
    """Per dock and kind: when it was last listed completely, and what is held back."""
    statement = visible(select(*(getattr(DockKind, name) for name in _KIND_COLUMNS)), DockKind, scope)  # type: ignore[call-overload]
    if dock_id is not None:
        statement = statement.where(DockKind.dock_id == read_id(dock_id))
    return statement.order_by(DockKind.dock_id, DockKind.kind, DockKind.id)


@mutation(Area.DOCKS)
async def rename_dock(scope: Scope, work: Work, dock_id: str, name: str) -> dict[str, str]:
    name = read_dock_name(name)
    await lock_dock_names(work)
    dock = await work.get(Dock, dock_id)
    await require_free_name(work, name, but_for=dock.id)
    record_dock(work, AuditAction.DOCK_RENAMED, dock, before={"name": dock.name}, after={"name": name})
    dock.name = name
    return {"id": dock.id}


@mutation(Area.DOCKS)
async def change_interval(scope: Scope, work: Work, dock_id: str, interval_seconds: int) -> dict[str, str]:
    """How long from the start of one sync to the next; counts from the last start, so a shorter one may be due at once."""
    dock = await work.get(Dock, dock_id)
    interval_seconds = read_interval(interval_seconds, dock.is_demo)
    before, after = {"interval_seconds": dock.interval_seconds}, {"interval_seconds": interval_seconds}
    record_dock(work, AuditAction.DOCK_INTERVAL_CHANGED, dock, before=before, after=after)
    if not dock.consecutive_failures and dock.last_started_at and dock.next_sync_at:
        dock.next_sync_at += timedelta(seconds=interval_seconds - dock.interval_seconds)
    dock.interval_seconds = interval_seconds
    return {"id": dock.id}


@mutation(Area.DOCKS)
async def pause_dock(scope: Scope, work: Work, dock_id: str) -> dict[str, str]:
    """No sync by itself from now on; one that runs ends as usual, and a person may still ask for one."""
    dock = await work.get(Dock, dock_id)
    record_dock(work, AuditAction.DOCK_PAUSED, dock)
    if dock.paused_at is None:
        dock.paused_at, dock.paused_by = utc_now(), scope.actor.shown[:128]
    return {"id": dock.id}


@mutation(Area.DOCKS)
async def resume_dock(scope: Scope, work: Work, dock_id: str) -> dict[str, str]:
    dock = await work.get(Dock, dock_id)
    record_dock(work, AuditAction.DOCK_RESUMED, dock)
    dock.paused_at = dock.paused_by = None
    return {"id": dock.id}


@mutation(Area.DOCKS)
async def request_sync(scope: Scope, work: Work, dock_id: str) -> dict[str, Any]:
    """Ask for a sync as soon as possible and return at once, also for a dock that is paused or waits after a failure.

    `lease_number` is the last one given out: the run asked for has a higher one. While a run is going on, one more follows it,
    because a change made just now may lie behind what that run has already read.
    """
    dock = await work.get(Dock, dock_id)
    record_dock(work, AuditAction.DOCK_SYNC_REQUESTED, dock)
    ask_for_sync(dock, work)
    return {"id": dock.id, "lease_number": dock.lease_number}
