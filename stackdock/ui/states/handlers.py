"""The decorator of every event handler that a browser may call. What does not carry it is refused by the guard.

    class DocksState(rx.State):
        field_errors: dict[str, str] = {}

        @handler(Area.DOCKS, Level.FULL)
        async def rename(self, scope: Scope, dock_id: str, name: str) -> None:
            await rename_dock(scope, dock_id, name)

        @handler(Area.DOCKS, Level.FULL, background=True)  # slow work; changes its state inside `async with self`
        async def link(self, scope: Scope, form: dict[str, str]) -> None: ...

Reflex and the browser see `rename(dock_id, name)`: the scope is made from the socket's cookie and the page's address.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import wraps
from typing import Any

import reflex as rx

from stackdock.columns import new_id
from stackdock.errors import InvalidInput, NotFound, NotSignedIn, StackDockError
from stackdock.live.pages import acknowledge
from stackdock.security.open_sockets import end_client_sockets
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.operations import Operation, permit, record_denial
from stackdock.ui.states.notices import notify
from stackdock.ui.states.scopes import person_scope_of, scope_of

DECLARATION = "_stackdock_operation"
IDEMPOTENCY_KEY = "idempotency_key"
ATTEMPT = "attempt"  # among a form's values: which sending of it this is
ATTEMPT_CHARACTERS = 64
MUTATION = "mutation"
FORM = "form"

logger = logging.getLogger(__name__)


def handler(
    area: Area | None, level: Level = Level.READ, *, background: bool = False, **options: Any
) -> Callable[[Callable[..., Any]], Any]:
    """Declare an event handler with the permission it needs, in the organization of the page that sends the event.

    `area=None` is for what any signed-in person may do; its scope has no organization. The function takes the scope after
    `self`; it is a coroutine function or an async generator. What is done once comes with a key: an argument named
    `idempotency_key`, or a field of that name in the argument `form`, becomes the scope's, and without one nothing is done.
    A StackDockError is shown as a notice (InvalidInput with a field goes into the state's
    `field_errors`, where it has that var); anything else is logged with its traceback, and the person sees its reference
    number. `options` are those of `rx.event`.

    An argument named `mutation` is the id of a change that the browser shows already (`optimistic_patch`): it is acknowledged,
    after its rows or with the refusal, which takes it from the screen and is always said as a notice.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        operation = Operation(f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}", "handler", area, level)
        run = _stream(function, operation, background) if inspect.isasyncgenfunction(function) else None
        run = run or _call(function, operation, background)
        _hide_scope(run, function)
        setattr(run, DECLARATION, operation)
        event: Any = rx.event
        return event(background=background or None, **options)(run)

    return decorate


def declaration_of(function: Callable[..., Any]) -> Operation | None:
    """What a handler declares, or None for a function that no client may call."""
    return getattr(function, DECLARATION, None)


def _call(function: Callable[..., Any], operation: Operation, background: bool) -> Callable[..., Any]:
    @wraps(function)
    async def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        attempt, mutation = attempt_of(kwargs), kwargs.get(MUTATION, "")
        answer = refusal = None
        try:
            scope = await _enter(self, operation, kwargs)
            answer = await function(self, scope, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  the outermost frame that knows the page: Reflex's own could only log it
            refusal = await _answer(self, error, operation, attempt, background, is_taken_back=bool(mutation))
        await acknowledge(self, mutation, error=refusal)
        return answer

    return run


def _stream(function: Callable[..., Any], operation: Operation, background: bool) -> Callable[..., Any]:
    @wraps(function)
    async def run(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        attempt = attempt_of(kwargs)
        try:
            scope = await _enter(self, operation, kwargs)
            async for event in function(self, scope, *args, **kwargs):
                yield event
        except Exception as error:  # noqa: BLE001  the outermost frame that knows the page: Reflex's own could only log it
            await _answer(self, error, operation, attempt, background)

    return run


def attempt_of(arguments: Any) -> str:
    """Which press of a form or a button sent these arguments, so that a refusal finds its way back. "": not said."""
    if not isinstance(arguments, dict):
        return ""
    forms = [value for value in arguments.values() if isinstance(value, dict) and ATTEMPT in value]
    given = forms[0][ATTEMPT] if forms else arguments.get(IDEMPOTENCY_KEY)
    return given if isinstance(given, str) and len(given) <= ATTEMPT_CHARACTERS else ""


async def _enter(state: Any, operation: Operation, arguments: dict[str, Any]) -> Scope:
    person = await person_scope_of(state)
    if operation.area is None:
        return person.with_key(_take_key(arguments))
    try:
        scope = await scope_of(state)
    except NotFound as missing:
        # Somebody else's organization, or none: its own log is not told, the instance's is.
        await record_denial(person, operation, missing)
        raise
    await permit(scope, operation)
    key = _take_key(arguments)
    if not key and arguments.keys() & {IDEMPOTENCY_KEY, FORM}:
        raise InvalidInput("This came without its key, so nothing was changed. Reload the page and try again.")
    return scope.with_key(key)


def _take_key(arguments: dict[str, Any]) -> str | None:
    """The idempotency key among the arguments; a form's own is taken out of it, since it is not a field."""
    if isinstance(key := arguments.get(IDEMPOTENCY_KEY), str):
        return key
    for name, value in arguments.items():
        if isinstance(value, dict) and IDEMPOTENCY_KEY in value:
            arguments[name] = {field: given for field, given in value.items() if field != IDEMPOTENCY_KEY}
            return str(value[IDEMPOTENCY_KEY])
    return None


async def _answer(
    state: Any, error: Exception, operation: Operation, attempt: str, background: bool, *, is_taken_back: bool = False
) -> str:
    """Tell the person, and return what was told. `is_taken_back`: it was on the screen and goes, which is said for all to see."""
    changing: AbstractAsyncContextManager[Any] = state if background else nullcontext()
    async with changing:
        if isinstance(error, NotSignedIn):
            end_client_sockets(state.router.session.client_token)
            return error.message
        if isinstance(error, StackDockError):
            words = error.message
        else:
            reference = log_unexpected(error, operation.name)
            words = f"Something went wrong here. Nothing was lost; the log has it as {reference}."
        if is_taken_back:
            await notify(state, words, "error")
        elif isinstance(error, InvalidInput) and error.field and "field_errors" in type(state).vars:
            state.field_errors = {error.field: words}
        else:
            await notify(state, words, "error", attempt=attempt)
        return words


def log_unexpected(error: BaseException, where: str) -> str:
    """Log a bug with its traceback; returns the reference number that finds it."""
    reference = new_id()[-8:]
    logger.error("%s failed, reference %s", where, reference, exc_info=error)
    return reference


def _hide_scope(run: Callable[..., Any], function: Callable[..., Any]) -> None:
    """Show Reflex the arguments that a browser gives: all but the scope."""
    signature = inspect.signature(function)
    kept = [parameter for index, parameter in enumerate(signature.parameters.values()) if index != 1]
    names = {parameter.name for parameter in kept}
    target: Any = run
    target.__signature__ = signature.replace(parameters=kept)
    target.__annotations__ = {name: hint for name, hint in function.__annotations__.items() if name in names}
