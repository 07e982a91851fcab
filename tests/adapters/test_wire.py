from __future__ import annotations

import asyncio
import gzip
import logging
import traceback
import zlib

import httpx
import pytest

from stackdock.adapters import http as http_module
from stackdock.adapters.patience import FOR_READING, FOR_SYNC, Patience
from stackdock.adapters.session import open_session
from stackdock.errors import (
    AdapterError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from tests.adapters.paged_api import IMPATIENT, TOKEN, Handler, make_adapter, page, read_ids, server
from tests.adapters.wire import Wire, always, listening


async def get_from(wire: Wire, *, patience: Patience = IMPATIENT) -> object:
    async with open_session(
        make_adapter(), {"token": TOKEN}, base_url=wire.base_url, policy=wire.policy, paced=False, patience=patience
    ) as session:
        return await session.get(session.url("/servers"))


async def test_a_redirect_within_the_origin_is_followed_and_one_to_elsewhere_is_not() -> None:
    asked: list[str] = []

    def handler(location: str) -> Handler:
        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            if request.url.path.endswith("/servers"):
                return httpx.Response(307, headers={"location": location})
            return page([server(1)])

        return answer

    assert await read_ids(handler("/v1/servers/")) == ["1"]
    asked.clear()
    for location in (
        "https://elsewhere.example/servers/",
        "http://api.paged.example/servers/",
        "//elsewhere.example/",
        "http://[",
    ):
        with pytest.raises(UnexpectedResponse, match="redirect"):
            await read_ids(handler(location))
    assert set(asked) == {"https://api.paged.example/v1/servers"}


async def test_a_circle_of_redirects_ends() -> None:
    with pytest.raises(UnexpectedResponse, match="circle"):
        await read_ids(lambda _: httpx.Response(302, headers={"location": "/v1/servers"}))


def packed(coding: str, size: int) -> bytes:
    plain = b'{"servers": [], "paging": {"next": null}, "pad": "' + b"x" * size + b'"}'
    return {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[coding](plain)


@pytest.mark.parametrize("coding", ["identity", "gzip", "deflate"])
async def test_an_answer_beyond_the_cap_is_refused_counted_after_unpacking(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "MAX_ANSWER_BYTES", 3 * 1024 * 1024)
    async with listening(always(body=packed(coding, 2_900_000), Content_Encoding=coding)) as wire:
        assert await get_from(wire)
    async with listening(always(body=packed(coding, 3_200_000), Content_Encoding=coding)) as wire:
        with pytest.raises(UnexpectedResponse, match="more than 3 MB"):
            await get_from(wire)


def test_the_cap_is_64_mb() -> None:
    assert http_module.MAX_ANSWER_BYTES == 64 * 1024 * 1024


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd"])
async def test_an_encoding_nobody_asked_for_is_refused(coding: str) -> None:
    async with listening(always(body=gzip.compress(gzip.compress(b"{}")), Content_Encoding=coding)) as wire:
        with pytest.raises(UnexpectedResponse, match="encoding"):
            await get_from(wire)


async def test_a_broken_packed_body_is_an_unexpected_answer() -> None:
    async with listening(always(body=b"this is not gzip", Content_Encoding="gzip")) as wire:
        with pytest.raises(UnexpectedResponse):
            await get_from(wire)


async def test_a_connection_that_breaks_off_is_an_outage() -> None:
    async def break_off(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()

    async with listening(break_off) as wire:
        with pytest.raises(ProviderUnavailable, match="could not be reached"):
            await get_from(wire)
        assert len(wire.heads) == IMPATIENT.attempts


@pytest.mark.parametrize("trickles", [False, True])
async def test_a_provider_that_never_finishes_answering_does_not_hold_us(trickles: bool) -> None:
    async def stall(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while trickles:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)
        await asyncio.Event().wait()

    patience = Patience(attempts=1, read_seconds=60.0 if trickles else 0.2, answer_seconds=0.3 if trickles else 60.0)
    async with listening(stall) as wire:
        with pytest.raises(ProviderUnavailable, match="in time"):
            async with asyncio.timeout(5):
                await get_from(wire, patience=patience)


def test_connecting_may_take_five_seconds_and_silence_thirty() -> None:
    for patience in (FOR_READING, FOR_SYNC):
        assert (patience.connect_seconds, patience.read_seconds) == (5, 30)


async def test_the_token_is_sent_and_appears_in_no_log_repr_error_or_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for status in ("200 OK", "401 Unauthorized", "403 Forbidden", "500 Oops", "302 Found"):
        echo = b'{"message": "you sent ' + TOKEN.encode() + b'"}'
        async with listening(always(status, echo, Location=f"https://elsewhere.example/{'x'}")) as wire:
            async with open_session(
                make_adapter(), {"token": TOKEN}, base_url=wire.base_url, policy=wire.policy, paced=False, patience=IMPATIENT
            ) as session:
                shown += [repr(session), repr(session.http), repr(session.adapter)]
                assert session.adapter.auth
                shown.append(repr(session.adapter.auth(session.credentials)))
                try:
                    await session.get(session.url("/servers"))
                except AdapterError as error:
                    shown += [str(error), repr(error), repr(error.__cause__), "".join(traceback.format_exception(error))]
            assert f"Authorization: Bearer {TOKEN}\r\n" in wire.heads[0]
    async with listening(always()) as closed:
        gone = closed
    try:
        await get_from(gone)
    except ProviderUnavailable as error:
        shown.append("".join(traceback.format_exception(error)))
    assert len(shown) > 20
    assert caplog.text
    assert TOKEN not in "\n".join([*shown, caplog.text])


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(always("500 Proxied")) as proxy, listening(always(body=b'{"name": "Acme"}')) as wire:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("ALL_PROXY", proxy.base_url)
        assert await get_from(wire) == {"name": "Acme"}
        assert proxy.heads == []
