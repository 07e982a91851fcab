"""The guard before every event: deny by default.

A browser can send any event name with any payload. What passes is one of Reflex's own life-cycle events or a function that
carries the `handler` declaration, from a socket whose login session lasts, within the rate and size limits, and into a
state tree that belongs to that login session.
"""

from __future__ import annotations

import inspect
import logging
from functools import lru_cache
from typing import Any, get_origin

from reflex.app import App
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, FrontendEventExceptionState, OnLoadInternalState, State, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from stackdock.errors import InvalidInput, NotSignedIn, StackDockError, Throttled
from stackdock.security.open_sockets import end_client_sockets
from stackdock.security.rate_limit import RateLimit
from stackdock.ui.states.handlers import attempt_of, declaration_of
from stackdock.ui.states.notices import notify
from stackdock.ui.states.scopes import signed_in_of
from stackdock.ui.states.session import SessionState

TAB_EVENTS_PER_SECOND = 40
TAB_EVENT_BURST = 100
SESSION_EVENTS_PER_SECOND = 300
SESSION_EVENT_BURST = 5000  # all of a session's tabs load their pages again after a restart
PAYLOAD_CHARACTERS = 64 * 1024

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def lifecycle_events() -> frozenset[str]:
    """Reflex's own events that a page cannot do without, by their full names."""
    handlers = (
        State.event_handlers["hydrate"],
        State.event_handlers["hydrate_and_load"],
        OnLoadInternalState.event_handlers["on_load_internal"],
        OnLoadInternalState.event_handlers["set_is_hydrated"],
        FrontendEventExceptionState.event_handlers["handle_frontend_exception"],
    )
    return frozenset(format_event_handler(handler) for handler in handlers)


def is_allowed(event_name: str) -> bool:
    if event_name in lifecycle_events():
        return True
    registered = RegistrationContext.get().event_handlers.get(event_name)
    return registered is not None and declaration_of(registered.handler.fn) is not None


class Guard(Middleware):
    def __init__(self, limit: RateLimit | None = None) -> None:
        self._tab_limit = limit or RateLimit(TAB_EVENTS_PER_SECOND, TAB_EVENT_BURST)
        self._session_limit = RateLimit(SESSION_EVENTS_PER_SECOND, SESSION_EVENT_BURST)

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        root = state._get_root_state()
        try:
            if not is_allowed(event.name):
                logger.warning("Refused %s: no handler declares it", event.name)
                return StateUpdate()
            signed_in = await signed_in_of(root)
            tab = root.router.session.client_token
            # Reflex's own events count for the session alone: one that is refused would leave its page half loaded.
            calm = event.name in lifecycle_events() or self._tab_limit.take(tab)
            if not (calm and self._session_limit.take(signed_in.session_id)):
                raise Throttled("That was too fast for the console. Wait a moment and try again.", 1)
            if not _fits(event.payload):
                raise InvalidInput("That is too long. Nothing was changed.")
            if not _is_understood(event):
                logger.warning("Refused %s: its arguments do not fit", event.name)
                raise InvalidInput("That request was not understood. Nothing was changed.")
            await _claim(root, signed_in.session_id)
        except NotSignedIn:
            end_client_sockets(root.router.session.client_token)
            return StateUpdate()
        except StackDockError as refused:
            await notify(root, refused.message, "error", attempt=attempt_of(event.payload))
            delta = await root._get_resolved_delta()
            root._clean()
            return StateUpdate(delta=delta)
        return None


async def _claim(root: BaseState, session_id: str) -> None:
    """Make the tree this login session's own: what another session left in it is reset before anything is sent."""
    session = await root.get_state(SessionState)
    if session._owner == session_id:
        return
    if session._owner:
        root.reset()
    session._owner = session_id


def _is_understood(event: Event) -> bool:
    """Whether the payload holds what the handler takes: all that it needs, nothing else, each of the kind it declares."""
    registered = RegistrationContext.get().event_handlers.get(event.name)
    if registered is None or event.name in lifecycle_events():
        return True
    parameters = {name: one for name, one in inspect.signature(registered.handler.fn).parameters.items() if name != "self"}
    needed = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
    given = event.payload
    if not needed <= given.keys() <= parameters.keys():
        return False
    hints = registered.handler._get_type_hints()
    return all(_is_of(value, hints.get(name, object)) for name, value in given.items())


def _is_of(value: Any, hint: Any) -> bool:
    kind = get_origin(hint) or hint
    if not isinstance(kind, type) or kind is object:
        return True
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _fits(payload: Any, limit: int = PAYLOAD_CHARACTERS) -> bool:
    return _size(payload) <= limit


def _size(value: Any) -> int:
    """About how many characters a JSON value holds, without writing it out again."""
    match value:
        case str():
            return len(value)
        case dict():
            return sum(_size(key) + _size(one) + 1 for key, one in value.items())
        case list() | tuple():
            return sum(_size(one) + 1 for one in value)
    return 8
