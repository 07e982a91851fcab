"""Builders for the rows that tests begin with. Each commits what it makes and returns it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlmodel import SQLModel

from stackdock.columns import new_id
from stackdock.db.sessions import transaction
from stackdock.models import Dock, Membership, Organization, User
from stackdock.resources import Server
from stackdock.security.permissions import OWNER_PERMISSIONS
from stackdock.security.scope import EVERYTHING, Actor, ActorKind, Scope, Visibility, system_scope

Row = TypeVar("Row", bound=SQLModel)


async def save(row: Row) -> Row:
    async with transaction(system_scope(None)) as session:
        session.add(row)
    return row


async def make_organization(slug: str = "acme", name: str | None = None) -> Organization:
    return await save(Organization(slug=slug, name=name or slug.title()))


async def make_user(email: str = "ana@example.com", name: str = "Ana Mendes", password_hash: str = "-") -> User:
    return await save(User(email=email, name=name, password_hash=password_hash))


async def make_owner(organization: Organization, email: str = "ana@example.com") -> User:
    user = await make_user(email)
    await save(Membership(organization_id=organization.id, user_id=user.id, role="owner"))
    return user


async def make_dock(organization: Organization, name: str = "Acme Hetzner", provider: str = "hetzner", **fields: Any) -> Dock:
    values: dict[str, Any] = {"data_key": "-", "key_id": "-", "credential_fingerprint": new_id()} | fields
    return await save(Dock(organization_id=organization.id, provider=provider, name=name, **values))


async def make_server(dock: Dock, name: str = "web-1", **fields: Any) -> Server:
    values: dict[str, Any] = {"external_id": name, "status_word": "running"} | fields
    return await save(Server(organization_id=dock.organization_id, dock_id=dock.id, name=name, **values))


def owner_scope(organization: Organization, user: User | None = None, visibility: Visibility = EVERYTHING) -> Scope:
    """The scope of an owner; narrower with a `visibility`."""
    actor = Actor(ActorKind.PERSON, user.id if user else new_id(), user.email if user else "ana@example.com")
    return Scope(actor, organization.id, OWNER_PERMISSIONS, visibility)


def powerless_scope(organization: Organization) -> Scope:
    """Somebody of the organization without a single permission."""
    return Scope(Actor(ActorKind.PERSON, new_id(), "eve@example.com"), organization.id)
