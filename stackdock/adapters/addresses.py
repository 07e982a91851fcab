"""Which addresses this instance may call. The caller passes the policy; nothing here reads a setting."""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from stackdock.errors import AddressRefused, InvalidInput, ProviderUnavailable

MAX_PORT = 65_535
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")
# What clouds answer a machine's own questions at, keys among the answers. Most are link-local; these look like any other address.
_METADATA = frozenset(map(ip_address, ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254")))


@dataclass(frozen=True, kw_only=True)
class OutboundPolicy:
    """What is allowed beyond the public internet over TLS.

    `allow_hosts` are hosts (names or addresses, no ports) that the instance's owner trusts, whatever they resolve to;
    `allow_addresses` are exact (address, port) pairs, such as the app's own simulators.
    """

    allow_hosts: frozenset[str] = frozenset()
    allow_addresses: frozenset[tuple[str, int]] = frozenset()

    def check_url(self, url: httpx.URL) -> None:
        """Refuse what no resolution could make right. Raises InvalidInput or AddressRefused."""
        if url.scheme not in ("http", "https") or not url.host:
            raise InvalidInput("The address must begin with https:// and name a host.", field="base_url")
        if url.userinfo:
            raise InvalidInput("The address must not hold a user name or password.", field="base_url")
        trusted = self._names_trusted(url.host) or (url.host, _port(url)) in self.allow_addresses
        if not trusted and _is_private_literal(url.host):
            raise _refusal(url.host, url.host)
        if url.scheme == "http" and not trusted:
            raise AddressRefused(
                f"http://{url.host} would carry the credentials unencrypted: use https://, "
                "or have the owner of this instance list the host in STACKDOCK_ALLOW_HOSTS."
            )

    async def resolve(self, host: str, port: int) -> list[str]:
        """Resolve once and return the checked addresses, in the resolver's order; connect to these and to nothing else.

        One forbidden address among several refuses the host: that is how DNS rebinding looks. Raises AddressRefused, or
        ProviderUnavailable when the name does not resolve.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise ProviderUnavailable(f"The name {host} could not be resolved.") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            self._check_address(host, port, address)
        return addresses

    def _check_address(self, host: str, port: int, address: str) -> None:
        if (address, port) in self.allow_addresses or address in self.allow_hosts:
            return
        parsed = ip_address(address)
        if is_public(parsed):
            return
        # A trusted name may stand for a private address, but never for a metadata service.
        if self._names_trusted(host) and not _is_metadata(parsed) and not (parsed.is_multicast or parsed.is_unspecified):
            return
        raise _refusal(host, address)

    def _names_trusted(self, host: str) -> bool:
        return host.lower().rstrip(".") in self.allow_hosts


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet could be there; an IPv6 form of an IPv4 address is judged as that IPv4 address."""
    address = _judged(address)
    if isinstance(address, IPv6Address):
        return not address.scope_id and address in _GLOBAL_V6 and address.is_global
    return address.is_global and not address.is_multicast and not _is_metadata(address)


def _judged(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, if it does; a scope of its own stays."""
    if isinstance(address, IPv4Address) or address.scope_id:
        return address
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and (address in _NAT64 or address in _V4_COMPATIBLE):
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    return embedded or address


def _is_metadata(address: IPv4Address | IPv6Address) -> bool:
    address = _judged(address)
    return address.is_link_local or address in _METADATA


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False


def _refusal(host: str, address: str) -> AddressRefused:
    leads = "" if host == address else f" leads to {address}, which"
    return AddressRefused(
        f"{host}{leads} is not on the public internet. "
        "For a self-hosted provider, the owner of this instance lists the host in STACKDOCK_ALLOW_HOSTS."
    )


def read_base_url(default: str | None, given: str | None) -> httpx.URL | None:
    """The address to call: `given`, with the API's path prefix from `default` added unless it is already there.

    >>> str(read_base_url("https://api.example.com/v1", "http://127.0.0.1:8000/"))
    'http://127.0.0.1:8000/v1'
    """
    if not given:
        return httpx.URL(default) if default else None
    try:
        url = httpx.URL(given.strip())
        host, port = url.raw_host, url.port
    except (httpx.InvalidURL, ValueError, TypeError):
        raise InvalidInput("This is not an address: write it as https://host or https://host:port.", field="base_url") from None
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(host) or url.query or url.fragment:
        raise InvalidInput("The address must look like https://host, https://host:port or https://host/path.", field="base_url")
    if port is not None and not 1 <= port <= MAX_PORT:
        raise InvalidInput(f"The port of an address is a number from 1 to {MAX_PORT}.", field="base_url")
    prefix = httpx.URL(default).path.rstrip("/") if default else ""
    path = url.path.rstrip("/")
    return url.copy_with(path=path if path.endswith(prefix) else path + prefix)


def origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
