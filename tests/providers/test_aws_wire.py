from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import traceback
from typing import Any

import pytest

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.boto import attempts_of
from stackdock.adapters.identity import check_credentials
from stackdock.adapters.patience import FOR_CHECKING, FOR_READING, FOR_SYNC
from stackdock.errors import (
    AccessRefused,
    AddressRefused,
    CredentialsRejected,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)
from stackdock.providers.aws import ADAPTER
from tests.adapters.wire import always, listening
from tests.providers.ec2_reading import KEY, LOOPBACK, read
from tests.providers.ec2_stub import ec2, failure, instances


async def test_all_pages_of_all_regions_are_followed() -> None:
    def listing(region: str, token: str | None) -> tuple[int, str]:
        number = int(token or 1)
        return instances(f"i-{region}-{number}a", f"i-{region}-{number}b", following=str(number + 1) if number < 4 else None)

    regions = tuple(f"eu-north-{n}" for n in range(1, 8))
    async with ec2(listing, regions=regions) as wire:
        servers = await read(wire.base_url)
        assert len(wire.heads) == 1 + len(regions) * 4
    assert {fields.external_id for fields in servers} == {
        f"i-{region}-{n}{x}" for region in regions for n in range(1, 5) for x in "ab"
    }
    assert servers[0].model_dump()["cpu_count"] == 4


@pytest.mark.parametrize("tokens", [{None: "1", "1": "1"}, {None: "1", "1": "2", "2": "1"}], ids=["same", "circle"])
async def test_a_repeated_token_is_an_error(tokens: dict[str | None, str]) -> None:
    async with ec2(lambda _, token: instances(f"i-{token}", following=tokens[token])) as wire:
        with pytest.raises(UnexpectedResponse):
            await read(wire.base_url)
        assert len(wire.heads) < 8


async def test_a_page_of_terminated_servers_does_not_end_the_listing() -> None:
    def listing(_: str, token: str | None) -> tuple[int, str]:
        return instances("i-gone", following="2", state="terminated") if token is None else instances("i-here")

    async with ec2(listing) as wire:
        assert [fields.external_id for fields in await read(wire.base_url)] == ["i-here"]


async def test_one_denied_region_makes_the_listing_incomplete_and_not_smaller() -> None:
    def listing(region: str, _: str | None) -> tuple[int, str]:
        denied = failure(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
        return denied if region == "eu-west-2" else instances(f"i-{region}")

    async with ec2(listing, regions=("eu-west-1", "eu-west-2", "eu-west-3")) as wire:
        with pytest.raises(AccessRefused, match=r"eu-west-2.*not authorized"):
            await read(wire.base_url)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failure(503, "RequestLimitExceeded", "Request limit exceeded."), RateLimited),
        (failure(400, "Throttling", "Rate exceeded"), RateLimited),
        (failure(500, "InternalError", "An internal error has occurred"), ProviderUnavailable),
        (failure(401, "AuthFailure", "AWS was not able to validate the credentials"), CredentialsRejected),
        (failure(400, "RequestExpired", "Request has expired"), CredentialsRejected),
        (failure(400, "InvalidParameterValue", "no"), UnexpectedResponse),
        ((200, "<html><body>Sign in</body>"), UnexpectedResponse),
        ((200, '{"this is": "json"}'), UnexpectedResponse),
    ],
)
async def test_a_failure_raises_the_class_that_decides_what_happens_next(answer: tuple[int, str], error: type[Exception]) -> None:
    async with ec2(lambda _, __: answer) as wire:
        with pytest.raises(error, match="AWS"):
            await read(wire.base_url)


def test_how_often_the_kit_asks_fits_what_a_person_or_a_sync_may_wait() -> None:
    for patience, attempts in ((FOR_CHECKING, 2), (FOR_READING, 3), (FOR_SYNC, 4)):
        assert attempts_of(patience) == attempts
        assert sum(2**number for number in range(attempts - 1)) <= patience.give_up_seconds


async def test_throttling_that_passes_is_not_noticed() -> None:
    answers = [failure(503, "RequestLimitExceeded", "Request limit exceeded."), instances("i-1")]
    async with ec2(lambda _, __: answers.pop(0)) as wire:
        assert len(await read(wire.base_url)) == 1


