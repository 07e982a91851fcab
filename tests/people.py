"""People as tests meet them: an owner who can sign in, and requests that come from somewhere."""

from __future__ import annotations

from pydantic import SecretStr
from sqlmodel import col, select

from stackdock.columns import utc_now
from stackdock.db.sessions import reading
from stackdock.models import AuditEntry, LoginSession, Organization, User
from stackdock.security.passwords import hash_password
from stackdock.security.scope import Actor, ActorKind, Request, Scope, operator_scope, system_scope
from stackdock.security.tokens import hash_token, make_token
from stackdock.services.audit_actions import AuditAction
from stackdock.services.login_sessions import IDLE_LIFETIME
from stackdock.services.setup import NewOwner
from tests.factories import make_organization, make_owner, save

PASSWORD = "correct horse battery"
OPERATOR = operator_scope(None, "test")


def anonymous(address: str = "203.0.113.7", key: str | None = None) -> Scope:
    return Scope(Actor(ActorKind.ANONYMOUS), request=Request(address=address, agent="a browser", idempotency_key=key))


def new_owner(
    email: str = "ana@acme.example", organization_name: str = "Acme Agency", password: str = PASSWORD, name: str = "Ana"
) -> NewOwner:
    return NewOwner(email=email, name=name, password=SecretStr(password), organization_name=organization_name)


_hashes: dict[str, str] = {}  # hashing is dear on purpose, so once for all tests


async def make_owner_who_can_sign_in(slug: str = "acme", email: str = "ana@acme.example") -> tuple[Organization, User]:
    if PASSWORD not in _hashes:
        _hashes[PASSWORD] = await hash_password(PASSWORD)
    organization = await make_organization(slug)
    user = await make_owner(organization, email)
    user.password_hash = _hashes[PASSWORD]
    await save(user)
    return organization, user


async def signed_in_token(email: str = "ana@acme.example") -> str:
    """The cookie of a new login session, without the sign-in."""
    async with reading(system_scope(None)) as session:
        user = (await session.exec(select(User).where(User.email == email))).one()
    token = make_token()
    await save(LoginSession(token_hash=hash_token(token), user_id=user.id, expires_at=utc_now() + IDLE_LIFETIME))
    return token


async def audit_entries(*actions: AuditAction) -> list[AuditEntry]:
    async with reading(system_scope(None)) as session:
        query = select(AuditEntry).order_by(col(AuditEntry.recorded_at), col(AuditEntry.id))
        return [entry for entry in await session.exec(query) if not actions or entry.action in actions]
