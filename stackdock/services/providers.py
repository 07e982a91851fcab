"""The providers that a dock can be linked to: what each needs and what it brings. From code, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from stackdock.providers import ADAPTERS
from stackdock.security.permissions import Area
from stackdock.security.scope import Scope
from stackdock.services.dock_addresses import address_need
from stackdock.services.operations import public, query


@dataclass(frozen=True)
class CredentialInput:
    """One field of the link form. `is_secret` hides it while it is typed."""

    name: str
    label: str
    help: str
    is_secret: bool
    is_required: bool


@dataclass(frozen=True)
class Provider:
    slug: str
    name: str
    kinds: tuple[str, ...]
    credentials: tuple[CredentialInput, ...]
    scope_help: str  # the least the credential must be allowed to do
    token_page_url: str  # where a person makes one, "" where there is no such page


@public("which providers exist is the same for everybody and in the source code")
def list_providers() -> list[Provider]:
    """Every provider, by name."""
    found = [
        Provider(
            slug=adapter.slug,
            name=adapter.name,
            kinds=adapter.kinds,
            credentials=tuple(
                CredentialInput(field.name, field.label, field.help, field.secret, field.required)
                for field in adapter.credentials
            ),
            scope_help=adapter.scope_help,
            token_page_url=adapter.token_page_url or "",
        )
        for adapter in ADAPTERS.values()
    ]
    return sorted(found, key=lambda provider: provider.name.casefold())


@query(Area.DOCKS)
async def list_address_needs(scope: Scope) -> dict[str, str]:
    """Slug → whether a dock's own address is "required", "optional" or "none" on this instance."""
    return {slug: address_need(adapter) for slug, adapter in ADAPTERS.items()}
