"""Every service function declares the permission it needs; nothing reaches data around the services."""

import importlib
import inspect
import pkgutil
from types import ModuleType

import stackdock.services
from stackdock.services.operations import OPERATIONS

MACHINERY = {"operations", "work", "audit", "visibility"}
"""What the services are built from: these take a session that somebody permitted has opened."""


def service_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(stackdock.services.__path__)]
    return [importlib.import_module(f"stackdock.services.{name}") for name in names if name not in MACHINERY]


def test_every_public_service_function_declares_its_permission() -> None:
    undeclared = [
        f"{module.__name__}.{name}"
        for module in service_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "scope" in inspect.signature(function).parameters
        if f"{module.__name__.rpartition('.')[2]}.{name}" not in OPERATIONS
    ]
    assert not undeclared, "declare with @mutation, @query, @selects, @action or public(reason)"


def test_the_scope_comes_first() -> None:
    late = [
        f"{module.__name__}.{name}"
        for module in service_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "scope" in inspect.signature(function).parameters
        if next(iter(inspect.signature(function).parameters)) != "scope"
    ]
    assert not late


def test_what_needs_no_permission_says_why() -> None:
    service_modules()
    assert not [operation.name for operation in OPERATIONS.values() if operation.area is None and not operation.reason]
