"""What is kept for a while goes when its time is over, and nothing younger does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select, update

from stackdock.columns import new_id, utc_now
from stackdock.db.sessions import reading, transaction
from stackdock.models import ChangeOutbox, CompletedRequest, FailedSignIn, LoginSession, RunStatus, SetupLink, SyncRun
from stackdock.resources import Server
from stackdock.security.scope import system_scope
from stackdock.services.retention import BATCH, prune_change_outbox, prune_old_rows
from stackdock.settings import settings
from tests.factories import make_dock, make_organization, make_server, make_user, save

SCOPE = system_scope(None)
NOW = utc_now()


def ago(**duration: float) -> Any:
    return utc_now() - timedelta(**duration)


async def kept(model: Any) -> set[str]:
    async with reading(SCOPE) as session:
        return set((await session.exec(select(model.id))).all())


async def test_finished_runs_go_after_their_days_and_a_demos_after_an_hour(database: object) -> None:
    acme = await make_organization()
    real, demo = await make_dock(acme, "Real"), await make_dock(acme, "Demo", is_demo=True)

    async def run(dock: Any, finished_at: Any, status: RunStatus = RunStatus.SUCCESS) -> str:
        values = {"organization_id": acme.id, "dock_id": dock.id, "finished_at": finished_at, "status": status}
        return (await save(SyncRun(**values))).id

    days = settings().sync_run_retention_days
    stays = {
        await run(real, ago(days=days - 1)),
        await run(real, ago(hours=2)),
        await run(real, None, RunStatus.RUNNING),
        await run(demo, ago(minutes=50)),
    }
    await run(real, ago(days=days + 1))
    await run(demo, ago(hours=2))
    assert await prune_old_rows(SCOPE) == {"sync_run": 2}
    assert await kept(SyncRun) == stays


async def test_tombstones_go_after_their_days_and_present_resources_never(database: object) -> None:
    dock = await make_dock(await make_organization())
    days = settings().tombstone_retention_days
    stays = {
        (await make_server(dock, "present", changed_at=ago(days=days * 10))).id,
        (await make_server(dock, "recently removed", removed_at=ago(days=days - 1))).id,
    }
    await make_server(dock, "long gone", removed_at=ago(days=days + 1))
    await prune_old_rows(SCOPE)
    assert await kept(Server) == stays


async def test_how_long_is_kept_is_what_the_settings_say(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SYNC_RUN_RETENTION_DAYS", "2"), ("TOMBSTONE_RETENTION_DAYS", "5"), ("OUTBOX_RETENTION_MINUTES", "90")):
        monkeypatch.setenv(f"STACKDOCK_{name}", value)
    settings.cache_clear()
    acme = await make_organization()
    dock = await make_dock(acme)
    for days in (1, 3):
        values = {"organization_id": acme.id, "dock_id": dock.id, "finished_at": ago(days=days), "status": RunStatus.SUCCESS}
        await save(SyncRun(**values))
    kept_server = await make_server(dock, "recently removed", removed_at=ago(days=4))
    await make_server(dock, "long gone", removed_at=ago(days=6))
    assert await prune_old_rows(SCOPE) == {"sync_run": 1, "server": 1}
    assert await kept(Server) == {kept_server.id}
    await prune_change_outbox(SCOPE)
    for minutes, forgotten in ((80, False), (100, True)):
        async with transaction(SCOPE) as session:
            await session.exec(update(ChangeOutbox).values(recorded_at=ago(minutes=minutes)))
        assert (await prune_change_outbox(SCOPE) > 0) is forgotten


async def test_more_than_one_batch_goes(database: object) -> None:
    old = ago(days=30)
    async with transaction(SCOPE) as session:
        session.add_all(FailedSignIn(account_hash="x", address="192.0.2.1", failed_at=old) for _ in range(BATCH + 7))
    assert await prune_old_rows(SCOPE) == {"failed_sign_in": BATCH + 7}


async def test_ended_logins_requests_and_links_go(database: object) -> None:
    user = await make_user()

    async def login(**values: Any) -> str:
        return (await save(LoginSession(token_hash=new_id(), user_id=user.id, **values))).id

    def request(completed_at: Any) -> CompletedRequest:
        values = {"actor": "a", "operation": "o", "key": new_id(), "arguments_hash": "h", "completed_at": completed_at}
        return CompletedRequest(**values)

    stays = {await login(expires_at=ago(days=-1)), await login(expires_at=ago(days=1), ended_at=ago(days=1))}
    await login(expires_at=ago(days=40))
    await login(expires_at=ago(days=-1), ended_at=ago(days=40))
    young = (await save(request(ago(hours=1)))).id
    await save(request(ago(days=3)))
    link = (await save(SetupLink(token_hash=new_id()))).id
    await save(SetupLink(token_hash=new_id(), created_at=ago(days=8)))
    await prune_old_rows(SCOPE)
    assert await kept(LoginSession) == stays
    assert await kept(CompletedRequest) == {young}
    assert await kept(SetupLink) == {link}


async def test_the_change_outbox_forgets_what_was_read_long_ago(database: object) -> None:
    dock = await make_dock(await make_organization())
    await prune_change_outbox(SCOPE)  # on PostgreSQL it first has to see what everybody can read
    async with transaction(SCOPE) as session:
        long_ago = ago(minutes=settings().outbox_retention_minutes + 1)
        await session.exec(update(ChangeOutbox).values(recorded_at=long_ago))
    await make_server(dock, "new")
    assert await prune_change_outbox(SCOPE) > 0
    async with reading(SCOPE) as session:
        left = (await session.exec(select(ChangeOutbox.table_name, ChangeOutbox.operation))).all()
    assert ("server", "I") in left
    assert ("dock", "I") not in left
