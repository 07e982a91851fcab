from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import httpx
import pytest

from stackdock.adapters.addresses import OutboundPolicy, is_public, read_base_url
from stackdock.adapters.identity import check_credentials
from stackdock.errors import AddressRefused, InvalidInput, ProviderUnavailable
from tests.adapters.paged_api import TOKEN, make_adapter
from tests.adapters.wire import always, listening

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
    "192.168.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "100::1", "168.63.129.16",
    "::ffff:168.63.129.16", "100.100.100.200", "192.0.0.192", "fd20:ce::254",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "52.95.110.1", "2606:4700:4700::1111", "2a01:4f8::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_on_the_public_internet_is_known_as_such(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_public_internet_is_known_as_such(address: str) -> None:
    assert is_public(ip_address(address))


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the resolver give these answers, one after the other; the names it was asked for."""
    asked: list[str] = []
    left = list(answers)

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, [address])
    with pytest.raises(AddressRefused, match="STACKDOCK_ALLOW_HOSTS"):
        await OutboundPolicy().resolve("api.example.com", 443)


async def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["1.1.1.1", "8.8.8.8"], ["1.1.1.1", "10.0.0.1"])
    assert await OutboundPolicy().resolve("api.example.com", 443) == ["1.1.1.1", "8.8.8.8"]
    with pytest.raises(AddressRefused):
        await OutboundPolicy().resolve("api.example.com", 443)


METADATA = [
    "169.254.169.254", "169.254.170.2", "168.63.129.16", "192.0.0.192", "100.100.100.200", "fe80::a9fe:a9fe", "fd00:ec2::254",
    "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("metadata", METADATA)
async def test_a_trusted_host_may_be_private_but_never_a_metadata_service(monkeypatch: pytest.MonkeyPatch, metadata: str) -> None:
    policy = OutboundPolicy(allow_hosts=frozenset({"coolify.internal"}))
    resolving(monkeypatch, ["10.0.0.7"], ["10.0.0.7"], [metadata])
    assert await policy.resolve("Coolify.Internal.", 443) == ["10.0.0.7"]
    with pytest.raises(AddressRefused):
        await policy.resolve("other.internal", 443)
    with pytest.raises(AddressRefused):
        await policy.resolve("coolify.internal", 443)


async def test_an_address_that_the_owner_lists_itself_is_reached_whatever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = OutboundPolicy(allow_hosts=frozenset({"169.254.169.254"}))
    resolving(monkeypatch, ["169.254.169.254"])
    assert await policy.resolve("169.254.169.254", 80) == ["169.254.169.254"]


async def test_an_exact_address_is_allowed_at_its_port_alone() -> None:
    policy = OutboundPolicy(allow_addresses=frozenset({("127.0.0.1", 4000)}))
    assert await policy.resolve("127.0.0.1", 4000) == ["127.0.0.1"]
    with pytest.raises(AddressRefused):
        await policy.resolve("127.0.0.1", 4001)


@pytest.mark.parametrize("spelling", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost"])
async def test_loopback_is_refused_however_it_is_spelled(spelling: str) -> None:
    async with listening(always(body=b'{"name": "x"}')) as wire:
        with pytest.raises(AddressRefused):
            await check_credentials(
                make_adapter(), {"token": TOKEN}, base_url=f"https://{spelling}:{wire.port}", policy=OutboundPolicy()
            )
        assert wire.heads == []


async def test_the_connection_goes_to_the_checked_address_although_the_name_changes_its_mind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with listening(always(body=b'{"name": "Acme"}')) as wire:
        asked = resolving(monkeypatch, ["127.0.0.1"], ["10.255.255.1"])
        policy = OutboundPolicy(allow_hosts=frozenset({"rebinding.example"}))
        identity = await check_credentials(
            make_adapter(), {"token": TOKEN}, base_url=f"http://rebinding.example:{wire.port}", policy=policy
        )
        assert identity.account == "Acme"
        assert asked == ["rebinding.example"]
        assert f"Host: rebinding.example:{wire.port}\r\n" in wire.heads[0]


async def test_a_name_that_does_not_exist_is_an_outage_and_not_a_crash() -> None:
    with pytest.raises(ProviderUnavailable, match=r"no-such-host\.invalid"):
        await check_credentials(
            make_adapter(), {"token": TOKEN}, base_url="https://no-such-host.invalid", policy=OutboundPolicy()
        )


async def test_credentials_do_not_travel_unencrypted_to_a_host_nobody_vouched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = OutboundPolicy(allow_hosts=frozenset({"trusted.example"}))
    policy.check_url(httpx.URL("http://trusted.example/v1"))
    policy.check_url(httpx.URL("https://api.example.com/v1"))
    with pytest.raises(AddressRefused, match="unencrypted"):
        policy.check_url(httpx.URL("http://api.example.com/v1"))


def test_an_address_with_a_user_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="user name"):
        OutboundPolicy().check_url(httpx.URL("https://user:hunter2@api.example.com/v1"))


@pytest.mark.parametrize(
    ("given", "called"),
    [
        (None, "https://api.example.com/v1"),
        ("https://host", "https://host/v1"),
        ("https://host/", "https://host/v1"),
        ("https://host/v1", "https://host/v1"),
        ("https://host/v1///", "https://host/v1"),
        ("https://host:8443/proxy", "https://host:8443/proxy/v1"),
        (" http://127.0.0.1:8000 ", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_may_be_given_with_or_without_the_apis_prefix(given: str | None, called: str) -> None:
    assert str(read_base_url("https://api.example.com/v1", given)) == called


@pytest.mark.parametrize(
    "given",
    ["host:8000", "api.example.com", "ftp://host", "https://", "https://host/?a=1", "https://host/#x", "http://[", "//host"],
)
def test_what_is_no_address_is_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(InvalidInput, match="address"):
        read_base_url("https://api.example.com/v1", given)


@pytest.mark.parametrize("port", ["65536", "99999999999999999999", "0", "-1", "http"])
def test_a_port_that_does_not_exist_is_refused_with_a_sentence(port: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_base_url("https://api.example.com/v1", f"https://api.example.com:{port}")
    assert refused.value.field == "base_url"
    assert read_base_url("https://api.example.com/v1", "https://api.example.com:65535")
