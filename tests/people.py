"""People as tests meet them: an owner who can sign in, and requests that come from somewhere."""

from __future__ import annotations

from pydantic import SecretStr
from sqlmodel import col, select

from stackdock.db.sessions import reading
from stackdock.models import AuditEntry, Organization, User
from stackdock.security.passwords import hash_password
from stackdock.security.scope import Actor, ActorKind, Request, Scope, operator_scope, system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.setup import NewOwner
from stackdock.services.sign_in import sign_in
from tests.factories import make_organization, make_owner, save

PASSWORD = "correct horse battery"
OPERATOR = operator_scope(None, "test")


def anonymous(address: str = "203.0.113.7", key: str | None = None) -> Scope:
    return Scope(Actor(ActorKind.ANONYMOUS), request=Request(address=address, agent="a browser", idempotency_key=key))


def new_owner(
    email: str = "ana@acme.example", organization_name: str = "Acme Agency", password: str = PASSWORD, name: str = "Ana"
) -> NewOwner:
    return NewOwner(email=email, name=name, password=SecretStr(password), organization_name=organization_name)


async def make_owner_who_can_sign_in(slug: str = "acme", email: str = "ana@acme.example") -> tuple[Organization, User]:
    organization = await make_organization(slug)
    user = await make_owner(organization, email)
    user.password_hash = await hash_password(PASSWORD)
    await save(user)
    return organization, user


async def signed_in_token(email: str = "ana@acme.example", address: str = "203.0.113.7") -> str:
    return await sign_in(anonymous(address), email, SecretStr(PASSWORD))


async def audit_entries(*actions: AuditAction) -> list[AuditEntry]:
    async with reading(system_scope(None)) as session:
        query = select(AuditEntry).order_by(col(AuditEntry.recorded_at), col(AuditEntry.id))
        return [entry for entry in await session.exec(query) if not actions or entry.action in actions]
