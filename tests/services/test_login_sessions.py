"""Login sessions: how long they last, how they end, and what a request in another's name gets."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import select

from stackdock.columns import utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.errors import NotFound
from stackdock.models import LoginSession, User
from stackdock.security.scope import system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.login_sessions import SignedIn, end_session, find_signed_in, forget, forget_person, list_lasting
from tests.people import anonymous, audit_entries, make_owner_who_can_sign_in, signed_in_token


async def change_sessions(**values: Any) -> None:
    async with transaction(system_scope(None)) as session:
        await session.exec(update(LoginSession).values(**values))


async def stored() -> LoginSession:
    async with reading(system_scope(None)) as session:
        return (await session.exec(select(LoginSession))).one()


async def look(token: str) -> SignedIn | None:
    """As if nothing had been remembered."""
    if await stored():
        forget((await stored()).id)
    return await find_signed_in(anonymous(), token)


@pytest.mark.parametrize(
    "values",
    [
        {"ended_at": utc_now()},
        {"expires_at": utc_now() - timedelta(seconds=1)},
        {"created_at": utc_now() - timedelta(days=31), "expires_at": utc_now() + timedelta(days=1)},
    ],
    ids=["ended", "idle too long", "too old"],
)
async def test_a_session_that_is_over_opens_nothing(database: object, values: dict[str, Any]) -> None:
    await make_owner_who_can_sign_in()
    token = await signed_in_token()
    found = await look(token)
    assert found is not None
    assert await list_lasting(anonymous(), {found.session_id}) == {found.session_id}
    await change_sessions(**values)
    assert await look(token) is None
    assert await list_lasting(anonymous(), {found.session_id}) == set()


async def test_a_disabled_person_is_signed_out(database: object) -> None:
    _, user = await make_owner_who_can_sign_in()
    token = await signed_in_token()
    assert await find_signed_in(anonymous(), token)
    async with transaction(system_scope(None)) as session:
        await session.exec(update(User).values(disabled_at=utc_now()))
    forget_person(user.id)
    assert await find_signed_in(anonymous(), token) is None


@pytest.mark.parametrize("token", [None, "", "guess", "x" * 10_000])
async def test_a_token_that_was_never_given_opens_nothing(database: object, token: str | None) -> None:
    await make_owner_who_can_sign_in()
    await signed_in_token()
    assert await find_signed_in(anonymous(), token) is None


async def test_being_seen_is_written_once_a_minute_and_keeps_the_session_alive(database: object) -> None:
    await make_owner_who_can_sign_in()
    token = await signed_in_token()
    first = await stored()
    assert await look(token)
    assert (await stored()).last_seen_at == first.last_seen_at
    await change_sessions(last_seen_at=first.last_seen_at - timedelta(minutes=2), expires_at=utc_now() + timedelta(days=1))
    assert await look(token)
    later = await stored()
    assert later.last_seen_at > first.last_seen_at - timedelta(seconds=1)
    assert later.expires_at > utc_now() + timedelta(days=13)


async def test_no_visit_keeps_a_session_beyond_its_thirty_days(database: object) -> None:
    await make_owner_who_can_sign_in()
    token = await signed_in_token()
    created_at = utc_now() - timedelta(days=29)
    await change_sessions(created_at=created_at, last_seen_at=created_at)
    assert await look(token)
    assert (await stored()).expires_at == created_at + timedelta(days=30)


async def test_signing_out_ends_the_session_for_good_and_is_recorded(database: object) -> None:
    organization, _ = await make_owner_who_can_sign_in()
    token = await signed_in_token()
    found = await look(token)
    assert found is not None
    await end_session(found.scope(anonymous().request), found.session_id)
    assert await look(token) is None
    [entry] = await audit_entries(AuditAction.SIGNED_OUT)
    assert (entry.chain, entry.actor_id) == (organization.id, found.user_id)


async def test_nobody_ends_the_session_of_somebody_else(database: object) -> None:
    await make_owner_who_can_sign_in()
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    ana = await find_signed_in(anonymous(), token := await signed_in_token())
    bob = await find_signed_in(anonymous(), await signed_in_token("bob@globex.example"))
    assert ana is not None
    assert bob is not None
    with pytest.raises(NotFound):
        await end_session(bob.scope(anonymous().request), ana.session_id)
    forget(ana.session_id)
    assert await find_signed_in(anonymous(), token) is not None
