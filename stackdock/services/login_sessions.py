"""Login sessions: from the cookie's token to the person, and the end of a session.

A session ends when it has been idle for 14 days, is 30 days old, or its person signs out or is disabled. Looked-up sessions are
remembered for a few seconds; `forget` drops them at once when the table has changed, whichever process changed it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import is_storable, utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.errors import NotFound
from stackdock.models import LoginSession, Membership, User
from stackdock.security.scope import Actor, ActorKind, Request, Scope
from stackdock.security.tokens import hash_token
from stackdock.services.audit_actions import AuditAction
from stackdock.services.operations import mutation, public
from stackdock.services.row_ids import read_id
from stackdock.services.work import Work

IDLE_LIFETIME = timedelta(days=14)
LONGEST_LIFETIME = timedelta(days=30)
SEEN_INTERVAL = timedelta(minutes=1)
CACHE_SECONDS = 5.0
CACHE_SIZE = 10_000

_cache: dict[str, tuple[float, SignedIn]] = {}


@dataclass(frozen=True)
class SignedIn:
    session_id: str
    user_id: str
    email: str
    name: str

    def scope(self, request: Request) -> Scope:
        """The person, in no organization yet."""
        return Scope(actor=Actor(ActorKind.PERSON, id=self.user_id, label=self.email, name=self.name), request=request)


@public("it is how a request shows who sends it: the token is the proof")
async def find_signed_in(scope: Scope, token: str | None) -> SignedIn | None:
    """The session that the cookie's `token` opens, or None when there is none, or it is over."""
    if not token or len(token) > 128 or not is_storable(token):
        return None
    token_hash = hash_token(token)
    remembered = _cache.get(token_hash)
    if remembered and remembered[0] > time.monotonic():
        return remembered[1]
    _cache.pop(token_hash, None)
    now = utc_now()
    async with reading(scope) as session:
        found = await session.exec(
            select(LoginSession, User)
            .join(User, col(User.id) == LoginSession.user_id)
            .where(LoginSession.token_hash == token_hash, _lasts(now))
        )
        row = found.one_or_none()
    if row is None:
        return None
    login, user = row
    signed_in = SignedIn(session_id=login.id, user_id=user.id, email=user.email, name=user.name)
    if len(_cache) >= CACHE_SIZE:
        _cache.clear()
    _cache[token_hash] = (time.monotonic() + CACHE_SECONDS, signed_in)
    if now - login.last_seen_at >= SEEN_INTERVAL:
        await _keep_alive(scope, login, now)  # after remembering, so that a hundred tabs at once write once
    return signed_in


@public("it tells the gate which open sockets to end, and tells nobody else")
async def list_lasting(scope: Scope, session_ids: set[str]) -> set[str]:
    """Those of `session_ids` that are not over."""
    async with reading(scope) as session:
        found = await session.exec(
            select(LoginSession.id)
            .join(User, col(User.id) == LoginSession.user_id)
            .where(col(LoginSession.id).in_(session_ids), _lasts(utc_now()))
        )
        return set(found)


@mutation(None, reason="a person ends their own session; nobody else's can be named")
async def end_session(scope: Scope, work: Work, session_id: str) -> None:
    """Sign out. NotFound for a session of somebody else."""
    login = await work.session.get(LoginSession, read_id(session_id), with_for_update=True)
    if login is None or login.user_id != scope.actor.id:
        raise NotFound
    login.ended_at = login.ended_at or utc_now()
    for organization_id in await organization_ids(work.session, login.user_id):
        work.record(AuditAction.SIGNED_OUT, target_kind="login_session", target_id=login.id, organization_id=organization_id)


def forget(session_id: str) -> None:
    """Look the session up again at its next use."""
    for token_hash in [key for key, (_, signed_in) in _cache.items() if signed_in.session_id == session_id]:
        del _cache[token_hash]


def forget_person(user_id: str) -> None:
    """Look every session of the person up again at its next use."""
    for token_hash in [key for key, (_, signed_in) in _cache.items() if signed_in.user_id == user_id]:
        del _cache[token_hash]


def forget_everybody() -> None:
    _cache.clear()


async def open_session(work: Work, user: User, token_hash: str) -> LoginSession:
    """Add a session for `user` in the caller's mutation, with its audit entries; sweep out those long over."""
    now = utc_now()
    login = LoginSession(
        token_hash=token_hash,
        user_id=user.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + IDLE_LIFETIME,
        address=work.scope.request.address[:64],
        agent=work.scope.request.agent[:256],
    )
    work.session.add(login)
    await work.session.flush()
    await work.session.exec(delete(LoginSession).where(col(LoginSession.expires_at) < now - LONGEST_LIFETIME))
    for organization_id in await organization_ids(work.session, user.id):
        work.record(
            AuditAction.SIGNED_IN,
            target_kind="login_session",
            target_id=login.id,
            organization_id=organization_id,
            actor_id=user.id,
            actor_label=user.email,
        )
    return login


async def is_lasting(session: AsyncSession, token_hash: str) -> bool:
    """Whether the token of this hash opens a session now, as the database knows it."""
    found = await session.exec(
        select(LoginSession.id)
        .join(User, col(User.id) == LoginSession.user_id)
        .where(LoginSession.token_hash == token_hash, _lasts(utc_now()))
    )
    return found.first() is not None


async def organization_ids(session: AsyncSession, user_id: str) -> list[str | None]:
    """Whose audit chains an act of the person belongs to: each of their organizations, in one order for all writers;
    the instance's own chain (None) for a person of no organization."""
    found = await session.exec(
        select(Membership.organization_id).where(Membership.user_id == user_id).order_by(Membership.organization_id)
    )
    return list(found) or [None]


def _lasts(now: datetime):
    return (
        col(LoginSession.ended_at).is_(None)
        & (col(LoginSession.expires_at) > now)
        & (col(LoginSession.created_at) > now - LONGEST_LIFETIME)
        & col(User.disabled_at).is_(None)
    )


async def _keep_alive(scope: Scope, login: LoginSession, now: datetime) -> None:
    """Not a mutation: being seen is no act of a person, and a minute's grain keeps it from being a write per click."""
    async with transaction(scope) as session:
        await session.exec(
            update(LoginSession)
            .where(col(LoginSession.id) == login.id, col(LoginSession.ended_at).is_(None))
            .values(last_seen_at=now, expires_at=min(now + IDLE_LIFETIME, login.created_at + LONGEST_LIFETIME))
        )
