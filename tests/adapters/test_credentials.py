from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.contract import CredentialField, Identity
from stackdock.adapters.credentials import MAX_LENGTH, fingerprint, read_credentials
from stackdock.adapters.identity import check_credentials
from stackdock.adapters.session import Session
from stackdock.columns import is_storable
from stackdock.errors import AccessRefused, CredentialsRejected, InvalidInput, ProviderUnavailable, UnexpectedResponse
from tests.adapters.paged_api import TOKEN, make_adapter, session_with
from tests.adapters.wire import always, listening

ADAPTER = make_adapter()


def test_what_was_copied_along_with_a_token_is_dropped() -> None:
    assert read_credentials(ADAPTER, {"token": f"  {TOKEN}\n"}) == {"token": TOKEN}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"token": ""},
        {"token": "  "},
        {"token": "x" * (MAX_LENGTH + 1)},
        {"token": "a\nb"},
        {"token": "t\u00f6ken"},
        {"token": "a\x00b"},
    ],
)
def test_a_token_that_cannot_be_one_is_refused_by_name_without_being_shown(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_credentials(ADAPTER, given)
    assert caught.value.field == "token"
    assert not given.get("token", "").strip() or given["token"] not in caught.value.message


def test_a_credential_the_provider_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"'tokn'.*it has token"):
        read_credentials(ADAPTER, {"token": TOKEN, "tokn": "x"})


def test_only_secrets_and_a_self_hosted_address_may_be_required() -> None:
    CredentialField(name="base_url", label="Address", secret=False)
    with pytest.raises(TypeError, match="discover it"):
        CredentialField(name="account_id", label="Account", secret=False)


def test_a_fingerprint_is_the_same_for_the_same_credentials_alone() -> None:
    same = [fingerprint(ADAPTER, {"token": TOKEN}, "https://a") for _ in range(2)]
    others = [fingerprint(ADAPTER, {"token": "x" + TOKEN}, "https://a"), fingerprint(ADAPTER, {"token": TOKEN}, "https://b")]
    assert same[0] == same[1]
    assert len({same[0], *others}) == 3
    assert TOKEN.encode() not in same[0]


def answering(statuses: dict[str, int]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        body = {"name": "Acme", "servers": [], "message": "not for you"}
        return httpx.Response(statuses[request.url.path.removeprefix("/v1")], json=body)

    return handler


@pytest.mark.parametrize(
    ("statuses", "identity"),
    [
        ({"/account": 200}, Identity(account="Acme")),
        ({"/account": 403, "/servers": 200}, Identity(warnings=("No account scope.",))),
    ],
)
async def test_a_credential_of_narrow_scope_is_still_good(statuses: dict[str, int], identity: Identity) -> None:
    async with session_with(answering(statuses)) as session:
        assert await ADAPTER.verify(session) == identity


@pytest.mark.parametrize(
    ("statuses", "error"),
    [
        ({"/account": 401}, CredentialsRejected),
        ({"/account": 403, "/servers": 403}, AccessRefused),
        ({"/account": 500}, ProviderUnavailable),
        ({"/account": 404}, UnexpectedResponse),
    ],
)
async def test_a_credential_that_is_not_good_fails_in_the_providers_words(
    statuses: dict[str, int], error: type[Exception]
) -> None:
    async with session_with(answering(statuses)) as session:
        with pytest.raises(error, match="not for you"):
            await ADAPTER.verify(session)


async def test_the_name_a_provider_gives_an_account_is_made_fit_to_be_kept() -> None:
    async def verify(_session: Session) -> Identity:
        return Identity(account=f"Acme\0\ud800 {TOKEN} " + "x" * 1_000)

    adapter = replace(ADAPTER, verify=verify)
    identity = await check_credentials(adapter, {"token": TOKEN}, policy=OutboundPolicy())
    assert identity.account is not None
    assert identity.account.startswith("Acme [hidden] x")
    assert is_storable(identity.account)
    assert len(identity.account) <= 200


async def test_checking_ends_in_time_whatever_the_provider_does() -> None:
    async def silent(head: str, writer: object) -> None:
        await closing.wait()

    closing = asyncio.Event()
    async with listening(silent) as wire:
        started = time.monotonic()
        with pytest.raises(ProviderUnavailable, match=r"within 0\.3 seconds"):
            await check_credentials(ADAPTER, {"token": TOKEN}, base_url=wire.base_url, policy=wire.policy, timeout_seconds=0.3)
        assert time.monotonic() - started < 2
        closing.set()


async def test_checking_a_web_page_says_that_this_is_no_api() -> None:
    async with listening(always(body=b"<html>Welcome</html>", Content_Type="text/html")) as wire:
        with pytest.raises(UnexpectedResponse, match="an HTML page"):
            await check_credentials(ADAPTER, {"token": TOKEN}, base_url=wire.base_url, policy=wire.policy)


async def test_nothing_is_sent_before_the_credentials_and_the_address_can_be_right() -> None:
    async with listening(always(body=b"{}")) as wire:
        with pytest.raises(InvalidInput):
            await check_credentials(ADAPTER, {}, base_url=wire.base_url, policy=wire.policy)
        with pytest.raises(InvalidInput):
            await check_credentials(ADAPTER, {"token": TOKEN}, base_url="not an address", policy=OutboundPolicy())
        assert wire.heads == []
