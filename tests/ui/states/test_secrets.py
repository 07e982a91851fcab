"""What is typed into a credential field goes one way: no answer of the console, right or wrong, brings it back."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlmodel import select

from stackdock.db.sessions import fetch_rows, reading
from stackdock.models import Dock
from stackdock.security.scope import system_scope
from stackdock.simulators import open_simulator
from stackdock.simulators import simulator as simulators
from stackdock.simulators.faults import Fault
from stackdock.ui import shell
from stackdock.ui.pages.link_provider import LinkState
from stackdock.ui.states.dock_settings import CredentialsState
from stackdock.ui.states.visits import PAGES, Visit
from tests.factories import owner_scope
from tests.linked_docks import link
from tests.people import make_owner_who_can_sign_in, signed_in_token
from tests.ui.states.probe import pipeline

RIGHT, WRONG = "right-secret-5b1e77c0", "wrong-secret-91aa03de"


def without_secrets(seen: Any) -> Any:
    assert RIGHT not in repr(seen)
    assert WRONG not in repr(seen)
    return seen


async def test_a_typed_credential_never_comes_back_to_a_browser(
    instance: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(simulators, "ACCEPTED_TOKEN", RIGHT)
    acme, _ = await make_owner_who_can_sign_in()
    async with pipeline() as tab, open_simulator("hetzner", size=2) as provider:
        linking = tab(await signed_in_token(), path="/o/acme/link/hetzner")

        async def send(key: str, token: str, **more: str) -> Any:
            form = {"name": "Acme", "token": token, "base_url": provider.base_url, "idempotency_key": key, "attempt": key} | more
            return without_secrets(await linking.send(f"{LinkState.get_full_name()}.link", provider="hetzner", form=form))

        assert "rejected the credentials" in (await send("one", WRONG))["field_errors"]["token"]
        assert "Give the dock a name" in (await send("two", RIGHT, name=""))["field_errors"]["name"]
        assert "no credential named" in str(await send("three", RIGHT, extra=WRONG))
        for number, fault in enumerate((Fault.HTML, Fault.FORBIDDEN, Fault.TRUNCATED_JSON)):
            provider.simulator.fault = fault
            assert (await send(f"fault-{number}", RIGHT))["answered"]
        provider.simulator.fault = None
        await send("four", RIGHT)
        async with reading(system_scope(acme.id)) as session:
            dock = (await session.exec(select(Dock))).one()
        assert "already linked" in str(await send("five", RIGHT, name="Again"))

        page = tab(await signed_in_token(), token="page", path=f"/o/acme/docks/{dock.id}")
        form = {"token": WRONG, "idempotency_key": "six"}
        replaced = await page.send(f"{CredentialsState.get_full_name()}.replace", dock_id=dock.id, form=form)
        assert "rejected" in str(without_secrets(replaced)["field_errors"])
        for one in (linking, page):
            assert without_secrets(one.deltas)
            kept = without_secrets((await one.state())._get_root_state().dict())
            assert LinkState.get_full_name() in kept
    assert caplog.records
    without_secrets(caplog.text)


async def test_no_live_view_holds_a_sealed_credential_or_a_key(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulators, "ACCEPTED_TOKEN", RIGHT)
    acme, ana = await make_owner_who_can_sign_in()
    scope = owner_scope(acme, ana)
    async with open_simulator("hetzner", size=2) as provider:
        dock = await link(acme, provider, token=RIGHT)
    shell.find_pages()
    names: set[str] = set()
    for page in PAGES.values():
        for view in page.views(Visit(scope, {"slug": "acme", "dock": dock.id, "provider": "hetzner"}, {})).values():
            names |= set(view.cells_of())
            shown = repr([tuple(row) for row in await fetch_rows(scope, view.query)])
            for secret in (RIGHT, dock.data_key, dock.credential_fingerprint):
                assert secret not in shown, view.name
    assert "name" in names
    assert not names & {
        "data_key",
        "key_id",
        "credential_fingerprint",
        "ciphertext",
        "password_hash",
        "token_hash",
        "lease_owner",
    }
