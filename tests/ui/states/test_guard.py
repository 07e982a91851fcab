"""Probing the guard: what a hostile or signed-out browser sends through the socket changes nothing."""

import logging

import pytest
from reflex.istate.storage import ClientStorageBase
from reflex.state import OnLoadInternalState, State, UpdateVarsInternalState
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler
from sqlalchemy import update

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.models import LoginSession
from stackdock.security.open_sockets import OpenSocket, holding
from stackdock.security.rate_limit import RateLimit
from stackdock.security.scope import system_scope
from stackdock.services.login_sessions import forget_everybody
from stackdock.ui.states.guard import PAYLOAD_CHARACTERS, Guard, is_allowed, lifecycle_events
from stackdock.ui.states.session import SessionState
from tests.people import make_owner_who_can_sign_in, signed_in_token
from tests.ui.states.probe import PROBE, notice, pipeline


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (f"{PROBE}.undeclared", {"what": "owned"}),
        (f"{PROBE}.plain_event", {"what": "owned"}),
        (f"{PROBE}.set_said", {"value": "owned"}),
        (f"{PROBE}.setvar", {"var_name": "said", "value": "owned"}),
        (
            format_event_handler(UpdateVarsInternalState.event_handlers["update_vars_internal"]),
            {"vars": {f"{PROBE}.said": "owned"}},
        ),
        (format_event_handler(State.event_handlers["setvar"]), {"var_name": "is_hydrated", "value": True}),
        (format_event_handler(SessionState.event_handlers["setvar"]), {"var_name": "person_email", "value": "owned"}),
    ],
    ids=lambda value: value.rpartition(".")[2] if isinstance(value, str) else "",
)
async def test_what_is_not_declared_is_refused_even_for_an_owner(database: object, name: str, payload: dict[str, object]) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say", what="hello"))["said"] == "hello"
        assert "owned" not in str(await client.send(name, **payload))
        assert (await client.state()).said == "hello"


@pytest.mark.parametrize("cookie", [None, "", "guess"])
async def test_without_a_session_nothing_runs_and_nothing_is_told(database: object, cookie: str | None) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(cookie)
        for name in (f"{PROBE}.say", format_event_handler(State.event_handlers["hydrate_and_load"])):
            assert not await client.send(name, **({"what": "hello"} if name.endswith("say") else {}))
        assert (await client.state()).said == ""


async def test_a_session_that_ended_meanwhile_is_refused_and_its_socket_closed(database: object) -> None:
    await make_owner_who_can_sign_in()
    closed: list[str] = []

    async def close() -> None:
        closed.append("tab")

    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert (await client.probe("say", what="hello"))["said"] == "hello"
        async with transaction(system_scope(None)) as session:
            await session.exec(update(LoginSession).values(ended_at=utc_now()))
        forget_everybody()
        with holding(OpenSocket("session", "user", "tab", close)), holding(OpenSocket("other", "user", "other-tab", close)):
            assert not await client.probe("say", what="again")
            await client.probe("say", what="again")
        assert set(closed) == {"tab"}
        assert (await client.state()).said == "hello"


async def test_a_tab_token_of_another_session_never_shows_the_old_state(database: object) -> None:
    await make_owner_who_can_sign_in()
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with pipeline() as tab:
        ana = tab(await signed_in_token(), token="known")
        await ana.probe("say", what="anas secret")
        bob = tab(await signed_in_token("bob@globex.example"), token="known", path="/o/globex/docks")
        seen = await bob.send(format_event_handler(State.event_handlers["hydrate_and_load"]))
        assert "anas secret" not in str(seen)
        assert seen["said"] == ""
        assert not (await bob.state())._scopes
        assert (await bob.probe("whoami"))["said"] == "bob@globex.example in None"
        again = tab(await signed_in_token(), token="known")
        assert "bob" not in str(await again.send(format_event_handler(State.event_handlers["hydrate_and_load"])))


@pytest.mark.parametrize(
    "path", ["/o/globex/docks", "/o/nothing/docks", "/docks", "/o/", "/o/../o/acme", "/O/acme/", "/o/acme%2f/"]
)
async def test_another_organizations_address_finds_nothing(database: object, path: str) -> None:
    await make_owner_who_can_sign_in()
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with pipeline() as tab:
        seen = await tab(await signed_in_token(), path=path).probe("say", what="hello")
        assert notice(seen) == "This does not exist, or you may not see it."
        assert "said" not in seen or seen["said"] == ""
        assert (await tab(await signed_in_token(), token="own").probe("say", what="hello"))["said"] == "hello"


