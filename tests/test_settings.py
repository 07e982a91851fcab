"""The environment variables: what they mean, and that a mistake is told at once and in words."""

import pytest

from stackdock.errors import StartRefused
from stackdock.settings import settings


def read(monkeypatch: pytest.MonkeyPatch, **variables: str):
    for name, value in variables.items():
        monkeypatch.setenv(f"STACKDOCK_{name}", value)
    settings.cache_clear()
    return settings()


def test_allowed_hosts_are_separated_by_commas_whatever_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).allow_hosts == ()
    given = read(monkeypatch, ALLOW_HOSTS=" Coolify.Internal, 10.0.0.7,,::1 ")
    assert given.allow_hosts == ("coolify.internal", "10.0.0.7", "::1")


@pytest.mark.parametrize("host", ["coolify.internal:8000", "https://coolify.internal", "10.0.0.7/24", "127.0.0.1:3000"])
def test_an_allowed_host_with_a_port_a_scheme_or_a_path_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with pytest.raises(StartRefused, match=r"STACKDOCK_ALLOW_HOSTS.*leave out scheme, port and path"):
        read(monkeypatch, ALLOW_HOSTS=f"10.0.0.7,{host}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "console.example.com"])
def test_beyond_loopback_the_address_that_people_use_has_to_be_named(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert read(monkeypatch).host == "127.0.0.1"
    with pytest.raises(StartRefused, match="set STACKDOCK_PUBLIC_URL"):
        read(monkeypatch, HOST=host)
    assert read(monkeypatch, HOST=host, PUBLIC_URL="https://console.example.com").host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_on_loopback_the_pages_of_this_machine_and_port_are_the_allowed_origins(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    given = read(monkeypatch, HOST=host, PORT="4000")
    assert given.origin in given.allowed_origins
    assert {"http://127.0.0.1:4000", "http://localhost:4000", "http://[::1]:4000"} <= set(given.allowed_origins)
    assert all(origin.endswith(":4000") for origin in given.allowed_origins)


def test_the_public_address_is_the_only_allowed_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(monkeypatch, HOST="0.0.0.0", PUBLIC_URL="https://Console.example.com/")
    assert given.origin == "https://console.example.com"
    assert given.allowed_origins == ("https://console.example.com",)
    assert given.is_https


@pytest.mark.parametrize(
    "url", ["console.example.com", "ftp://console.example.com", "https://console.example.com/app", "https://"]
)
def test_a_public_address_that_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(StartRefused, match="STACKDOCK_PUBLIC_URL"):
        read(monkeypatch, PUBLIC_URL=url)


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StartRefused) as refused:
        read(monkeypatch, PORT="many", SYNC_RUN_RETENTION_DAYS="0", OUTBOX_RETENTION_MINUTES="-1")
    for name in ("PORT", "SYNC_RUN_RETENTION_DAYS", "OUTBOX_RETENTION_MINUTES"):
        assert f"STACKDOCK_{name}: " in refused.value.message
