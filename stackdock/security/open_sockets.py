"""The websockets that each login session holds open in this process, and how to end them.

The gate adds a socket when its handshake is accepted. Whoever learns that a session is over (sign-out, another process,
expiry, a refused event) ends its sockets; the browser then asks whether it is still signed in and goes to the sign-in page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, eq=False)
class OpenSocket:
    session_id: str
    user_id: str
    client_token: str  # Reflex's name for the browser tab
    close: Callable[[], Awaitable[None]]  # may be called more than once


_open: set[OpenSocket] = set()
_closing: set[asyncio.Future[Any]] = set()  # a task that nobody holds may be collected before it ran


@contextmanager
def holding(socket: OpenSocket) -> Iterator[None]:
    """Keep `socket` on the list while the block runs."""
    _open.add(socket)
    try:
        yield
    finally:
        _open.discard(socket)


def open_sessions() -> set[str]:
    """The login sessions that hold at least one socket."""
    return {socket.session_id for socket in _open}


def socket_count(session_id: str) -> int:
    return sum(socket.session_id == session_id for socket in _open)


def end_session_sockets(session_id: str) -> int:
    """Close every socket of the session; says how many there were."""
    return _end(lambda socket: socket.session_id == session_id)


def end_user_sockets(user_id: str) -> int:
    """Close every socket of the person: what they may see has changed, their browsers connect again and ask anew."""
    return _end(lambda socket: socket.user_id == user_id)


def end_client_sockets(client_token: str) -> int:
    """Close the sockets of one browser tab."""
    return _end(lambda socket: socket.client_token == client_token)


def _end(matches: Callable[[OpenSocket], bool]) -> int:
    ended = [socket for socket in _open if matches(socket)]
    for socket in ended:
        closing = asyncio.ensure_future(socket.close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)
    return len(ended)
