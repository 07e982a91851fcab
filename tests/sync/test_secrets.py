"""A credential is in no table but its own, where it is sealed, and in no log line, whatever goes wrong."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any
from urllib.parse import quote

import pytest

from stackdock.errors import StackDockError
from stackdock.security.scope import Scope
from stackdock.services.dock_linking import check_dock, link_dock, replace_credentials
from stackdock.services.docks import rename_dock
from stackdock.simulators import open_simulator
from stackdock.simulators import simulator as simulators
from stackdock.simulators.faults import Fault
from tests.factories import make_organization, make_owner, owner_scope
from tests.linked_docks import dump_database, expire_lease, fetch, runs, sync

PLANTED = "planted-secret-7f3a9c51"
"""The token of this test's provider."""
WRONG = "another-secret-b820d46e"


def forms(secret: str) -> list[str]:
    """The shapes in which a secret could hide; base64 at each of the three offsets it can have inside a longer text."""
    data = secret.encode()
    encoded = [base64.b64encode(b"\0" * shift + data).decode()[4:-4] for shift in range(3)]
    return [secret, secret[::-1], data.hex(), quote(secret, safe=""), json.dumps(secret)[1:-1], *encoded]


def places(text: str) -> list[str]:
    return [form for secret in (PLANTED, WRONG) for form in forms(secret) if form in text]


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulators, "ACCEPTED_TOKEN", PLANTED)


async def attempt(work: Any) -> str:
    """What the person reads when it fails."""
    try:
        await work
    except StackDockError as error:
        return f"{error!r} {error} {error.message}"
    return ""


async def link(scope: Scope, base_url: str, token: str, name: str) -> dict[str, Any]:
    return await link_dock(scope, provider="hetzner", name=name, credentials={"token": token}, base_url=base_url)


async def test_a_planted_token_is_found_nowhere(instance: object, planted: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme)).with_key("one-form")
    said = []
    async with open_simulator("hetzner", size=5) as provider:
        dock_id = (await link(scope, provider.base_url, PLANTED, "Acme"))["id"]
        said.append(await attempt(link(scope.with_key("second"), provider.base_url, PLANTED, "Acme again")))
        said.append(await attempt(link(scope.with_key("third"), provider.base_url, WRONG, "Wrong")))
        said.append(await attempt(replace_credentials(scope, dock_id, {"token": WRONG})))
        said.append(await attempt(replace_credentials(scope, dock_id, {"token": PLANTED, "extra": WRONG})))
        said.append(await attempt(rename_dock(scope, dock_id, "Renamed")))
        await check_dock(scope, dock_id)
        dock = await fetch_dock(dock_id, acme.id)
        for fault in (None, Fault.UNAUTHORIZED, Fault.HTML, Fault.FORBIDDEN, Fault.TRUNCATED_JSON):
            provider.simulator.fault = fault
            await sync(dock)
        await expire_lease(dock)
    assert len(await runs(dock)) == 5
    assert all(said[:4])
    assert places("\n".join(said)) == []
    assert caplog.records
    assert places(caplog.text + "".join(repr(record.__dict__) for record in caplog.records)) == []
    dump = await dump_database()
    assert dump["dock_credential"]
    assert dump["completed_request"]
    assert dump["audit_entry"]
    assert [table for table, rows in dump.items() if places(repr(rows))] == [], "the secret itself is in no table at all"


async def fetch_dock(dock_id: str, organization_id: str) -> Any:
    from stackdock.models import Dock

    return await fetch(Dock(id=dock_id, organization_id=organization_id))  # type: ignore[call-arg]


def test_the_search_would_find_it() -> None:
    for form in forms(PLANTED):
        assert places(f"…{form}…")
    assert places(repr({"x": base64.b64encode(b"12345" + PLANTED.encode() + b"tail").decode()}))
