"""Are these credentials good, and whose are they?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.answers import clean_words
from stackdock.adapters.contract import Adapter, Identity
from stackdock.adapters.credentials import secret_values
from stackdock.adapters.patience import FOR_CHECKING
from stackdock.adapters.session import Session, open_session
from stackdock.errors import AccessRefused, ProviderUnavailable


@dataclass(frozen=True)
class Probe:
    """A small GET that succeeds only with good credentials."""

    path: str
    account: Callable[[Any], str | None] | None = None  # the body → the account's name
    warning: str | None = None  # said when this probe had to stand in for an earlier one


class Probes:
    """Tries each probe until one is not refused with 403: a credential of narrow scope is still a good credential."""

    def __init__(self, *probes: Probe) -> None:
        self._probes = probes

    async def __call__(self, session: Session) -> Identity:
        refused: AccessRefused | None = None
        for probe in self._probes:
            path, _, query = probe.path.partition("?")
            params = dict(part.split("=", 1) for part in query.split("&")) if query else None
            try:
                body = await session.get(session.url(path, params))
            except AccessRefused as error:
                refused = error
                continue
            warnings = (probe.warning,) if probe.warning and refused else ()
            return Identity(account=probe.account(body) if probe.account else None, warnings=warnings)
        raise refused or AccessRefused()


async def check_credentials(
    adapter: Adapter,
    credentials: Mapping[str, str],
    *,
    base_url: str | None = None,
    policy: OutboundPolicy,
    timeout_seconds: float = 10.0,
) -> Identity:
    """Ask the provider, within `timeout_seconds` in all.

    Raises: InvalidInput, AddressRefused, CredentialsRejected, AccessRefused, RateLimited, ProviderUnavailable,
    UnexpectedResponse; the provider's own words are in the message.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            async with open_session(
                adapter, credentials, base_url=base_url, policy=policy, paced=False, patience=FOR_CHECKING
            ) as session:
                identity = await adapter.verify(session)
    except TimeoutError:
        raise ProviderUnavailable(f"{adapter.name} did not answer within {timeout_seconds:g} seconds.") from None
    if identity.account is None:
        return identity
    return replace(identity, account=clean_words(str(identity.account), secret_values(adapter, credentials)) or None)
