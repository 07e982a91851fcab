"""A state with handlers of every sort, declared and not, for probing the guard through Reflex's own event pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from stackdock.errors import Conflict, InvalidInput
from stackdock.security.cookies import session_cookie_name
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.settings import settings
from stackdock.ui.states.failures import report_exception
from stackdock.ui.states.guard import Guard
from stackdock.ui.states.handlers import handler
from stackdock.ui.states.notices import NoticeState


class ProbeState(rx.State):
    said: str = ""
    field_errors: dict[str, str] = {}
    _scopes: list[Scope] = []

    @handler(Area.DOCKS, Level.FULL)
    async def say(self, scope: Scope, what: str, times: int = 1) -> None:
        self._scopes = [*self._scopes, scope]
        self.said = what * times

    @handler(Area.DOCKS, Level.FULL)
    async def say_in_parts(self, scope: Scope, what: str) -> AsyncIterator[None]:
        for part in what:
            self.said += part
            yield

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def say_later(self, scope: Scope, what: str) -> None:
        if what == "conflict":
            raise Conflict("Somebody else said it first.")
        async with self:
            self.said = what

    @handler(None)
    async def whoami(self, scope: Scope) -> None:
        self.said = f"{scope.actor.label} in {scope.organization_id}"

    @handler(Area.DOCKS, Level.FULL)
    async def submit(self, scope: Scope, form: dict[str, Any]) -> None:
        self._scopes = [*self._scopes, scope]
        if not form.get("name"):
            raise InvalidInput("Enter a name.", field="name")
        self.said = ",".join(sorted(form))

    @handler(Area.AUDIT, Level.FULL)
    async def rewrite_history(self, scope: Scope) -> None:
        self.said = "rewritten"

    @handler(Area.DOCKS, Level.FULL)
    async def fail(self, scope: Scope) -> None:
        raise ZeroDivisionError("a secret detail")

    def undeclared(self, what: str) -> None:
        self.said = what

    @rx.event
    def plain_event(self, what: str) -> None:
        self.said = what

    def set_said(self, value: str) -> None:
        self.said = value


PROBE = ProbeState.get_full_name()


class Client:
    """One browser tab, by its token, cookie and page."""

    def __init__(self, processor: BaseStateEventProcessor, token: str, cookie: str | None, path: str) -> None:
        self.processor, self.token, self.cookie, self.path = processor, token, cookie, path
        self.deltas: list[Any] = []  # every one that came back, in order: a later value hides no earlier one here

    async def send(self, name: str, **payload: Any) -> dict[str, Any]:
        """Send one event by its full name; gives every var that came back, by its short name."""
        headers = {"origin": settings().origin, "user-agent": "a browser"}
        if self.cookie:
            headers["cookie"] = f"theme=dark; {session_cookie_name()}={self.cookie}"
        router_data = {
            "pathname": "/o/[slug]/docks",
            "asPath": self.path,
            "headers": headers,
            "ip": "203.0.113.7",
            "token": self.token,
            "sid": f"sid-{self.token}",
        }
        event = Event(name=name, payload=payload, router_data=router_data)
        seen: dict[str, Any] = {}
        async for delta in self.processor.enqueue_stream_delta(self.token, event):
            self.deltas.append(repr(delta))
            for changes in delta.values():
                seen |= {key.removesuffix("_rx_state_"): value for key, value in changes.items()}
        return seen

    async def probe(self, handler_name: str, **payload: Any) -> dict[str, Any]:
        return await self.send(f"{PROBE}.{handler_name}", **payload)

    async def state(self) -> ProbeState:
        from reflex.istate.manager.token import BaseStateToken

        root = await self.processor._root_context.state_manager.get_state(BaseStateToken(ident=self.token, cls=ProbeState))  # type: ignore[union-attr]
        return await root.get_state(ProbeState)


@asynccontextmanager
async def pipeline(guard: Guard | None = None) -> AsyncIterator[Any]:
    """Reflex's event pipeline with the guard in front; gives a function that opens a tab."""
    registered = RegistrationContext.set(RegistrationContext.ensure_context().fork())  # one app is allowed for each
    app = rx.App()
    app.add_middleware(guard or Guard())
    processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=report_exception)

    def tab(cookie: str | None, token: str = "tab", path: str = "/o/acme/docks") -> Client:
        return Client(processor, token, cookie, path)

    try:
        async with processor.configure(state_manager=StateManagerMemory()):
            yield tab
    finally:
        RegistrationContext.reset(registered)


def notice(seen: dict[str, Any]) -> str:
    """What the person is shown."""
    return seen.get("notice", {}).get("text", "")


__all__ = ["PROBE", "NoticeState", "ProbeState", "notice", "pipeline"]
