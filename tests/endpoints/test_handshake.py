"""The websocket's handshake against a real server: own pages of signed-in people only, until their session ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
import websockets
from sqlalchemy import update
from sqlmodel import col
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stackdock.columns import utc_now
from stackdock.db.sessions import transaction
from stackdock.endpoints.gate import Gate
from stackdock.endpoints.handshake import MESSAGE_BURST, MESSAGE_CHARACTERS, SOCKETS_PER_SESSION
from stackdock.endpoints.session_watch import SessionWatch, watch_login_sessions
from stackdock.live.change import Change
from stackdock.models import LoginSession, User
from stackdock.security.open_sockets import end_session_sockets, open_sessions, socket_count
from stackdock.security.scope import system_scope
from stackdock.services.login_sessions import find_signed_in, forget
from tests.endpoints.browser import browser, post
from tests.endpoints.serving import PATIENCE_SECONDS, choose_port, serving, socket
from tests.people import anonymous, make_owner_who_can_sign_in, signed_in_token


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands where Reflex stands: says which token it was given, then echoes until the socket ends."""
    if scope["type"] == "lifespan":
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": scope["query_string"].decode()})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture
async def origin(database: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    choose_port(monkeypatch)
    await make_owner_who_can_sign_in()
    async with serving(Gate(echo)) as address:
        yield address


async def session_id_of(token: str) -> str:
    found = await find_signed_in(anonymous(), token)
    assert found is not None
    return found.session_id


async def closing_code(connection: websockets.ClientConnection) -> int | None:
    """Read on until the server says goodbye."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code


async def test_a_signed_in_persons_own_page_gets_a_socket(origin: str) -> None:
    async with socket(origin, await signed_in_token()) as connection:
        await connection.recv()
        await connection.send("hello")
        assert await connection.recv() == "hello"


@pytest.mark.parametrize(
    ("cookie", "from_origin", "query", "path"),
    [
        (None, "own", "", "/_event/"),
        ("guess", "own", "", "/_event/"),
        ("good", "http://evil.example", "", "/_event/"),
        ("good", "http://127.0.0.1:1", "", "/_event/"),
        ("good", "null", "", "/_event/"),
        ("good", None, "", "/_event/"),
        ("good", "own", "?EIO=4&transport=polling&token=tab-1", "/_event/"),
        ("good", "own", "?EIO=4&transport=websocket", "/_event/"),
        ("good", "own", "?EIO=4&transport=websocket&token=" + "x" * 100, "/_event/"),
        ("good", "own", "", "/elsewhere"),
    ],
    ids=[
        "no cookie",
        "invented cookie",
        "foreign origin",
        "other port",
        "null origin",
        "no origin",
        "polling",
        "no token",
        "long",
        "path",
    ],
)
async def test_any_other_handshake_is_refused(origin: str, cookie: str, from_origin: str | None, query: str, path: str) -> None:
    good = await signed_in_token()
    with pytest.raises(InvalidStatus) as refused:
        async with socket(origin, good if cookie == "good" else cookie, from_origin=from_origin, query=query, path=path):
            pass
    assert refused.value.response.status_code == 403
    async with socket(origin, good) as connection:
        assert await connection.recv()


async def test_another_host_name_gets_no_socket(origin: str) -> None:
    token = await signed_in_token()
    address = origin.replace("http", "ws", 1) + "/_event/?EIO=4&transport=websocket&token=tab-1"
    headers = {"Cookie": f"stackdock_session={token}", "Origin": origin}
    with pytest.raises(InvalidStatus):
        async with websockets.connect(address.replace("127.0.0.1", "127.0.0.2"), host="127.0.0.1", additional_headers=headers):
            pass


async def test_a_session_that_is_over_gets_no_socket(origin: str) -> None:
    token = await signed_in_token()
    async with transaction(system_scope(None)) as session:
        await session.exec(update(LoginSession).values(expires_at=utc_now() - timedelta(seconds=1)))
    with pytest.raises(InvalidStatus):
        async with socket(origin, token):
            pass


async def test_the_same_tab_token_names_another_tab_in_another_session(origin: str) -> None:
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with socket(origin, await signed_in_token()) as ana, socket(origin, await signed_in_token("bob@globex.example")) as bob:
        tokens = [await ana.recv(), await bob.recv()]
    assert tokens[0] != tokens[1]
    assert all("token=tab-1-" in str(token) for token in tokens)


async def test_signing_out_ends_the_open_sockets_of_that_session_alone(origin: str) -> None:
    token, other = await signed_in_token(), await signed_in_token()
    async with socket(origin, token) as first, socket(origin, token) as second, socket(origin, other) as kept:
        async with browser() as client:
            client.cookies.set("stackdock_session", token)
            await post(client, "/sign-out", {})
        assert [await closing_code(first), await closing_code(second)] == [4401, 4401]
        await kept.recv()
        await kept.send("still here")
        assert await kept.recv() == "still here"
    with pytest.raises(InvalidStatus):
        async with socket(origin, token):
            pass


async def test_a_session_ended_by_another_process_ends_its_sockets(origin: str) -> None:
    token = await signed_in_token()
    async with watch_login_sessions(), socket(origin, token) as connection:
        async with transaction(system_scope(None)) as session:
            await session.exec(update(LoginSession).values(ended_at=utc_now()))
        assert await closing_code(connection) == 4401


class Announcer:
    """Announces committed changes as the live engine does."""

    def __init__(self) -> None:
        self.listeners: dict[str, Callable[[list[Change]], None]] = {}

    def on_change(self, table: str, listener: Callable[[list[Change]], None]) -> Callable[[], None]:
        self.listeners[table] = listener
        return lambda: self.listeners.pop(table, None) and None

    def announce(self, table: str, row_id: str | None, routes: str = "{}") -> None:
        self.listeners[table]([Change(table, row_id, "U", routes)])


async def test_a_change_that_the_live_engine_announces_is_looked_at_at_once(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackdock.endpoints.session_watch.SECONDS_BETWEEN_CHECKS", 3600)
    token, other = await signed_in_token(), await signed_in_token()
    session_id = await session_id_of(token)
    changes, watch = Announcer(), SessionWatch()
    watch.follow(changes)
    watching = asyncio.create_task(watch.run())
    async with socket(origin, token) as connection, socket(origin, other) as kept:
        changes.announce("login_session", await session_id_of(other))  # only seen again: it lasts
        async with transaction(system_scope(None)) as session:
            await session.exec(update(LoginSession).where(col(LoginSession.id) == session_id).values(ended_at=utc_now()))
        assert await find_signed_in(anonymous(), token), "remembered, until the change is announced"
        changes.announce("login_session", session_id)
        assert await find_signed_in(anonymous(), token) is None
        assert await closing_code(connection) == 4401
        await kept.recv()
        await kept.send("still here")
        assert await kept.recv() == "still here"
    watching.cancel()
    await asyncio.wait([watching])
    assert not changes.listeners


async def test_another_role_makes_a_persons_pages_connect_again(origin: str) -> None:
    _, bob = await make_owner_who_can_sign_in("globex", "bob@globex.example")
    changes, watch = Announcer(), SessionWatch()
    watch.follow(changes)
    async with (
        socket(origin, await signed_in_token()) as ana,
        socket(origin, await signed_in_token("bob@globex.example")) as bobs,
    ):
        changes.announce("membership", "row", json.dumps({"user_id": [bob.id, bob.id]}))
        assert await closing_code(bobs) == 4401
        await ana.recv()
        await ana.send("still here")
        assert await ana.recv() == "still here"


async def test_disabling_a_person_ends_their_sockets(origin: str) -> None:
    token = await signed_in_token()
    async with watch_login_sessions(), socket(origin, token) as connection:
        async with transaction(system_scope(None)) as session:
            await session.exec(update(User).values(disabled_at=utc_now()))
        assert await closing_code(connection) == 4401


async def test_a_client_that_ignores_the_goodbye_is_no_longer_heard(origin: str) -> None:
    token = await signed_in_token()
    session_id = await session_id_of(token)
    async with socket(origin, token) as connection:
        assert socket_count(session_id) == 1
        assert end_session_sockets(session_id) == 1
        async with asyncio.timeout(PATIENCE_SECONDS):
            while socket_count(session_id):
                await asyncio.sleep(0.01)
        assert await closing_code(connection) == 4401
    forget(session_id)


async def test_a_closed_socket_leaves_the_list(origin: str) -> None:
    token = await signed_in_token()
    async with socket(origin, token) as connection:
        await connection.recv()
        assert await session_id_of(token) in open_sessions()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await session_id_of(token) in open_sessions():
            await asyncio.sleep(0.01)


async def test_a_flood_ends_its_own_socket(origin: str) -> None:
    token = await signed_in_token()
    async with socket(origin, token) as flooding, socket(origin, token) as calm:
        with suppress(ConnectionClosed):
            for _ in range(MESSAGE_BURST * 2):
                await flooding.send("x")
        assert await closing_code(flooding) == 1008
        await calm.recv()
        await calm.send("fine")
        assert await calm.recv() == "fine"


async def test_an_oversized_message_ends_its_socket(origin: str) -> None:
    async with socket(origin, await signed_in_token()) as connection:
        await connection.recv()
        await connection.send("x" * MESSAGE_CHARACTERS)
        assert len(await connection.recv()) == MESSAGE_CHARACTERS
        await connection.send("x" * (MESSAGE_CHARACTERS + 1))
        assert await closing_code(connection) == 1009


async def test_one_session_opens_only_so_many_sockets(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SOCKETS_PER_SESSION >= 1000
    monkeypatch.setattr("stackdock.endpoints.handshake.SOCKETS_PER_SESSION", 2)
    token, other = await signed_in_token(), await signed_in_token()
    async with socket(origin, token) as one, socket(origin, token) as two, socket(origin, other) as theirs:
        for connection in (one, two, theirs):
            await connection.recv()
        with pytest.raises(InvalidStatus):
            async with socket(origin, token):
                pass