async def test_no_connection_goes_to_an_address_that_is_not_allowed() -> None:
    async with ec2(lambda _, __: instances("i-1")) as wire:
        with pytest.raises(AddressRefused):
            await check_credentials(ADAPTER, KEY, base_url=wire.base_url, policy=OutboundPolicy())
        with pytest.raises(AddressRefused):
            await check_credentials(ADAPTER, KEY, base_url=f"https://localhost:{wire.port}", policy=OutboundPolicy())
        assert wire.heads == []


async def test_the_address_that_aws_itself_has_is_pinned_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no address given, botocore makes the host up from service and region; our resolver still decides."""

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("169.254.169.254", port))]

    asked: list[str] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(AddressRefused):
        await check_credentials(ADAPTER, KEY, policy=OutboundPolicy())
    assert set(asked) == {"sts.us-east-1.amazonaws.com"}


async def test_an_address_where_nobody_listens_is_an_outage_told_soon() -> None:
    async with listening(always()) as wire:
        pass
    with pytest.raises(ProviderUnavailable, match="could not be reached"):
        await check_credentials(ADAPTER, KEY, base_url=wire.base_url, policy=LOOPBACK)


async def test_a_redirect_is_not_followed_with_the_signature() -> None:
    async with listening(always(body=b"{}")) as elsewhere, listening(always("302 Found", Location=elsewhere.base_url)) as wire:
        with pytest.raises((UnexpectedResponse, ProviderUnavailable)):
            await check_credentials(ADAPTER, KEY, base_url=wire.base_url, policy=LOOPBACK)
        assert elsewhere.heads == []


async def test_the_secret_is_in_no_log_repr_or_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    temporary = {**KEY, "session_token": "t3mp0rary-session"}
    echo = failure(403, "AuthFailure", f"you sent {KEY['token']} and t3mp0rary-session")
    async with ec2(lambda _, __: echo) as wire:
        with pytest.raises(CredentialsRejected, match=r"\[hidden\]") as caught:
            await read(wire.base_url, temporary)
        assert "t3mp0rary-session" in wire.heads[0]  # it did go out, signed
    shown = caplog.text + repr(caught.value) + "".join(traceback.format_exception(caught.value))
    assert KEY["token"] not in shown
    assert "t3mp0rary-session" not in shown


@pytest.mark.parametrize(("variable", "value"), [("AWS_PROFILE", "operator"), ("AWS_CONFIG_FILE", "/nowhere/config")])
async def test_the_operators_own_aws_configuration_plays_no_part(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-operator")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-operator")
    async with ec2(lambda _, __: instances("i-1")) as wire:
        assert len(await read(wire.base_url)) == 1
        assert not any("of-the-operator" in request for request in wire.heads)
        assert all(f"Credential={KEY['access_key_id']}/" in request for request in wire.heads)


def test_boto3_is_not_imported_at_start() -> None:
    check = "import sys, stackdock.providers, stackdock.cli; sys.exit(any(name.startswith('boto') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", check], timeout=60).returncode == 0


async def test_a_provider_that_hangs_holds_up_neither_the_check_nor_anybody_else() -> None:
    async def silent(request: str, writer: asyncio.StreamWriter) -> None:
        await closing.wait()

    closing = asyncio.Event()
    async with listening(silent) as hanging, ec2(lambda _, __: instances("i-1")) as wire:
        checks = [
            asyncio.create_task(check_credentials(ADAPTER, KEY, base_url=hanging.base_url, policy=LOOPBACK, timeout_seconds=6))
            for _ in range(8)
        ]
        while len(hanging.heads) < len(checks):
            await asyncio.wait(checks, timeout=0.05)
            assert not any(check.done() for check in checks)
        assert len(await read(wire.base_url)) == 1
        assert not any(check.done() for check in checks)
        ends = await asyncio.gather(*checks, return_exceptions=True)
        assert [str(end) for end in ends] == ["AWS did not answer within 6 seconds."] * 8
        closing.set()
