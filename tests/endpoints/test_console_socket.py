"""The whole way, over a real server: sign in, open the console's socket, send events, take over, sign out."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext
from websockets.exceptions import ConnectionClosed

from stackdock.endpoints.gate import protect
from stackdock.security.log_redaction import install_log_redaction
from stackdock.settings import settings
from stackdock.ui.states.failures import report_browser_exception, report_exception
from stackdock.ui.states.guard import Guard
from tests.endpoints.browser import Page
from tests.endpoints.serving import Tab, choose_port, serving, socket
from tests.people import PASSWORD, make_owner_who_can_sign_in, signed_in_token
from tests.ui.states.probe import PROBE


@pytest.fixture
async def origin(database: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Reflex's real app behind the gate, without a front end."""
    monkeypatch.setenv("__REFLEX_SKIP_COMPILE", "true")
    choose_port(monkeypatch)
    await make_owner_who_can_sign_in()
    registered = RegistrationContext.set(RegistrationContext.ensure_context().fork())
    app = rx.App(
        api_transformer=protect,
        backend_exception_handler=report_exception,
        frontend_exception_handler=report_browser_exception,
    )
    app.add_middleware(Guard())
    try:
        async with serving(app()) as address:
            yield address
    finally:
        RegistrationContext.reset(registered)


async def sign_in(client: httpx.AsyncClient) -> str:
    form = Page((await client.get("/sign-in")).text).form | {"email": "ana@acme.example", "password": PASSWORD}
    answer = await client.post("/sign-in", data=form, headers={"Origin": settings().origin})
    assert answer.status_code == 303
    return client.cookies["stackdock_session"]


async def test_from_sign_in_to_sign_out(origin: str) -> None:
    async with httpx.AsyncClient(base_url=origin) as client:
        token = await sign_in(client)
        async with socket(origin, token) as connection:
            tab = await Tab(connection).open()
            await tab.until('"is_hydrated_rx_state_":true')
            await tab.send(f"{PROBE}.say", {"what": "hello"})
            assert token not in await tab.until('"said_rx_state_":"hello"')
            await client.post("/sign-out", headers={"Origin": origin})
            with pytest.raises(ConnectionClosed):
                await tab.until("never")
            assert connection.close_code == 4401
        assert (await client.get("/o/acme/servers")).headers["location"].startswith("/sign-in?next=")
        assert (await client.get("/ping")).json() == "pong"


async def test_the_cookie_never_comes_back_over_the_socket_nor_into_the_log(
    origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = await signed_in_token()
    before = logging.getLogRecordFactory()
    install_log_redaction()
    try:
        with caplog.at_level(logging.INFO):
            async with socket(origin, token) as connection:
                tab = await Tab(connection).open()
                assert token not in await tab.until('"is_hydrated_rx_state_":true')
                await tab.send("reflex___state____state.nope", {"password": "typed secret"})
                await connection.send('42/_event,["event", "not an event: typed secret"]')
                await tab.send(f"{PROBE}.undeclared", {"what": "typed secret"})
                await tab.send(f"{PROBE}.say", {"what": "hello"})
                await tab.until('"said_rx_state_":"hello"')
    finally:
        logging.setLogRecordFactory(before)
    assert "state.nope" in caplog.text
    assert token not in caplog.text
    assert "typed secret" not in caplog.text


async def test_another_session_with_the_same_tab_token_gets_a_fresh_state(origin: str) -> None:
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with socket(origin, await signed_in_token()) as connection:
        tab = await Tab(connection).open()
        await tab.until('"is_hydrated_rx_state_":true')
        await tab.send(f"{PROBE}.say", {"what": "anas secret"})
        await tab.until("anas secret")
    async with socket(origin, await signed_in_token("bob@globex.example")) as connection:
        tab = await Tab(connection, "/o/globex/docks").open()
        seen = await tab.until('"is_hydrated_rx_state_":false')
        assert "anas secret" not in seen
        await tab.send(f"{PROBE}.whoami", {})
        assert "anas secret" not in await tab.until("bob@globex.example in None")


async def test_a_refusal_reaches_the_page_as_a_notice_and_changes_nothing(origin: str) -> None:
    async with socket(origin, await signed_in_token()) as connection:
        tab = await Tab(connection, "/o/globex/docks").open()
        await tab.send(f"{PROBE}.say", {"what": "hello"})
        message = await tab.until("you may not see it")
        assert json.loads(message.partition(",")[2])[0] == "event"
        assert "hello" not in message


async def test_nothing_of_reflexs_http_is_open(origin: str) -> None:
    async with httpx.AsyncClient(base_url=origin, cookies={"stackdock_session": await signed_in_token()}) as client:
        for method, path in (
            ("GET", "/_event/?EIO=4&transport=polling"),
            ("POST", "/_upload"),
            ("GET", "/_all_routes"),
            ("GET", "/_health"),
        ):
            answer = await client.request(method, path)
            assert answer.status_code == 404
            assert answer.headers["x-content-type-options"] == "nosniff"
        preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        assert "access-control-allow-origin" not in (await client.options("/sign-in", headers=preflight)).headers
