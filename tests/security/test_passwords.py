"""Passwords: Argon2id, checked off the event loop, alike for accounts that exist and those that do not."""

import asyncio
import threading

import pytest

from stackdock.errors import InvalidInput
from stackdock.security import passwords
from stackdock.security.passwords import check_password_rules, hash_password, verify_password


async def test_a_password_matches_its_own_hash_alone() -> None:
    hashed = await hash_password("correct horse battery")
    assert hashed.startswith("$argon2id$")
    assert hashed != await hash_password("correct horse battery")
    assert await verify_password(hashed, "correct horse battery")
    assert not await verify_password(hashed, "correct horse batterz")
    assert not await verify_password("not a hash", "correct horse battery")


async def test_an_account_that_does_not_exist_has_no_password() -> None:
    assert not await verify_password(None, "nobody has this password")


async def test_hashing_leaves_the_event_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()
    hash_ = passwords._hasher.hash

    class Watching:
        def hash(self, password: str) -> str:
            threads.add(threading.current_thread().name)
            return hash_(password)

    monkeypatch.setattr(passwords, "_hasher", Watching())
    await asyncio.gather(*(hash_password("correct horse battery") for _ in range(4)))
    assert threads
    assert threading.main_thread().name not in threads
    assert len(threads) <= 2, "many at once wait for their turn"


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_too_short_and_too_long_say_what_to_change(password: str) -> None:
    with pytest.raises(InvalidInput, match="characters") as refused:
        check_password_rules(password)
    assert refused.value.field == "password"
    check_password_rules("x" * 10)
