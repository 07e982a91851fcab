"""What is done to one dock on its page. One state per form, so that a refusal stands beside the form it belongs to."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.errors import InvalidInput
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.dock_linking import replace_credentials
from stackdock.services.dock_removal import describe_removal, remove_dock
from stackdock.services.docks import change_interval, pause_dock, rename_dock, resume_dock
from stackdock.ui.states.answers import AnswerState
from stackdock.ui.states.handlers import handler
from stackdock.ui.theme import KIND_NAMES


class NameState(AnswerState, rx.State):
    @handler(Area.DOCKS, Level.FULL, background=True)
    async def rename(self, scope: Scope, dock_id: str, form: dict[str, Any], mutation: str = "") -> None:
        async with self._answering(form, is_shown=bool(mutation)):
            await rename_dock(scope, dock_id, form.get("name", ""))
            await _forget_refusals(self)


class IntervalState(AnswerState, rx.State):
    @handler(Area.DOCKS, Level.FULL, background=True)
    async def change(self, scope: Scope, dock_id: str, form: dict[str, Any], mutation: str = "") -> None:
        async with self._answering(form, is_shown=bool(mutation)):
            given = str(form.get("interval", ""))
            if not given.isdecimal():
                raise InvalidInput("Choose an interval.", field="interval")
            await change_interval(scope, dock_id, int(given[:9]))
            await _forget_refusals(self)


class CredentialsState(AnswerState, rx.State):
    @handler(Area.DOCKS, Level.FULL, background=True)
    async def replace(self, scope: Scope, dock_id: str, form: dict[str, Any]) -> None:
        async with self._answering(form, secret="token"):  # noqa: S106  (a field's name)
            await replace_credentials(scope, dock_id, form)
            await _forget_refusals(self)


FORMS = (NameState, IntervalState, CredentialsState)


async def _forget_refusals(state: Any) -> None:
    """What one form had refused is old once another form of the page has succeeded. For background handlers."""
    async with state:
        for kind in FORMS:
            form = await state.get_state(kind)
            form.field_errors, form.refusal = {}, ""


class SettingsState(AnswerState, rx.State):
    @handler(Area.DOCKS, Level.READ)
    async def open(self, scope: Scope) -> None:
        """A fresh page: nothing of another dock's refusals."""
        for kind in FORMS:
            (await self.get_state(kind))._forget()

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def pause(self, scope: Scope, dock_id: str, idempotency_key: str, mutation: str = "") -> None:
        try:
            await pause_dock(scope, dock_id)
            await _forget_refusals(self)
        finally:
            async with self:
                self.answered = idempotency_key

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def resume(self, scope: Scope, dock_id: str, idempotency_key: str, mutation: str = "") -> None:
        try:
            await resume_dock(scope, dock_id)
            await _forget_refusals(self)
        finally:
            async with self:
                self.answered = idempotency_key


class RemovalState(rx.State):
    described: str = ""  # the dock that the lines are about
    lines: list[str] = []  # what will go, by name and number
    answered: str = ""

    @handler(Area.DOCKS, Level.READ, background=True)
    async def describe(self, scope: Scope, dock_id: str) -> None:
        async with self:
            self.described, self.lines = "", []
        found = await describe_removal(scope, dock_id)
        lines = [f"{count:,} {KIND_NAMES[kind][count != 1]}" for kind, count in found["resources"].items()]
        lines.append(f"{found['sync_run_count']:,} sync runs, and its credentials")
        if found["removed_resource_count"]:
            lines.append(f"{found['removed_resource_count']:,} resources that the provider no longer lists")
        async with self:
            self.described, self.lines = dock_id, lines

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def remove(self, scope: Scope, dock_id: str, idempotency_key: str, mutation: str = "") -> None:
        """The browser has gone to the list of docks meanwhile, where the dock is missing, or comes back with a notice."""
        try:
            await remove_dock(scope, dock_id)
        finally:
            async with self:
                self.answered = idempotency_key
