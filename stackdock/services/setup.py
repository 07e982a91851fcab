"""Claiming a new instance: the one-time set-up link, and what it makes: an organization and its first owner.

unclaimed → (set-up link, only the newest) → claimed, for good. Creating a link and claiming take turns, so that two claims at
once leave one owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from stackdock.columns import is_storable, utc_now
from stackdock.db.sessions import reading
from stackdock.errors import Conflict, InvalidInput, PermissionDenied
from stackdock.models import Membership, Organization, SetupLink, User
from stackdock.security.passwords import check_password_rules, hash_password
from stackdock.security.roles import OWNER
from stackdock.security.scope import ActorKind, Scope
from stackdock.security.tokens import hash_token, make_token, repeatable_token
from stackdock.services.audit_actions import AuditAction
from stackdock.services.identity import clean_email, clean_name
from stackdock.services.locks import take_turn
from stackdock.services.login_sessions import open_session
from stackdock.services.operations import mutation, public
from stackdock.services.slugs import free_slug
from stackdock.services.work import Work
from stackdock.settings import settings

SETUP_TURN = "instance set-up"
LINK_REFUSED = (
    "This set-up link does not work: a newer one was made, or it was used. Start StackDock again, or run `stackdock setup-link`."
)
ALREADY_CLAIMED = "This instance is claimed already. Sign in instead."


@dataclass(frozen=True)
class NewOwner:
    """What the set-up form asks for, as typed."""

    email: str
    name: str
    password: SecretStr
    organization_name: str

    def mistakes(self) -> dict[str, str]:
        """What is to be mended, by field; all of it, where `claim_instance` stops at the first."""
        found: dict[str, str] = {}
        for check in (
            lambda: clean_name(self.organization_name, field="organization_name", what="The organization's name"),
            lambda: clean_name(self.name, field="name", what="Your name"),
            lambda: clean_email(self.email),
            lambda: check_password_rules(self.password.get_secret_value()),
        ):
            try:
                check()
            except InvalidInput as refused:
                found[refused.field or ""] = refused.message
        return found


@dataclass(frozen=True)
class Claimed:
    slug: str
    session_token: str  # the owner is signed in at once


@public("anyone may learn whether there is somebody to sign in")
async def is_claimed(scope: Scope) -> bool:
    async with reading(scope) as session:
        return await _has_owner(session)


@public("it checks for itself that the caller is the operator of the machine")
async def create_setup_link(scope: Scope) -> str:
    """A new one-time link, as a whole address; those before it stop working. Conflict once the instance is claimed."""
    if scope.actor.kind not in (ActorKind.OPERATOR, ActorKind.SYSTEM):
        raise PermissionDenied
    token = make_token()
    await _add_link(scope, hash_token(token))
    return f"{settings().origin}/setup?{urlencode({'token': token})}"


@public("the link is the permission to look at the form")
async def check_setup_token(scope: Scope, token: str) -> None:
    """Pass when `token` is the newest link's. InvalidInput when it is not, Conflict once the instance is claimed."""
    async with reading(scope) as session:
        await _usable_link(session, token)


@public("the link's token is the permission, and the claim itself checks it")
async def claim_instance(scope: Scope, token: str, owner: NewOwner) -> Claimed:
    """Make the organization and its owner, signed in. InvalidInput names the field to mend; Conflict when it is claimed."""
    email = clean_email(owner.email)
    name = clean_name(owner.name, field="name", what="Your name")
    organization_name = clean_name(owner.organization_name, field="organization_name", what="The organization's name")
    check_password_rules(owner.password.get_secret_value())
    await check_setup_token(scope, token)
    password_hash = SecretStr(await hash_password(owner.password.get_secret_value()))
    session_token = repeatable_token(scope.request.idempotency_key)
    slug = await _claim(scope, hash_token(token), email, name, organization_name, password_hash, hash_token(session_token))
    return Claimed(slug, session_token)


@mutation(None, reason="create_setup_link has checked that the operator asks")
async def _add_link(scope: Scope, work: Work, token_hash: str) -> None:
    await take_turn(work.session, SETUP_TURN)
    if await _has_owner(work.session):
        raise Conflict(ALREADY_CLAIMED)
    link = SetupLink(token_hash=token_hash)
    work.session.add(link)
    work.record(AuditAction.SETUP_LINK_CREATED, target_kind="setup_link", target_id=link.id)


@mutation(None, reason="whoever holds the newest set-up link is the owner")
async def _claim(
    scope: Scope,
    work: Work,
    token_hash: str,
    email: str,
    name: str,
    organization_name: str,
    password_hash: SecretStr,
    session_token_hash: str,
) -> str:
    await take_turn(work.session, SETUP_TURN)
    link = await _usable_link(work.session, None, token_hash)
    link.used_at = utc_now()
    organization = Organization(slug=await free_slug(work.session, organization_name), name=organization_name)
    user = User(email=email, name=name, password_hash=password_hash.get_secret_value())
    work.session.add_all([organization, user])
    await work.session.flush()
    work.session.add(Membership(organization_id=organization.id, user_id=user.id, role=OWNER))
    await work.session.flush()
    work.record(
        AuditAction.INSTANCE_CLAIMED,
        target_kind="organization",
        target_id=organization.id,
        target_label=organization.name,
        organization_id=organization.id,
        actor_id=user.id,
        actor_label=user.email,
        after={"slug": organization.slug, "owner": user.email},
    )
    await open_session(work, user, session_token_hash)
    return organization.slug


async def _has_owner(session: AsyncSession) -> bool:
    return (await session.exec(select(Membership.id).where(Membership.role == OWNER).limit(1))).first() is not None


async def _usable_link(session: AsyncSession, token: str | None, token_hash: str | None = None) -> SetupLink:
    if await _has_owner(session):
        raise Conflict(ALREADY_CLAIMED)
    newest = (await session.exec(select(SetupLink).order_by(col(SetupLink.id).desc()).limit(1))).first()
    wanted = token_hash or (hash_token(token) if is_storable(token) else None)
    if newest is None or newest.used_at is not None or newest.token_hash != wanted:
        raise InvalidInput(LINK_REFUSED)
    return newest
