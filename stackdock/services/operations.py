"""The one enforcement point: every service function is declared here with its permission, and checked before it runs.

    @mutation(Area.DOCKS)                      # changes rows: one transaction, its audit entry, its idempotency key
    async def rename_dock(scope: Scope, work: Work, dock_id: str, name: str) -> None: ...

    @query(Area.DOCKS)                         # reads rows
    async def list_docks(scope: Scope) -> list[Dock]: ...

    @selects(Area.RESOURCES)                   # builds a select for a live view; reads nothing itself
    def select_servers(scope: Scope) -> Select: ...

    @action(Area.DOCKS)                        # calls the outside world; its changes are mutations of their own
    async def link_dock(scope: Scope, ...) -> str: ...

A function that needs none says so with `public(reason)`. Callers leave out `work`: `await rename_dock(scope, dock_id, "New")`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from stackdock.db.sessions import reading, transaction
from stackdock.errors import InvalidInput, NotFound, PermissionDenied, StackDockError
from stackdock.models import AuditResult, CompletedRequest
from stackdock.security.permissions import Area, Level
from stackdock.security.scope import ActorKind, Scope
from stackdock.services import audit
from stackdock.services.audit_actions import AuditAction
from stackdock.services.typed_text import read_text
from stackdock.services.work import Work

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Operation:
    """What a service function declares about itself."""

    name: str  # "docks.rename_dock"
    style: str  # mutation, query, select, action or public
    area: Area | None
    level: Level
    reason: str = ""  # why a public one needs no permission


OPERATIONS: dict[str, Operation] = {}


def _declare(function: Callable[..., Any], style: str, area: Area | None, level: Level, reason: str = "") -> Operation:
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    OPERATIONS[name] = operation = Operation(name, style, area, level, reason)
    return operation


async def permit(scope: Scope, operation: Operation) -> None:
    """Pass, or record the denial and raise PermissionDenied."""
    if operation.area is None:
        return
    try:
        scope.require(operation.area, operation.level)
        scope.organization  # noqa: B018  (raises for a scope of no organization)
    except PermissionDenied as denied:
        await record_denial(scope, operation, denied)
        raise


async def record_denial(scope: Scope, operation: Operation, refused: StackDockError) -> None:
    """One entry in a transaction of its own, however many operations the refusal passes through on its way up."""
    if refused.is_recorded or scope.actor.kind is ActorKind.SYSTEM:
        return
    entry = audit.Entry(AuditAction.ACCESS_DENIED, result=AuditResult.DENIED, reason=f"{operation.name}: {refused.message}")
    async with transaction(scope) as session:
        await audit.append(session, scope, [entry])
    refused.is_recorded = True


def query(area: Area, level: Level = Level.READ) -> Callable[..., Any]:
    return _guarded("query", area, level)


def action(area: Area, level: Level = Level.FULL) -> Callable[..., Any]:
    return _guarded("action", area, level)


def _guarded(style: str, area: Area, level: Level) -> Callable[..., Any]:
    def decorate(function: Callable[Concatenate[Scope, P], Awaitable[R]]) -> Callable[Concatenate[Scope, P], Awaitable[R]]:
        operation = _declare(function, style, area, level)

        @wraps(function)
        async def run(scope: Scope, *args: P.args, **kwargs: P.kwargs) -> R:
            await permit(scope, operation)
            try:
                return await function(scope, *args, **kwargs)
            except NotFound as missing:
                # What an action would have changed is missing, or is not this scope's: the log must show who tried.
                if style == "action":
                    await record_denial(scope, operation, missing)
                raise

        return run

    return decorate


def selects(area: Area, level: Level = Level.READ) -> Callable[..., Any]:
    """For a function that builds a scoped select. Raises PermissionDenied; a view that is refused is not an audited act."""

    def decorate(function: Callable[Concatenate[Scope, P], R]) -> Callable[Concatenate[Scope, P], R]:
        _declare(function, "select", area, level)

        @wraps(function)
        def run(scope: Scope, *args: P.args, **kwargs: P.kwargs) -> R:
            scope.require(area, level)
            return function(scope, *args, **kwargs)

        return run

    return decorate


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a function that anyone may call, such as signing in; `reason` says why that is right."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        _declare(function, "public", None, Level.NONE, reason)
        return function

    return decorate


def mutation(
    area: Area | None, level: Level = Level.FULL, *, reason: str = ""
) -> Callable[[Callable[Concatenate[Scope, Work, P], Awaitable[R]]], Callable[Concatenate[Scope, P], Awaitable[R]]]:
    """For a function that changes rows. It gets a Work, must record at least one audit entry (or say
    that it changed nothing), and returns JSON-ready data.

    With an idempotency key in the scope, the first call does the work and every repetition returns its result.
    `area=None` is for what nobody has a role for yet (set-up, sign-in): `reason` says why.
    """

    def decorate(function: Callable[Concatenate[Scope, Work, P], Awaitable[R]]) -> Callable[Concatenate[Scope, P], Awaitable[R]]:
        operation = _declare(function, "mutation", area, level, reason)

        @wraps(function)
        async def run(scope: Scope, *args: P.args, **kwargs: P.kwargs) -> R:
            await permit(scope, operation)
            claim = _claim(scope, operation, args, kwargs)
            if claim and (done := await _find_done(scope, claim)):
                return done.result
            try:
                async with transaction(scope) as session:
                    if claim:
                        session.add(claim)
                        await session.flush()
                    work = Work(session, scope)
                    result = await function(scope, work, *args, **kwargs)
                    if not work.entries and not work.is_unchanged:
                        raise RuntimeError(f"{operation.name} recorded no audit entry: no entry, no change")
                    await audit.append(session, scope, work.entries)
                    if claim:
                        claim.result = result
                return result
            except NotFound as missing:
                await record_denial(scope, operation, missing)
                raise
            except IntegrityError:
                # The same request at the same time: the other one has committed, so its result is ours.
                if claim and (done := await _find_done(scope, claim)):
                    return done.result
                raise

        return run

    return decorate


def _claim(scope: Scope, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CompletedRequest | None:
    key = scope.request.idempotency_key
    if not key:
        return None
    key = read_text(key, what="The request's key", longest=64)
    arguments = hashlib.sha256(repr((args, sorted(kwargs.items()))).encode()).hexdigest()  # secrets have a masked repr
    actor = f"{scope.actor.kind}:{scope.actor.id or ''}"
    return CompletedRequest(actor=actor, operation=operation.name, key=key, arguments_hash=arguments)


async def _find_done(scope: Scope, claim: CompletedRequest) -> CompletedRequest | None:
    async with reading(scope) as session:
        same = (
            select(CompletedRequest)
            .where(CompletedRequest.actor == claim.actor)
            .where(CompletedRequest.operation == claim.operation)
            .where(CompletedRequest.key == claim.key)
        )
        done = (await session.exec(same)).one_or_none()
    if done and done.arguments_hash != claim.arguments_hash:
        raise InvalidInput("This form was already sent with other values. Reload the page and try again.")
    return done
