"""Who is asking, for which organization, and what they may see. The first argument of every service function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from stackdock.columns import new_id
from stackdock.errors import PermissionDenied
from stackdock.security.permissions import Area, Level


class ActorKind(StrEnum):
    PERSON = "person"  # signed in
    OPERATOR = "operator"  # whoever runs the CLI on the machine
    SYSTEM = "system"  # the scheduler and sync
    ANONYMOUS = "anonymous"  # not signed in: sign-in and set-up only


@dataclass(frozen=True)
class Actor:
    kind: ActorKind
    id: str | None = None  # the user's id, for a person
    label: str = ""  # what an audit entry keeps, also after the account is gone: a person's email
    name: str = ""  # what people call a person

    @property
    def shown(self) -> str:
        """Who it was, for people to read: the name, else what the log has."""
        return self.name or self.label


@dataclass(frozen=True)
class Visibility:
    """Which docks and single resources may be seen: everything in the organization, or only what is named."""

    everything: bool = False
    docks: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()


EVERYTHING = Visibility(everything=True)


@dataclass(frozen=True)
class Request:
    """Where a call comes from. `idempotency_key` makes a repeated mutation do its work once."""

    id: str = field(default_factory=new_id)
    address: str = ""
    agent: str = ""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Scope:
    actor: Actor
    organization_id: str | None = None
    permissions: Mapping[Area, Level] = field(default_factory=lambda: MappingProxyType({}))
    visibility: Visibility = Visibility()
    request: Request = field(default_factory=Request)

    def allows(self, area: Area, level: Level) -> bool:
        return self.permissions.get(area, Level.NONE) >= level

    def require(self, area: Area, level: Level) -> None:
        """Raise PermissionDenied unless this scope reaches `level` in `area`."""
        if not self.allows(area, level):
            raise PermissionDenied(f"You do not have {level.name.lower()} access to {area.value} here. Ask an owner.")

    @property
    def organization(self) -> str:
        """The organization's id. Raises PermissionDenied for a scope of none."""
        if self.organization_id is None:
            raise PermissionDenied
        return self.organization_id

    def view_key(self, area: Area) -> tuple[object, ...]:
        """What makes two people's results differ: equal keys may share one live view of `area`."""
        return (self.organization_id, self.permissions.get(area, Level.NONE).value, self.visibility)

    def with_key(self, idempotency_key: str | None) -> Scope:
        return replace(self, request=replace(self.request, idempotency_key=idempotency_key or None))


def system_scope(organization_id: str | None, label: str = "sync") -> Scope:
    """The scope of the scheduler and of sync runs: everything inside one organization (or instance-wide for None)."""
    return Scope(
        actor=Actor(ActorKind.SYSTEM, label=label),
        organization_id=organization_id,
        permissions=MappingProxyType(dict.fromkeys(Area, Level.FULL)),
        visibility=EVERYTHING,
    )


def operator_scope(organization_id: str | None, label: str) -> Scope:
    """The scope of a CLI command: whoever can read the data folder is the operator of the instance."""
    return replace(system_scope(organization_id), actor=Actor(ActorKind.OPERATOR, label=label))
