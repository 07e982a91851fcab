"""Signing in with email and password, slowed down for whoever guesses.

Attempts are counted in the database before the password is looked at, per account (whether it exists or not) and per address.
After 5 for an account or 20 from an address within the hour, each further one has to wait twice as long as the one before;
until then even the right password is refused. A success clears its account's count.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from pydantic import SecretStr
from sqlmodel import col, delete, func, select

from stackdock.columns import is_storable, utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.errors import InvalidInput, Throttled
from stackdock.models import AuditResult, FailedSignIn, User
from stackdock.security.passwords import MAX_LENGTH, verify_password
from stackdock.security.scope import Scope
from stackdock.security.tokens import hash_token, repeatable_token
from stackdock.services.audit_actions import AuditAction
from stackdock.services.identity import EMAIL_LENGTH
from stackdock.services.locks import take_turn
from stackdock.services.login_sessions import is_lasting, open_session, organization_ids
from stackdock.services.operations import mutation, public
from stackdock.services.work import Work

ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 20
COUNTED_FOR = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
NOT_RIGHT = "The email or the password is not right."
SENT_BEFORE = "This form was sent before, and the session it opened has ended. Sign in again."


@public("nobody is signed in yet: attempts are throttled and audited")
async def sign_in(scope: Scope, email: str, password: SecretStr) -> str:
    """The new login session's token. InvalidInput, in the same words and time for an unknown account and a wrong password;
    Throttled after too many attempts."""
    typed = email.strip().lower()
    secret = password.get_secret_value()
    if not typed or not secret:
        raise InvalidInput("Enter your email and your password.", field="password" if typed else "email")
    if len(typed) > EMAIL_LENGTH or len(secret) > MAX_LENGTH or not (is_storable(typed) and is_storable(secret)):
        raise InvalidInput(NOT_RIGHT)  # no account is like this, so there is nothing to guess
    account_hash, address = hash_token(f"account:{typed}"), throttled_address(scope.request.address)
    attempt = FailedSignIn(account_hash=account_hash, address=address)
    until = await _count_attempt(scope, attempt)
    if until is not None:
        await _record_refusal(scope, typed, account_hash, address, until)
        raise Throttled(f"Too many attempts. Try again in {in_words(until - utc_now())}.", (until - utc_now()).total_seconds())
    user = await _find_user(scope, typed)
    if not await verify_password(user.password_hash if user else None, secret) or user is None:
        await _record_failure(scope.with_key(None), typed, "wrong email or password")
        raise InvalidInput(NOT_RIGHT)
    token = repeatable_token(scope.request.idempotency_key)
    await _open(scope, user.id, account_hash, hash_token(token))
    if not await _uncount_attempt(scope, attempt.id, hash_token(token)):
        raise InvalidInput(SENT_BEFORE)
    return token


def throttled_address(address: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 network that one IPv6 customer has to themselves."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)


def in_words(wait: timedelta) -> str:
    seconds = max(1, int(wait.total_seconds()) + 1)
    return f"{seconds} seconds" if seconds <= 90 else f"{(seconds + 59) // 60} minutes"


async def _find_user(scope: Scope, email: str) -> User | None:
    async with reading(scope) as session:
        found = await session.exec(select(User).where(User.email == email, col(User.disabled_at).is_(None)))
        return found.one_or_none()


async def _count_attempt(scope: Scope, attempt: FailedSignIn) -> datetime | None:
    """Count this attempt as failed until it succeeds; when it comes too soon, count nothing and say until when to wait.

    Counting first, one at a time, keeps a hundred attempts at once from all passing under the limit.
    """
    async with transaction(scope) as session:
        await take_turn(session, f"sign-in account {attempt.account_hash}")
        await take_turn(session, f"sign-in address {attempt.address}")
        now = utc_now()
        await session.exec(delete(FailedSignIn).where(col(FailedSignIn.failed_at) < now - COUNTED_FOR))
        waits: list[datetime] = []
        for column, value, allowed in (
            (FailedSignIn.account_hash, attempt.account_hash, ATTEMPTS_PER_ACCOUNT),
            (FailedSignIn.address, attempt.address, ATTEMPTS_PER_ADDRESS),
        ):
            count, last = (
                await session.exec(select(func.count(), func.max(FailedSignIn.failed_at)).where(col(column) == value))
            ).one()
            if count >= allowed and last is not None:
                waits.append(last + wait_after(count - allowed))
        until = max(waits, default=now)
        if until > now:
            return until
        attempt.failed_at = now
        session.add(attempt)
        return None


async def _uncount_attempt(scope: Scope, attempt_id: str, token_hash: str) -> bool:
    """The password was right, so the attempt was no failure: also when the form came twice, and the first had done the work.

    Returns whether the session that the form opened still lasts; the first may have been followed by a sign-out.
    """
    async with transaction(scope) as session:
        await session.exec(delete(FailedSignIn).where(col(FailedSignIn.id) == attempt_id))
        return await is_lasting(session, token_hash)


def wait_after(attempts_over: int) -> timedelta:
    return min(FIRST_WAIT * 2 ** min(attempts_over, 16), LONGEST_WAIT)


@mutation(None, reason="the password was right, or it was not: both leave an entry")
async def _open(scope: Scope, work: Work, user_id: str, account_hash: str, token_hash: str) -> None:
    user = await work.session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        raise InvalidInput(NOT_RIGHT)
    await work.session.exec(delete(FailedSignIn).where(col(FailedSignIn.account_hash) == account_hash))
    await open_session(work, user, token_hash)


@mutation(None, reason="a failed sign-in is recorded whoever made it")
async def _record_failure(scope: Scope, work: Work, email: str, reason: str, result: AuditResult = AuditResult.FAILED) -> None:
    """In the chains of the account's organizations; in the instance's own for an account that does not exist."""
    user = (await work.session.exec(select(User).where(User.email == email))).one_or_none()
    # People type a password into the wrong field: of an unknown account only what looks like an address is kept.
    label = email if user or "@" in email else None
    for organization_id in await organization_ids(work.session, user.id) if user else [None]:
        work.record(
            AuditAction.SIGN_IN_FAILED,
            result=result,
            reason=reason,
            target_kind="user",
            target_id=user.id if user else None,
            target_label=label,
            organization_id=organization_id,
        )


_recorded_until: dict[str, datetime] = {}


async def _record_refusal(scope: Scope, email: str, account_hash: str, address: str, until: datetime) -> None:
    """One entry for each wait, so that hammering on a closed door does not fill the log."""
    key = hashlib.sha256(f"{account_hash} {address}".encode()).hexdigest()
    if _recorded_until.get(key) == until:
        return
    if len(_recorded_until) > 10_000:
        _recorded_until.clear()
    _recorded_until[key] = until
    await _record_failure(scope.with_key(None), email, "too many attempts", AuditResult.DENIED)
