"""Who StackDock talks to: one file per provider, one line here. No provider leans on another."""

from importlib import import_module

from stackdock.adapters.contract import Adapter

_FILES = (
    "aws",
    "digitalocean",
    "hetzner",
)

ADAPTERS: dict[str, Adapter] = {name: import_module(f"stackdock.providers.{name}").ADAPTER for name in _FILES}
"""Slug → adapter. Software kits are imported by their adapters when used, so start-up does not pay for them."""
