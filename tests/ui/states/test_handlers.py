"""What the handler decorator does for a handler: its scope, its arguments, its failures."""

import inspect
import logging

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import update

from stackdock.db.sessions import transaction
from stackdock.models import Membership
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import system_scope
from stackdock.services.audit_actions import AuditAction
from stackdock.ui.shell import find_pages
from stackdock.ui.states.handlers import declaration_of
from tests.people import audit_entries, make_owner_who_can_sign_in, signed_in_token
from tests.ui.states.probe import PROBE, ProbeState, notice, pipeline


async def test_a_handler_gets_the_scope_of_whoever_sent_the_event(database: object) -> None:
    acme, ana = await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say", what="ha", times=2))["said"] == "haha"
        [scope] = (await client.state())._scopes
    assert (scope.actor.id, scope.actor.label, scope.organization) == (ana.id, "ana@acme.example", acme.id)
    assert (scope.request.address, scope.request.agent) == ("203.0.113.7", "a browser")
    assert scope.visibility.everything


def test_reflex_and_the_browser_see_no_scope() -> None:
    handler = ProbeState.event_handlers["say"]
    assert list(handler._parameters) == ["self", "what", "times"]
    assert handler._get_type_hints() == {"what": str, "times": int}
    operation = declaration_of(handler.fn)
    assert operation is not None
    assert (operation.area, operation.level) == (Area.DOCKS, Level.FULL)
    assert ProbeState.event_handlers["say_later"].is_background


async def test_a_generator_sends_its_parts_and_a_background_handler_its_end(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say_in_parts", what="abc"))["said"] == "abc"
        assert (await client.probe("say_later", what="later"))["said"] == "later"


async def test_a_refusal_on_purpose_is_shown_in_its_own_words(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert notice(await client.probe("say_later", what="conflict")) == "Somebody else said it first."
        assert (await client.probe("submit", form={"name": "", "idempotency_key": "k"}))["field_errors"] == {
            "name": "Enter a name."
        }


async def test_a_missing_permission_is_refused_and_recorded(database: object) -> None:
    acme, ana = await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say", what="allowed"))["said"] == "allowed"
        assert "full access to audit" in notice(await client.probe("rewrite_history"))
        async with transaction(system_scope(None)) as session:
            await session.exec(update(Membership).values(role="wizard"))
        assert "full access to docks" in notice(await client.probe("say", what="no longer"))
        assert (await client.state()).said == "allowed"
    denials = await audit_entries(AuditAction.ACCESS_DENIED)
    assert [(entry.chain, entry.actor_id) for entry in denials] == [(acme.id, ana.id)] * 2
    assert "rewrite_history" in (denials[0].reason or "")


async def test_a_bug_is_logged_with_a_reference_that_the_person_sees(database: object, caplog: pytest.LogCaptureFixture) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        shown = notice(await tab(await signed_in_token()).probe("fail"))
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    reference = shown.rstrip(".").rpartition(" ")[2]
    assert len(reference) == 8
    assert reference in record.getMessage()
    assert "ZeroDivisionError" in caplog.text
    assert "secret detail" not in shown


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"what": 1, "unknown": 2},
        {"what": "x", "times": "many"},
        {"scope": "mine", "what": "x"},
        {"what": None},
        {"what": ["x"]},
    ],
)
async def test_arguments_that_do_not_fit_change_nothing_and_cost_one_line_of_the_log(
    database: object, payload: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say", what="fine", times=1))["said"] == "fine"
        seen = await client.probe("say", **payload)
        assert "That request was not understood" in notice(seen)
        assert (await client.state()).said == "fine"
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage() == f"Refused {PROBE}.say: its arguments do not fit"
    assert record.exc_info is None


async def test_a_forms_idempotency_key_reaches_the_scope_and_not_the_fields(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("submit", form={"name": "Acme", "idempotency_key": "k1"}))["said"] == "name"
        assert [scope.request.idempotency_key for scope in (await client.state())._scopes] == ["k1"]


@pytest.mark.parametrize("form", [{"name": "Acme"}, {"name": "Acme", "idempotency_key": ""}])
async def test_a_form_without_its_key_does_nothing_and_says_so(database: object, form: dict[str, str]) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert "came without its key" in notice(await client.probe("submit", form=form))
        assert (await client.state())._scopes == []


async def test_who_names_another_organization_stands_in_the_instances_log(database: object) -> None:
    acme, ana = await make_owner_who_can_sign_in()
    globex, _ = await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with pipeline() as tab:
        for slug in ("globex", "nobody"):
            stranger = tab(await signed_in_token(), path=f"/o/{slug}/docks")
            assert "you may not see it" in notice(await stranger.probe("say", what="hello"))
            assert (await stranger.state()).said == ""
    denials = await audit_entries(AuditAction.ACCESS_DENIED)
    assert [(entry.chain, entry.actor_id, entry.actor_label) for entry in denials] == [
        ("instance", ana.id, "ana@acme.example")
    ] * 2
    assert not {acme.id, globex.id} & {entry.organization_id for entry in denials}


def test_whatever_changes_something_in_the_console_takes_a_key() -> None:
    find_pages()
    handlers = RegistrationContext.get().event_handlers.values()
    declared = [(declaration_of(one.handler.fn), list(inspect.signature(one.handler.fn).parameters)) for one in handlers]
    keyless = [
        operation.name
        for operation, parameters in declared
        if operation and operation.level is Level.FULL and not {"idempotency_key", "form"} & set(parameters)
        if "probe" not in operation.name
    ]
    assert len(declared) > 10
    assert keyless == ["link_provider.LinkState.open"], "it empties the form and changes nothing"
