"""The unit of work: returning commits, raising rolls back, and nothing is published before the commit."""

import asyncio

import pytest
from sqlmodel import func, select

from stackdock.db import sessions
from stackdock.db.sessions import reading, transaction
from stackdock.models import Organization
from stackdock.security.scope import system_scope
from tests.factories import make_organization

NOBODY = system_scope(None)


async def count() -> int:
    async with reading(NOBODY) as session:
        return (await session.exec(select(func.count()).select_from(Organization))).one()


async def test_returning_commits(database: object) -> None:
    await make_organization()
    assert await count() == 1


async def test_raising_rolls_everything_back(database: object) -> None:
    with pytest.raises(LookupError):  # noqa: PT012
        async with transaction(NOBODY) as session:
            session.add(Organization(slug="acme", name="Acme"))
            await session.flush()
            raise LookupError
    assert await count() == 0


async def test_a_reading_session_changes_nothing(database: object) -> None:
    async with reading(NOBODY) as session:
        session.add(Organization(slug="acme", name="Acme"))
        await session.flush()
    assert await count() == 0


async def test_listeners_hear_of_a_commit_after_it_and_of_no_rollback(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(sessions, "_after_commit", [])
    sessions.on_commit(lambda: heard.append("commit"))
    async with transaction(NOBODY) as session:
        session.add(Organization(slug="acme", name="Acme"))
        await session.flush()
        assert heard == []
    assert heard == ["commit"]
    with pytest.raises(LookupError):
        async with transaction(NOBODY):
            raise LookupError
    assert heard == ["commit"]


async def test_a_savepoint_rolls_back_only_its_own_changes(database: object) -> None:
    async with transaction(NOBODY) as session:
        session.add(Organization(slug="kept", name="Kept"))
        await session.flush()
        with pytest.raises(LookupError):  # noqa: PT012
            async with session.begin_nested():
                session.add(Organization(slug="dropped", name="Dropped"))
                await session.flush()
                raise LookupError
    assert await count() == 1


async def test_fifty_writers_at_once_all_commit(database: object) -> None:
    await asyncio.gather(*(make_organization(f"org-{number}") for number in range(50)))
    assert await count() == 50


async def test_rows_fetched_the_short_way_are_what_was_committed_last(database: object) -> None:
    for number in range(20):
        await make_organization(f"org-{number}")
        assert list(await sessions.fetch_rows(NOBODY, select(func.count()).select_from(Organization))) == [(number + 1,)]
