"""Linking a provider account: asked first, saved sealed, once; and everything that is refused changes nothing."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from stackdock.columns import new_id
from stackdock.db.sessions import reading, transaction
from stackdock.errors import (
    AddressRefused,
    Conflict,
    CredentialsRejected,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    StackDockError,
    UnexpectedResponse,
)
from stackdock.models import AuditEntry, Dock, DockCredential, DockStatus, Organization
from stackdock.security.scope import Scope, system_scope
from stackdock.services.dock_credentials import list_credentials, open_credentials
from stackdock.services.dock_linking import check_dock, link_dock, replace_credentials
from stackdock.services.dock_removal import remove_dock
from stackdock.services.docks import rename_dock
from stackdock.services.master_key import keyring
from stackdock.settings import settings
from stackdock.simulators import RunningSimulator, open_simulator
from stackdock.simulators.faults import Fault
from tests.factories import make_organization, make_owner, owner_scope, powerless_scope
from tests.linked_docks import fetch, sync


async def link(scope: Scope, provider: RunningSimulator, name: str = "Acme", token: Any = "simulator", **other: Any) -> str:
    values = {"provider": provider.simulator.slug, "base_url": provider.base_url} | other
    return (await link_dock(scope, name=name, credentials={"token": token}, **values))["id"]


async def owner(organization: Organization) -> Scope:
    return owner_scope(organization, await make_owner(organization, f"{new_id()}@example.com"))


async def docks(organization: Organization) -> list[Dock]:
    async with reading(system_scope(organization.id)) as session:
        return list((await session.exec(select(Dock).where(Dock.organization_id == organization.id))).all())


async def entries(organization: Organization) -> list[AuditEntry]:
    async with reading(system_scope(None)) as session:
        mine = select(AuditEntry).where(AuditEntry.chain == organization.id).order_by(AuditEntry.sequence)  # type: ignore[arg-type]
        return list((await session.exec(mine)).all())


async def test_a_linked_dock_is_due_at_once_audited_and_sealed(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("digitalocean", size=3) as provider:
        linked = await link_dock(
            await owner(acme),
            provider="digitalocean",
            name="  Acme\tDigital  ",
            credentials={"token": SecretStr(" simulator\n")},
            base_url=provider.base_url,
        )
        [dock] = await docks(acme)
        assert (dock.id, dock.name, dock.status) == (linked["id"], "Acme Digital", DockStatus.PENDING)
        assert dock.account == linked["account"]
        async with reading(system_scope(acme.id)) as session:
            sealed = await list_credentials(session, dock.id)
        assert [row.name for row in sealed] == ["token"]
        assert open_credentials(keyring(), dock, sealed)["token"].get_secret_value() == "simulator"
        assert await sync(dock) == "success"
    [entry] = await entries(acme)
    assert (entry.action, entry.target_id, entry.after["fields"]) == ("dock.linked", dock.id, ["token"])


async def test_every_dock_has_a_data_key_of_its_own(instance: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    async with open_simulator("hetzner", size=1) as provider:
        for organization in (acme, other):
            await link(await owner(organization), provider)
    [mine], [theirs] = await docks(acme), await docks(other)
    assert mine.data_key != theirs.data_key
    async with reading(system_scope(None)) as session:
        ciphertexts = (await session.exec(select(DockCredential.ciphertext))).all()
    assert len(set(ciphertexts)) == 2, "the same secret is never the same text twice"


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [(Fault.UNAUTHORIZED, CredentialsRejected), (Fault.HTML, UnexpectedResponse), (Fault.TIMEOUT, ProviderUnavailable)],
)
async def test_what_the_provider_refuses_is_not_saved_and_its_words_are_shown(
    instance: object, fault: Fault, refusal: type[StackDockError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stackdock.services.dock_linking.CHECK_SECONDS", 1.0)
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        provider.simulator.fault = fault
        with pytest.raises(refusal) as refused:
            await link(await owner(acme), provider)
        if fault is Fault.UNAUTHORIZED:
            assert provider.simulator.error(401)["error"]["message"] in refused.value.message
        assert await docks(acme) == []
        provider.simulator.fault = None
        await link(await owner(acme), provider)
    assert len(await docks(acme)) == 1


async def test_a_wrong_token_is_not_saved_and_appears_in_no_message(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        with pytest.raises(CredentialsRejected) as refused:
            await link(await owner(acme), provider, token="wrong-token-1234")
    assert "wrong-token-1234" not in str(refused.value)
    assert await docks(acme) == []


async def test_an_unreachable_host_is_not_saved(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        gone = provider
    with pytest.raises(ProviderUnavailable):
        await link(await owner(acme), gone)
    assert await docks(acme) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  \n "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "x" * 10_000_000}, "name"),
        ({"name": "line\x00break"}, "name"),
        ({"name": "right\u202eleft"}, "name"),
        ({"name": None}, "name"),
        ({"provider": "nimbus"}, "provider"),
        ({"provider": ["hetzner"]}, "provider"),
        ({"credentials": {}}, "token"),
        ({"credentials": {"token": "  "}}, "token"),
        ({"credentials": {"token": "x" * 8_193}}, "token"),
        ({"credentials": {"token": 7}}, "token"),
        ({"credentials": {"token": "ok", "extra": "no"}}, "extra"),
        ({"credentials": "token"}, "credentials"),
        ({"base_url": "ftp://127.0.0.1"}, "base_url"),
        ({"base_url": "http://127.0.0.1/" + "x" * 512}, "base_url"),
        ({"base_url": "https://elsewhere.example"}, "base_url"),
        ({"base_url": 7}, "base_url"),
    ],
)
async def test_a_mistake_in_the_form_names_its_field_and_asks_no_provider(
    instance: object, changed: dict[str, Any], field: str
) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        good = {"provider": "hetzner", "name": "Acme", "credentials": {"token": "simulator"}, "base_url": provider.base_url}
        with pytest.raises(InvalidInput) as refused:
            await link_dock(await owner(acme), **(good | changed))
        assert provider.simulator.requests == 0
        assert refused.value.field == field
        assert len(refused.value.message) < 300
        assert await docks(acme) == []
        await link_dock(await owner(acme), **good)


async def test_another_address_needs_the_owner_of_the_instance(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        monkeypatch.delenv("STACKDOCK_ALLOW_HOSTS")
        settings.cache_clear()
        with pytest.raises((InvalidInput, AddressRefused)):
            await link(await owner(acme), provider)
        assert provider.simulator.requests == 0
    assert await docks(acme) == []


async def test_the_same_credentials_or_name_are_linked_once(instance: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    async with open_simulator("hetzner", size=1) as provider, open_simulator("hetzner", size=1) as another:
        await link(await owner(acme), provider, name="Production")
        with pytest.raises(Conflict, match="already linked, as “Production”"):
            await link(await owner(acme), provider, name="Second")
        with pytest.raises(Conflict, match="already a dock named"):
            await link(await owner(acme), another, name="PRODUCTION")
        assert len(await docks(acme)) == 1
        await link(await owner(acme), another, name="Second")
        await link(await owner(other), provider, name="Production")
    assert (len(await docks(acme)), len(await docks(other))) == (2, 1)


async def test_a_form_submitted_twice_links_one_dock(instance: object) -> None:
    acme = await make_organization()
    scope = (await owner(acme)).with_key("one-submit")
    async with open_simulator("hetzner", size=1) as provider:
        ids = await asyncio.gather(*(link(scope, provider) for _ in range(3)))
        ids.append(await link(scope, provider))
        with pytest.raises(InvalidInput, match="already sent"):
            await link(scope, provider, name="Another")
    assert len(set(ids)) == 1
    assert [dock.id for dock in await docks(acme)] == ids[:1]
    assert len(await entries(acme)) == 1


async def test_two_people_who_link_the_same_account_at_once_get_one_dock(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        attempts = [link(await owner(acme), provider, name=f"Mine {number}") for number in range(4)]
        results = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(result) for result in results].count(Conflict) == 3
    assert len(await docks(acme)) == 1


async def test_who_may_not_change_docks_links_none(instance: object) -> None:
    acme = await make_organization()
    async with open_simulator("hetzner", size=1) as provider:
        with pytest.raises(PermissionDenied):
            await link(powerless_scope(acme), provider)
        assert provider.simulator.requests == 0
        await link(await owner(acme), provider)
    assert [entry.action for entry in await entries(acme)] == ["access.denied", "dock.linked"]


async def test_replaced_credentials_are_checked_resealed_and_lift_the_error(instance: object) -> None:
    acme = await make_organization()
    scope = await owner(acme)
    async with open_simulator("hetzner", size=1) as provider:
        dock_id = await link(scope, provider)
        provider.simulator.fault = Fault.UNAUTHORIZED
        [dock] = await docks(acme)
        await sync(dock)
        with pytest.raises(CredentialsRejected):
            await replace_credentials(scope, dock_id, {"token": "simulator"})
        assert (await fetch(dock)).error_code == "CredentialsRejected"
        provider.simulator.fault = None
        await replace_credentials(scope, dock_id, {"token": "simulator"})
        after = await fetch(dock)
        assert (after.status, after.error_code, after.consecutive_failures) == (DockStatus.PENDING, None, 0)
        assert after.data_key != dock.data_key
        assert after.sync_requested_at is not None
        assert await sync(dock) == "success"
    assert [entry.action for entry in await entries(acme)] == ["dock.linked", "credentials.replaced"]


async def test_a_check_on_request_decrypts_and_is_audited_first(instance: object) -> None:
    acme = await make_organization()
    scope = await owner(acme)
    async with open_simulator("hetzner", size=1) as provider:
        dock_id = await link(scope, provider)
        await check_dock(scope, dock_id)
        provider.simulator.fault = Fault.UNAUTHORIZED
        with pytest.raises(CredentialsRejected):
            await check_dock(scope, dock_id)
    checks = [entry for entry in await entries(acme) if entry.action == "credentials.checked"]
    assert [entry.after for entry in checks] == [{"decrypted_fields": ["token"]}] * 2


async def test_another_organizations_dock_answers_like_a_missing_one(instance: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    async with open_simulator("hetzner", size=1) as provider:
        dock_id = await link(await owner(other), provider)
        requests = provider.simulator.requests
        for attempt in (
            replace_credentials(await owner(acme), dock_id, {"token": "simulator"}),
            check_dock(await owner(acme), dock_id),
            rename_dock(await owner(acme), dock_id, "Mine"),
            remove_dock(await owner(acme), dock_id),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert provider.simulator.requests == requests
    [dock] = await docks(other)
    assert dock.name == "Acme"
    assert [entry.action for entry in await entries(acme)] == ["access.denied"] * 4
    assert "access.denied" not in [entry.action for entry in await entries(other)]


async def test_a_data_key_moved_to_another_organizations_dock_opens_nothing(instance: object) -> None:
    acme, other = await make_organization("acme"), await make_organization("other")
    async with open_simulator("hetzner", size=1) as provider:
        for organization in (acme, other):
            await link(await owner(organization), provider)
    [victim], [thief] = await docks(acme), await docks(other)
    async with transaction(system_scope(other.id)) as session:
        (await session.get_one(Dock, thief.id)).data_key = victim.data_key
    async with reading(system_scope(other.id)) as session:
        moved, stolen = await session.get_one(Dock, thief.id), await list_credentials(session, victim.id)
    with pytest.raises(CredentialsRejected):
        open_credentials(keyring(), moved, stolen)
