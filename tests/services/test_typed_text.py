"""Text that no database takes, or that is too long, is refused in words by the service itself, and changes nothing."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import func, select

from stackdock.db.sessions import reading
from stackdock.errors import InvalidInput
from stackdock.models import AuditEntry, CompletedRequest, FailedSignIn, User
from stackdock.security.scope import system_scope
from stackdock.services.dock_lookup import find_dock_id, get_dock
from stackdock.services.docks import rename_dock
from stackdock.services.login_sessions import find_signed_in
from stackdock.services.resources import MAX_SEARCH_LENGTH, select_resources, select_total
from stackdock.services.setup import check_setup_token, claim_instance
from stackdock.services.sign_in import NOT_RIGHT, sign_in
from stackdock.services.typed_text import read_text
from tests.factories import make_dock, make_organization, make_server, owner_scope
from tests.people import PASSWORD, anonymous, make_owner_who_can_sign_in, new_owner

NO_TEXT: list[Any] = ["a\0b", "\ud800", "x" * 10_000_000, None, 7, ["a"], {"a": 1}, b"a"]


async def count(model: Any) -> int:
    async with reading(system_scope(None)) as session:
        return (await session.exec(select(func.count()).select_from(model))).one()


@pytest.mark.parametrize("given", NO_TEXT)
async def test_a_search_for_what_is_no_text_is_refused(database: object, given: Any) -> None:
    acme = await make_organization()
    await make_server(await make_dock(acme), "web-1")
    for select_rows in (select_resources, select_total):
        with pytest.raises(InvalidInput, match=r"^A search ") as refused:
            select_rows(owner_scope(acme), "server", given)
        assert len(refused.value.message) < 100
        async with reading(system_scope(None)) as session:
            longest = select_rows(owner_scope(acme), "server", "w" * MAX_SEARCH_LENGTH)
            assert [row.get("count", 0) for row in (await session.exec(longest)).mappings()] in ([], [0])


@pytest.mark.parametrize("given", NO_TEXT)
async def test_no_dock_is_looked_for_under_what_is_no_name(database: object, given: Any) -> None:
    acme = await make_organization()
    dock = await make_dock(acme, "Alpha")
    with pytest.raises(InvalidInput) as refused:
        await find_dock_id(owner_scope(acme), given)
    assert len(refused.value.message) < 100
    assert await find_dock_id(owner_scope(acme), " alpha ") == dock.id


@pytest.mark.parametrize("key", ["a\0b", "\ud800", "x" * 65, 7])
async def test_a_mutation_under_a_key_that_is_no_text_does_nothing(database: object, key: Any) -> None:
    acme = await make_organization()
    scope, dock = owner_scope(acme), await make_dock(acme, "Old")
    with pytest.raises(InvalidInput, match="The request's key"):
        await rename_dock(scope.with_key(key), dock.id, "New")
    assert (await get_dock(scope, dock.id))["name"] == "Old"
    assert (await count(AuditEntry), await count(CompletedRequest)) == (0, 0)
    await rename_dock(scope.with_key("k" * 64), dock.id, "New")
    assert (await get_dock(scope, dock.id))["name"] == "New"


@pytest.mark.parametrize("dirt", ["\0", "\ud800"])
async def test_signing_in_with_what_is_no_text_is_refused_like_any_wrong_password(database: object, dirt: str) -> None:
    await make_owner_who_can_sign_in()
    for email, password in ((f"ana{dirt}@acme.example", PASSWORD), ("ana@acme.example", PASSWORD + dirt)):
        with pytest.raises(InvalidInput, match=NOT_RIGHT):
            await sign_in(anonymous(), email, SecretStr(password))
    assert (await count(FailedSignIn), await count(AuditEntry)) == (0, 0)
    assert await find_signed_in(anonymous(), f"token{dirt}") is None


@pytest.mark.parametrize("dirt", ["\0", "\ud800"])
async def test_claiming_with_what_is_no_text_is_refused(database: object, dirt: str) -> None:
    with pytest.raises(InvalidInput, match="link does not work"):
        await check_setup_token(anonymous(), f"token{dirt}")
    with pytest.raises(InvalidInput) as refused:
        await claim_instance(anonymous(), "token", new_owner(password=PASSWORD + dirt))
    assert refused.value.field == "password"
    assert await count(User) == 0


def test_text_comes_back_as_it_is() -> None:
    assert read_text(" ä\n🙂 ", what="A note", longest=10) == " ä\n🙂 "
