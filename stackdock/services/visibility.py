"""Which rows a scope may see: its organization's, and of those only what is granted."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import or_
from sqlmodel import col

from stackdock.models import Dock
from stackdock.resources.base import ResourceRow
from stackdock.security.scope import Scope

Statement = TypeVar("Statement", bound=Any)


def visible(statement: Statement, model: type[Any], scope: Scope) -> Statement:
    """The same select, narrowed to the rows of `model` that `scope` may see.

    Raises PermissionDenied for a scope of no organization. `model` has an `organization_id`; a dock is granted by its id, a
    resource by its dock or by its own id, and anything else that hangs on a dock by its `dock_id`.
    """
    statement = statement.where(model.organization_id == scope.organization)
    if scope.visibility.everything:
        return statement
    docks, resources = sorted(scope.visibility.docks), sorted(scope.visibility.resources)
    if model is Dock:
        return statement.where(col(Dock.id).in_(docks))
    if issubclass(model, ResourceRow):
        return statement.where(or_(model.dock_id.in_(docks), model.id.in_(resources)))  # type: ignore[attr-defined]
    if hasattr(model, "dock_id"):
        return statement.where(model.dock_id.in_(docks))
    return statement
