"""Where a dock's provider is called, and which addresses that call may reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from stackdock.adapters.addresses import OutboundPolicy, read_base_url
from stackdock.adapters.contract import Adapter
from stackdock.errors import InvalidInput, ProviderUnavailable
from stackdock.models import Dock
from stackdock.settings import settings
from stackdock.simulators.estate import running_base_url

MAX_ADDRESS_LENGTH = 512
ADDRESS_FIELD = "base_url"


@dataclass(frozen=True)
class Target:
    base_url: str | None  # None is the adapter's own
    policy: OutboundPolicy


def target_of(provider: str, base_url: str | None, *, is_demo: bool = False) -> Target:
    """Raises ProviderUnavailable for a demo dock while the demo estate does not run in this process."""
    if not is_demo:
        return Target(base_url, OutboundPolicy(allow_hosts=frozenset(settings().allow_hosts)))
    running = running_base_url(provider)
    if running is None:
        raise ProviderUnavailable("The demo estate is not running. It runs inside the app: start StackDock.")
    url = httpx.URL(running)
    return Target(running, OutboundPolicy(allow_addresses=frozenset({(url.host, url.port or 80)})))


def dock_target(dock: Dock) -> Target:
    return target_of(dock.provider, dock.base_url, is_demo=dock.is_demo)


def address_need(adapter: Adapter) -> str:
    """Whether the link form asks for an address: "required" for a self-hosted provider, else "optional" or "none".

    Optional where the instance's owner lists hosts in STACKDOCK_ALLOW_HOSTS: a proxy or a simulator may stand there.
    """
    if any(field.name == ADDRESS_FIELD for field in adapter.credentials):
        return "required"
    return "optional" if settings().allow_hosts else "none"


def read_address(adapter: Adapter, base_url: Any) -> str | None:
    """The address as it will be called, or None for the provider's own. Raises InvalidInput or AddressRefused."""
    need = address_need(adapter)
    if base_url is not None and not isinstance(base_url, str):
        raise InvalidInput("The address must be text.", field=ADDRESS_FIELD)
    given = (base_url or "")[: MAX_ADDRESS_LENGTH + 1].strip()
    if not given:
        if need == "required":
            raise InvalidInput(f"Give the address of your {adapter.name}.", field=ADDRESS_FIELD)
        return None
    if len(given) > MAX_ADDRESS_LENGTH:
        raise InvalidInput(f"An address has at most {MAX_ADDRESS_LENGTH} characters.", field=ADDRESS_FIELD)
    url = read_base_url(adapter.base_url, given)
    if need != "required" and (url is None or url.host not in settings().allow_hosts):
        raise InvalidInput(
            f"{adapter.name} has one address of its own. "
            "Another one is called only if the owner of this instance lists its host in STACKDOCK_ALLOW_HOSTS.",
            field=ADDRESS_FIELD,
        )
    return str(url)


def with_address(adapter: Adapter, credentials: Mapping[str, str], base_url: str | None) -> dict[str, str]:
    """The fields an adapter reads: a self-hosted one counts its address among them, a dock keeps it apart."""
    own = {ADDRESS_FIELD: base_url} if base_url and address_need(adapter) == "required" else {}
    return {**credentials, **own}