async def test_an_oversized_payload_changes_nothing_and_says_so(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        assert len((await client.probe("say", what="x" * (PAYLOAD_CHARACTERS - 10)))["said"]) == PAYLOAD_CHARACTERS - 10
        for payload in ({"what": "x" * PAYLOAD_CHARACTERS}, {"what": ["x" * 100] * 1000}, {"what": {"x" * 70_000: 1}}):
            assert "too long" in notice(await client.probe("say", **payload))
        assert len((await client.state()).said) == PAYLOAD_CHARACTERS - 10


async def test_a_flood_is_refused_for_its_own_tab_until_it_slows_down(database: object) -> None:
    await make_owner_who_can_sign_in()
    now = [0.0]
    async with pipeline(Guard(RateLimit(10, 5, clock=lambda: now[0]))) as tab:
        client, other = tab(await signed_in_token(), token="flood"), tab(await signed_in_token(), token="calm")
        seen = [await client.probe("say", what=str(number)) for number in range(8)]
        assert [one.get("said") for one in seen][:5] == ["0", "1", "2", "3", "4"]
        assert all("too fast" in notice(one) for one in seen[5:])
        assert (await other.probe("say", what="fine"))["said"] == "fine"
        now[0] = 0.1
        assert (await client.probe("say", what="slower"))["said"] == "slower"


async def test_many_tabs_of_one_session_together_have_a_limit_too(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_owner_who_can_sign_in()
    monkeypatch.setattr("stackdock.ui.states.guard.SESSION_EVENT_BURST", 3)
    monkeypatch.setattr("stackdock.ui.states.guard.SESSION_EVENTS_PER_SECOND", 0.001)
    async with pipeline(Guard()) as tab:
        shared, own = await signed_in_token(), await signed_in_token()
        seen = [await tab(shared, token=f"tab-{number}").probe("say", what="hello") for number in range(5)]
        assert ["too fast" in notice(one) for one in seen] == [False, False, False, True, True]
        assert (await tab(own, token="another").probe("say", what="fine"))["said"] == "fine"


async def test_a_refused_event_name_is_logged_without_the_cookie(database: object, caplog: pytest.LogCaptureFixture) -> None:
    await make_owner_who_can_sign_in()
    token = await signed_in_token()
    async with pipeline() as tab:
        with caplog.at_level(logging.DEBUG):
            await tab(token).probe("undeclared", what="private words")
    assert f"Refused {PROBE}.undeclared" in caplog.text
    assert token not in caplog.text
    assert "private words" not in caplog.text


def test_only_these_of_reflexs_own_events_pass() -> None:
    assert {name.rpartition(".")[2] for name in lifecycle_events()} == {
        "hydrate", "hydrate_and_load", "on_load_internal", "set_is_hydrated", "handle_frontend_exception",
    }  # fmt: skip
    assert format_event_handler(OnLoadInternalState.event_handlers["on_load_internal"]) in lifecycle_events()
    assert not is_allowed(format_event_handler(State.event_handlers["set_is_hydrated"]))


def undeclared_handlers() -> list[str]:
    """What a browser may name though nobody declares it, on every state but Reflex's own; `setvar`, which Reflex adds to each,
    is refused above."""
    return [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if not is_allowed(name) and not name.endswith(".setvar") and not registered.states[0].__module__.startswith("reflex.")
    ]


def test_every_handler_of_the_console_is_declared() -> None:
    import stackdock.stackdock  # noqa: F401  (registers every page's states)

    own = [name for name in undeclared_handlers() if not name.startswith(PROBE)]
    assert not own, "declare with @handler, or begin the name with an underscore"
    assert {name.rpartition(".")[2] for name in undeclared_handlers()} == {"undeclared", "plain_event", "set_said"}


def test_the_console_keeps_nothing_in_the_browsers_storage() -> None:
    """A browser may set any such var with an event that Reflex needs, so there is none to set."""
    import stackdock.stackdock  # noqa: F401  (registers every page's states)

    states = RegistrationContext.get().base_states.values()
    fields = [(state, name, field) for state in states for name, field in state.__fields__.items()]
    assert len(fields) > 20
    assert not [(state, name) for state, name, field in fields if isinstance(field.default_value(), ClientStorageBase)]


async def test_a_refusal_names_the_attempt_that_it_answers(database: object) -> None:
    """By the guard and by a handler, for a form and for a button; what is not an attempt's id comes back from nobody."""
    await make_owner_who_can_sign_in()
    async with pipeline() as tab:
        client = tab(await signed_in_token())
        refused = await client.probe("submit", form={"attempt": "first", "name": "Ana"}, surplus=1)
        assert refused["notice"] == refused["notice"] | {"tone": "error", "attempt": "first"}
        assert (await client.probe("say", what=1, idempotency_key="pressed"))["notice"]["attempt"] == "pressed"
        assert (await client.probe("say", what=1, idempotency_key="x" * 65))["notice"]["attempt"] == ""
        assert (await client.probe("submit", form={"attempt": {"not": "text"}}, surplus=1))["notice"]["attempt"] == ""
        elsewhere = tab(await signed_in_token(), token="elsewhere", path="/o/nothing/docks")
        assert (await elsewhere.probe("submit", form={"attempt": "second"}))["notice"]["attempt"] == "second"
