"""Every action that an audit entry can name: past tense, "noun.happened"."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    ACCESS_DENIED = "access.denied"
    CREDENTIALS_CHECKED = "credentials.checked"
    CREDENTIALS_REPLACED = "credentials.replaced"
    DEMO_REMOVED = "demo.removed"
    DEMO_STARTED = "demo.started"
    DOCK_DELETIONS_ACCEPTED = "dock.deletions_accepted"
    DOCK_INTERVAL_CHANGED = "dock.interval_changed"
    DOCK_LINKED = "dock.linked"
    DOCK_PAUSED = "dock.paused"
    DOCK_REMOVED = "dock.removed"
    DOCK_RENAMED = "dock.renamed"
    DOCK_RESUMED = "dock.resumed"
    DOCK_SYNC_REQUESTED = "dock.sync_requested"
    INSTANCE_CLAIMED = "instance.claimed"
    SETUP_LINK_CREATED = "setup_link.created"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGNED_IN = "session.signed_in"
    SIGNED_OUT = "session.signed_out"
