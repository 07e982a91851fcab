"""Every service function declares the permission it needs; nothing reaches data around the services."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any

import stackdock.services
from stackdock.services.operations import OPERATIONS

MACHINERY = {"operations", "work", "audit", "visibility"}
"""What the services are built from: these take a session that somebody permitted has opened."""


def service_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(stackdock.services.__path__)]
    return [importlib.import_module(f"stackdock.services.{name}") for name in names if name not in MACHINERY]


def service_functions() -> list[tuple[str, Callable[..., Any]]]:
    """The public functions that take a scope, each under the name that it is declared by: "docks.rename_dock"."""
    return [
        (f"{module.__name__.rpartition('.')[2]}.{name}", function)
        for module in service_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if "scope" in inspect.signature(function).parameters
    ]


def test_every_public_service_function_declares_its_permission() -> None:
    undeclared = [name for name, _ in service_functions() if name not in OPERATIONS]
    assert not undeclared, "declare with @mutation, @query, @selects, @action or public(reason)"


def test_the_scope_comes_first() -> None:
    functions = service_functions()
    assert len(functions) > 30
    assert not [name for name, function in functions if next(iter(inspect.signature(function).parameters)) != "scope"]


def test_what_needs_no_permission_says_why() -> None:
    service_modules()
    assert not [operation.name for operation in OPERATIONS.values() if operation.area is None and not operation.reason]
