"""What an adapter is: data first, code only where a provider is odd."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import httpx

from stackdock.adapters.limits import RateLimit
from stackdock.adapters.mapper import Item, Mapper
from stackdock.resources import KINDS

if TYPE_CHECKING:
    from stackdock.adapters.session import Session

Credentials = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CredentialField:
    """One thing a dock authenticates with. A provider's main secret is named `token`, a self-hosted address `base_url`."""

    name: str
    label: str
    help: str = ""
    secret: bool = True
    required: bool = True  # only secrets may be: organizations, teams and accounts are discovered

    def __post_init__(self) -> None:
        if self.required and not self.secret and self.name != "base_url":
            raise TypeError(f"credential field {self.name!r} is required but no secret: discover it instead")


@dataclass(frozen=True)
class Page:
    items: list[Item]
    total: int | None = None  # how many items the whole listing has, where the provider tells


class Source(Protocol):
    """Where the items of one listing come from: an `Endpoint`, or a class in the provider's file."""

    def pages(self, session: Session) -> AsyncGenerator[Page]:
        """Yield the listing page by page, in the provider's order: everything, or raise.

        A listing that ends early without raising would make every resource after its end look deleted.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One listing: items out of the provider (source), and each item made into normalized fields (mapper)."""

    source: Source
    mapper: Mapper
    keep: Callable[[Item], bool] | None = None  # False leaves a listed item out, e.g. one that is already deleted

    @property
    def kind(self) -> str:
        return self.mapper.kind.kind


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose credentials these are, as far as the provider says."""

    account: str | None = None
    warnings: tuple[str, ...] = ()  # what works less well than it could, in whole sentences


Verify = Callable[["Session"], Awaitable[Identity]]
"""Ask the provider whose credentials these are; usually `Probes`."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A provider, described."""

    slug: str
    name: str
    credentials: tuple[CredentialField, ...]
    verify: Verify
    resources: tuple[Resource, ...]
    base_url: str | None = None  # with the API's path prefix; None where it differs per service, region or installation
    auth: Callable[[Credentials], httpx.Auth] | None = None
    limits: tuple[RateLimit, ...] = ()  # published ones only
    token_page_url: str | None = None  # where a person creates the credential
    scope_help: str = ""  # the least the credential must be allowed to do

    def __post_init__(self) -> None:
        kinds = [resource.kind for resource in self.resources]
        names = [field.name for field in self.credentials]
        if unknown := set(kinds) - set(KINDS):
            raise TypeError(f"{self.slug}: {sorted(unknown)} is no resource kind")
        for twice in (kinds, names):
            if len(set(twice)) != len(twice):
                raise TypeError(f"{self.slug}: {twice} names one thing twice")

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(resource.kind for resource in self.resources)

    def resource(self, kind: str) -> Resource:
        """The listing of this kind. Raises KeyError for a kind that is not in `kinds`."""
        for resource in self.resources:
            if resource.kind == kind:
                return resource
        raise KeyError(kind)
