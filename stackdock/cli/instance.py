"""The instance a command works on: its database, brought up to date, its master key, and one organization."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from stackdock.cli.setup_link import operator_label
from stackdock.db.database import close_database, database_url, open_database
from stackdock.security.scope import Scope, operator_scope
from stackdock.services.master_key import open_keyring
from stackdock.services.organizations import choose_organization
from stackdock.settings import settings


@asynccontextmanager
async def open_instance(organization_slug: str | None) -> AsyncGenerator[Scope]:
    """Open what the settings name, and act as the operator in the organization of that slug (or the only one)."""
    await open_database(database_url(settings()))
    try:
        nowhere = operator_scope(None, operator_label())
        await open_keyring(nowhere, settings().data_dir.resolve())
        yield operator_scope(await choose_organization(nowhere, organization_slug), operator_label())
    finally:
        await close_database()
