"""Signing in: right and wrong, throttling per account and per address, and what is recorded."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlmodel import select

from stackdock.columns import new_id, utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.errors import InvalidInput, Throttled
from stackdock.models import FailedSignIn, LoginSession, User
from stackdock.security import passwords
from stackdock.security.scope import system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.services.login_sessions import end_session, find_signed_in
from stackdock.services.sign_in import (
    ATTEMPTS_PER_ACCOUNT,
    ATTEMPTS_PER_ADDRESS,
    NOT_RIGHT,
    SENT_BEFORE,
    sign_in,
    throttled_address,
    wait_after,
)
from tests.people import PASSWORD, anonymous, audit_entries, make_owner_who_can_sign_in

EMAIL = "ana@acme.example"


async def attempt(email: str = EMAIL, password: str = "wrong", address: str = "203.0.113.7") -> str:
    return await sign_in(anonymous(address), email, SecretStr(password))


async def fail(times: int, email: str = EMAIL, address: str = "203.0.113.7") -> None:
    for _ in range(times):
        with pytest.raises(InvalidInput):
            await attempt(email, address=address)


async def let_pass(time: timedelta) -> None:
    """As if `time` had gone by since the failures."""
    async with transaction(system_scope(None)) as session:
        for row in await session.exec(select(FailedSignIn)):
            row.failed_at -= time
            session.add(row)


async def test_the_right_password_opens_a_session(database: object) -> None:
    organization, user = await make_owner_who_can_sign_in()
    token = await attempt(" Ana@Acme.example ", PASSWORD)
    signed_in = await find_signed_in(anonymous(), token)
    assert signed_in is not None
    assert signed_in.user_id == user.id
    [entry] = await audit_entries(AuditAction.SIGNED_IN)
    assert (entry.chain, entry.actor_id, entry.address) == (organization.id, user.id, "203.0.113.7")
    async with reading(system_scope(None)) as session:
        stored = (await session.exec(select(LoginSession))).one()
    assert token not in stored.token_hash


async def test_a_wrong_password_and_an_unknown_account_answer_alike(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_owner_who_can_sign_in()
    hashed: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            hashed.append(password_hash.split("$")[3])
            return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    for email in (EMAIL, "nobody@acme.example"):
        with pytest.raises(InvalidInput, match=NOT_RIGHT) as refused:
            await attempt(email)
        assert refused.value.field is None
    assert len(hashed) == 2
    assert hashed[0] == hashed[1], "both cost the same"


async def test_a_disabled_person_does_not_sign_in(database: object) -> None:
    _, user = await make_owner_who_can_sign_in()
    async with transaction(system_scope(None)) as session:
        await session.exec(update(User).values(disabled_at=utc_now()))
    with pytest.raises(InvalidInput, match=NOT_RIGHT):
        await attempt(EMAIL, PASSWORD)
    assert user.disabled_at is None


async def test_failures_are_recorded_where_somebody_will_look(database: object) -> None:
    organization, user = await make_owner_who_can_sign_in()
    await fail(1)
    await fail(1, "nobody@acme.example")
    await fail(1, "my secret password")
    known, unknown, slip = await audit_entries(AuditAction.SIGN_IN_FAILED)
    assert (known.chain, known.target_id, known.result) == (organization.id, user.id, "failed")
    assert (unknown.chain, unknown.target_label) == ("instance", "nobody@acme.example")
    assert slip.target_label is None, "a password typed into the wrong field is not kept"


async def test_too_many_failures_refuse_even_the_right_password_until_the_wait_is_over(database: object) -> None:
    await make_owner_who_can_sign_in()
    await fail(ATTEMPTS_PER_ACCOUNT)
    with pytest.raises(Throttled, match="Try again in 30 seconds") as refused:
        await attempt(EMAIL, PASSWORD, address="198.51.100.1")
    assert 0 < refused.value.retry_after_seconds <= 30
    await let_pass(timedelta(seconds=31))
    assert await attempt(EMAIL, PASSWORD)


async def test_an_account_that_does_not_exist_is_throttled_alike(database: object) -> None:
    await fail(ATTEMPTS_PER_ACCOUNT, "nobody@acme.example")
    with pytest.raises(Throttled):
        await attempt("nobody@acme.example")


async def test_each_further_failure_doubles_the_wait(database: object) -> None:
    await make_owner_who_can_sign_in()
    await fail(ATTEMPTS_PER_ACCOUNT)
    await let_pass(timedelta(seconds=31))
    await fail(1)
    with pytest.raises(Throttled) as refused:
        await attempt()
    assert 30 < refused.value.retry_after_seconds <= 60, "twice the first wait, less what this test itself took"
    assert [wait_after(n).total_seconds() for n in (0, 1, 2, 5, 50)] == [30, 60, 120, 900, 900]


async def test_one_address_cannot_try_many_accounts(database: object) -> None:
    await make_owner_who_can_sign_in()
    for number in range(ATTEMPTS_PER_ADDRESS):
        await fail(1, f"person{number}@acme.example", address="198.51.100.9")
    with pytest.raises(Throttled):
        await attempt(EMAIL, PASSWORD, address="198.51.100.9")
    assert await attempt(EMAIL, PASSWORD, address="203.0.113.7")


async def test_a_success_clears_its_own_account_only(database: object) -> None:
    await make_owner_who_can_sign_in()
    await fail(ATTEMPTS_PER_ACCOUNT - 1)
    await fail(3, "other@acme.example")
    assert await attempt(EMAIL, PASSWORD)
    async with reading(system_scope(None)) as session:
        assert len((await session.exec(select(FailedSignIn))).all()) == 3
    await fail(1)


async def test_many_attempts_at_once_do_not_slip_under_the_limit(database: object) -> None:
    await make_owner_who_can_sign_in()
    results = await asyncio.gather(*(attempt() for _ in range(ATTEMPTS_PER_ACCOUNT * 3)), return_exceptions=True)
    assert sum(isinstance(result, InvalidInput) for result in results) == ATTEMPTS_PER_ACCOUNT
    assert sum(isinstance(result, Throttled) for result in results) == ATTEMPTS_PER_ACCOUNT * 2


async def test_hammering_on_a_closed_door_leaves_one_entry_for_each_wait(database: object) -> None:
    await make_owner_who_can_sign_in()
    await fail(ATTEMPTS_PER_ACCOUNT)
    for _ in range(5):
        with pytest.raises(Throttled):
            await attempt()
    refusals = [entry for entry in await audit_entries(AuditAction.SIGN_IN_FAILED) if entry.result == "denied"]
    assert [entry.reason for entry in refusals] == ["too many attempts"]


async def test_a_form_sent_twice_signs_in_once(database: object) -> None:
    await make_owner_who_can_sign_in()
    tokens = [await sign_in(anonymous(key="form-1"), EMAIL, SecretStr(PASSWORD)) for _ in range(2)]
    assert tokens[0] == tokens[1]
    assert len(await audit_entries(AuditAction.SIGNED_IN)) == 1
    assert await sign_in(anonymous(key="form-2"), EMAIL, SecretStr(PASSWORD)) != tokens[0]


async def test_a_form_sent_again_after_sign_out_opens_nothing(database: object) -> None:
    await make_owner_who_can_sign_in()
    key = new_id()
    token = await sign_in(anonymous(key=key), EMAIL, SecretStr(PASSWORD))
    signed_in = await find_signed_in(anonymous(), token)
    assert signed_in is not None
    await end_session(signed_in.scope(anonymous().request), signed_in.session_id)
    with pytest.raises(InvalidInput, match=SENT_BEFORE):
        await sign_in(anonymous(key=key), EMAIL, SecretStr(PASSWORD))
    assert len(await audit_entries(AuditAction.SIGNED_IN)) == 1
    assert await sign_in(anonymous(key=new_id()), EMAIL, SecretStr(PASSWORD)) != token


async def test_a_form_sent_many_times_is_no_failure(database: object) -> None:
    await make_owner_who_can_sign_in()
    for _ in range(ATTEMPTS_PER_ACCOUNT + 2):
        await sign_in(anonymous(key="form-1"), EMAIL, SecretStr(PASSWORD))
    async with reading(system_scope(None)) as session:
        assert not (await session.exec(select(FailedSignIn))).all()


async def test_lengths_are_checked_before_anything_is_done(database: object) -> None:
    for email, password in (("a" * 10_000 + "@x", "wrong"), (EMAIL, "x" * 100_000), ("", "x"), (EMAIL, "")):
        with pytest.raises(InvalidInput):
            await attempt(email, password)
    async with reading(system_scope(None)) as session:
        assert not (await session.exec(select(FailedSignIn))).all()


def test_an_ipv6_customer_is_one_sender() -> None:
    assert throttled_address("2001:db8:1:2::1") == throttled_address("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert throttled_address("2001:db8:1:3::1") != throttled_address("2001:db8:1:2::1")
    assert throttled_address("::ffff:192.0.2.1") == throttled_address("192.0.2.1") == "192.0.2.1"
