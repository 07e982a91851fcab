"""Every resource kind there is, by its one name."""

KINDS: tuple[str, ...] = (
    "server", "web_service", "domain", "database", "block_volume", "bucket", "repository", "deployment",
    "monitor", "issue", "backup_schedule", "snapshot", "backup_integration",
)  # fmt: skip
"""Also those that no provider fills yet; `TABLES` has the ones that are kept."""
