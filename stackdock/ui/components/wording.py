"""What is said for names that code uses."""

from __future__ import annotations

ACTION_WORDS: dict[str, str] = {
    "access.denied": "was refused",
    "credentials.checked": "checked the credentials of",
    "credentials.replaced": "replaced the credentials of",
    "demo.removed": "removed the demo estate",
    "demo.started": "started the demo estate",
    "dock.deletions_accepted": "accepted deletions at",
    "dock.interval_changed": "changed the interval of",
    "dock.linked": "linked",
    "dock.paused": "paused",
    "dock.removed": "removed",
    "dock.renamed": "renamed",
    "dock.resumed": "resumed",
    "dock.sync_requested": "asked for a sync of",
    "instance.claimed": "claimed this instance",
    "setup_link.created": "made a set-up link",
    "sign_in.failed": "failed to sign in",
    "session.signed_in": "signed in",
    "session.signed_out": "signed out",
}
"""Audit action → what follows the person's name."""

FAILURE_WORDS: dict[str, str] = {
    "CredentialsRejected": "the provider rejects its token",
    "AccessRefused": "the token may not read it",
    "RateLimited": "the provider limits its calls",
    "ProviderUnavailable": "the provider cannot be reached",
    "UnexpectedResponse": "the provider answers what is not understood",
    "AddressRefused": "its address is not allowed here",
}
"""A dock's `error_code` → what is wrong, after the dock's name."""

RUN_WORDS: dict[str, tuple[str, str]] = {
    "running": ("pending", "Running"),
    "success": ("active", "Complete"),
    "partial": ("degraded", "Partial"),
    "failed": ("failed", "Failed"),
    "abandoned": ("stopped", "Abandoned"),
}
"""A sync run's status → our shape and word."""
