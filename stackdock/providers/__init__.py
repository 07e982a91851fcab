"""Who StackDock talks to: one file per provider, one line here. No provider leans on another."""

from stackdock.adapters.contract import Adapter
from stackdock.providers import aws, digitalocean, hetzner

ADAPTERS: dict[str, Adapter] = {
    adapter.slug: adapter
    for adapter in (
        aws.ADAPTER,
        digitalocean.ADAPTER,
        hetzner.ADAPTER,
    )
}
"""Slug → adapter. Software kits are imported by their adapters when used, so start-up does not pay for them."""
