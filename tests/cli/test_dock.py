"""`stackdock dock` and `stackdock demo`, as processes of their own beside an app, and without one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from stackdock.cli import app, dock_sync
from stackdock.columns import utc_now
from stackdock.db.sessions import reading
from stackdock.errors import Conflict
from stackdock.models import AuditEntry, Dock, DockStatus
from stackdock.scheduler import scheduling
from stackdock.security.scope import system_scope
from stackdock.services.app_processes import record_heartbeat
from stackdock.settings import settings
from stackdock.simulators import SIMULATORS, open_simulator
from stackdock.simulators.faults import Fault, FaultRule
from tests.factories import make_dock, make_organization
from tests.linked_docks import claim, expire_lease, fetch, link, runs, servers

STACKDOCK = [sys.executable, "-c", "from stackdock.cli import app; app()"]


async def stackdock(instance: Any, *arguments: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command on the test's own instance, beside this event loop."""
    environment = os.environ | {
        "STACKDOCK_DATA_DIR": str(settings().data_dir),
        "STACKDOCK_DATABASE_URL": str(instance.url),
        "STACKDOCK_ALLOW_HOSTS": "127.0.0.1",
        **(more or {}),
    }
    return await asyncio.to_thread(
        subprocess.run, [*STACKDOCK, *arguments], capture_output=True, text=True, timeout=120, env=environment
    )


async def actors(action: str) -> list[tuple[str, str]]:
    async with reading(system_scope(None)) as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.sequence)))
        return [(entry.actor_kind, entry.actor_label) for entry in found.all()]


async def test_without_an_app_the_command_syncs_by_itself_under_the_lease(instance: Any) -> None:
    async with open_simulator("hetzner", size=5) as provider:
        dock = await link(await make_organization(), provider)
        done = await stackdock(instance, "dock", "sync", "acme", "--json")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert (run["status"], run["dock_name"], run["trigger"]) == ("success", "Acme", "operator")
    assert {kind["kind"]: kind["added"] for kind in run["kinds"]}["server"] == 5
    assert len(await servers(dock)) == 5
    assert (await fetch(dock)).lease_owner is None
    [(kind, label)] = await actors("dock.sync_requested")
    assert (kind, label.endswith("command line)") or label == "command line") == ("operator", True)


@pytest.mark.parametrize("name", ["\udcff", "x" * 100_000, "\x07"])
async def test_a_name_that_no_dock_can_have_is_refused_in_one_sentence(instance: Any, name: str) -> None:
    await make_dock(await make_organization(), "Alpha")
    done = await stackdock(instance, "dock", "sync", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(("stackdock: A dock's name has at most", "stackdock: The name holds a character"))
    assert done.stderr.count("\n") == 1
    assert not await actors("dock.sync_requested")


async def test_with_an_app_the_command_leaves_the_work_to_it_and_waits(instance: Any) -> None:
    async with open_simulator("hetzner", size=5) as provider:
        dock = await link(await make_organization(), provider, next_sync_at=utc_now() + timedelta(hours=1))
        async with scheduling():
            # The command itself is not allowed to reach the provider, so whoever did it was the app.
            done = await stackdock(instance, "dock", "sync", "Acme", more={"STACKDOCK_ALLOW_HOSTS": ""})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Acme: success")
    assert "server: success, 5 seen, 5 added" in done.stdout
    [run] = await runs(dock)
    assert (run.status, run.trigger) == ("success", "operator")


async def test_it_ends_with_1_when_not_everything_was_listed(instance: Any) -> None:
    async with open_simulator("hetzner", size=5) as provider:
        await link(await make_organization(), provider)
        provider.simulator.fault = FaultRule(Fault.FORBIDDEN, path="/servers")
        partial = await stackdock(instance, "dock", "sync", "Acme", "--json")
        provider.simulator.fault = Fault.UNAUTHORIZED
        failed = await stackdock(instance, "dock", "sync", "Acme")
    assert (partial.returncode, json.loads(partial.stdout)["status"]) == (1, "partial")
    assert failed.returncode == 1
    assert "rejected the credentials" in failed.stderr
    assert "arning" not in partial.stderr, "nothing but what a person can use"
    assert "Traceback" not in partial.stderr + failed.stderr


async def test_it_waits_for_another_worker_instead_of_writing_beside_it(instance: Any) -> None:
    async with open_simulator("hetzner", size=5) as provider:
        dock = await link(await make_organization(), provider)
        await claim(dock, owner="somebody who died")
        waiting = asyncio.create_task(stackdock(instance, "dock", "sync", "Acme", "--json"))
        async with asyncio.timeout(30):
            while (await fetch(dock)).sync_requested_at is None:
                await asyncio.sleep(0.05)
        assert not waiting.done()
        await expire_lease(dock)
        done = await waiting
    assert done.returncode == 0, done.stderr
    assert [run.status for run in await runs(dock)] == ["abandoned", "success"]


async def test_it_does_not_wait_for_an_app_that_does_nothing(instance: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dock_sync, "START_SECONDS", 0.3)
    acme = await make_organization()
    dock = await make_dock(acme, "Acme", next_sync_at=utc_now() + timedelta(hours=1))
    await record_heartbeat(system_scope(None), "an app that hangs", "http://127.0.0.1:3000")
    with pytest.raises(Conflict, match="has not begun to sync Acme"):
        await dock_sync.sync_dock(system_scope(acme.id), "acme", print)
    assert (await fetch(dock)).sync_requested_at, "the app still does it once it can"
    assert await runs(dock) == []


async def test_docks_are_listed_for_people_and_for_programs(instance: Any) -> None:
    acme = await make_organization()
    assert (await stackdock(instance, "dock", "list")).stdout == "No dock is linked.\n"
    await make_dock(acme, "Acme Hetzner", status=DockStatus.ERROR, error_message="The token was rejected.")
    shown = await stackdock(instance, "dock", "list")
    assert shown.returncode == 0
    assert "Acme Hetzner" in shown.stdout
    assert "The token was rejected." in shown.stdout
    [dock] = json.loads((await stackdock(instance, "dock", "list", "--json")).stdout)
    assert (dock["name"], dock["status"], "data_key" in dock) == ("Acme Hetzner", "error", False)


async def test_several_organizations_have_to_be_told_apart(instance: Any) -> None:
    none = await stackdock(instance, "dock", "list")
    assert (none.returncode, "setup-link" in none.stderr) == (1, True)
    acme, other = await make_organization("acme"), await make_organization("other")
    await make_dock(acme, "Of acme")
    await make_dock(other, "Of other")
    unclear = await stackdock(instance, "dock", "list")
    assert (unclear.returncode, "acme, other" in unclear.stderr) == (1, True)
    assert "Of other" in (await stackdock(instance, "dock", "list", "--org", "other")).stdout
    wrong = await stackdock(instance, "dock", "sync", "Of acme", "--org", "other")
    assert (wrong.returncode, "There is no dock named 'Of acme'" in wrong.stderr) == (1, True)


async def test_another_data_folders_key_is_refused_by_its_id(instance: Any, tmp_path: Any) -> None:
    await make_organization()
    refused = await stackdock(instance, "dock", "list", more={"STACKDOCK_DATA_DIR": str(tmp_path / "empty")})
    assert refused.returncode == 1
    assert "master key" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "empty" / "master.key").exists()


async def test_the_demo_needs_the_running_app_and_ends_without_it(instance: Any) -> None:
    acme = await make_organization()
    refused = await stackdock(instance, "demo", "on")
    assert (refused.returncode, "no app is running" in refused.stderr) == (1, True)
    async with scheduling():
        started = await stackdock(instance, "demo", "on", "--json")
        assert started.returncode == 0, started.stderr
        assert len(json.loads(started.stdout)["dock_ids"]) == len(SIMULATORS)
        again = await stackdock(instance, "demo", "on")
        assert (again.returncode, "already" in again.stderr) == (1, True)
        synced = await stackdock(instance, "dock", "sync", "Demo Hetzner Cloud", "--json")
        assert json.loads(synced.stdout)["status"] == "success"
    alone = await stackdock(instance, "dock", "sync", "Demo Hetzner Cloud")
    assert (alone.returncode, "runs inside the app" in alone.stderr) == (1, True)
    removed = await stackdock(instance, "demo", "off", "--json")
    assert json.loads(removed.stdout)["removed"] == len(SIMULATORS)
    async with reading(system_scope(acme.id)) as session:
        assert (await session.exec(select(Dock))).all() == []
    assert [kind for kind, _ in await actors("demo.started")] == ["operator"]


@pytest.mark.parametrize("arguments", [("dock",), ("dock", "list"), ("dock", "sync"), ("demo",), ("demo", "on"), ("demo", "off")])
def test_every_command_explains_itself(arguments: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*arguments, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
