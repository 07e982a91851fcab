from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest

from stackdock.adapters.patience import FOR_READING, FOR_SYNC, Patience
from stackdock.errors import (
    AccessRefused,
    AdapterError,
    CredentialsRejected,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)
from tests.adapters.paged_api import IMPATIENT, TOKEN, Handler, page, read_ids, server, session_with

WHOLE = page([server(1)])


def answering(*answers: httpx.Response | Exception) -> tuple[list[float], Handler]:
    """A handler that gives these answers in turn, the last one for ever; the times it was asked."""
    asked: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(time.monotonic())
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return asked, handler


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, UnexpectedResponse),
        (401, CredentialsRejected),
        (403, AccessRefused),
        (404, UnexpectedResponse),
        (408, ProviderUnavailable),
        (429, RateLimited),
        (500, ProviderUnavailable),
        (503, ProviderUnavailable),
    ],
)
async def test_the_status_decides_the_class_and_the_providers_words_are_kept(status: int, error: type[AdapterError]) -> None:
    body = {"error": {"code": "x", "message": "the project is locked"}}
    _, handler = answering(httpx.Response(status, json=body, headers={"retry-after": "0"}))
    with pytest.raises(error, match=r"Paged.*the project is locked"):
        await read_ids(handler)


@pytest.mark.parametrize(
    "body",
    [
        {"message": "no such token"},
        {"error": "no such token"},
        {"error": {"message": "no such token"}},
        {"errors": ["no such token"]},
        {"errors": [{"message": "no such token"}]},
        {"detail": "no such token"},
        "no such token",
    ],
)
async def test_the_providers_words_are_found_wherever_it_puts_them(body: object) -> None:
    with pytest.raises(CredentialsRejected, match="no such token"):
        await read_ids(lambda _: httpx.Response(401, json=body))


async def test_the_providers_words_are_made_safe_to_show() -> None:
    words = f"bad token {TOKEN}\x1b[31m\n\u202eevil " + "x" * 5_000
    with pytest.raises(CredentialsRejected) as caught:
        await read_ids(lambda _: httpx.Response(401, json={"message": words}))
    message = caught.value.message
    assert "bad token [hidden]" in message
    assert len(message) < 300
    assert message.isprintable()


@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Sign in</title>", b"", b'{"servers": [', b"\xff\xfe", b"[" * 200_000, b'{"servers": NaN}']
)
async def test_what_is_not_json_is_an_unexpected_answer(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse, match=r"Paged answered 200 with .* instead of JSON"):
        await read_ids(lambda _: httpx.Response(200, content=body))


async def test_an_html_page_is_named_as_such() -> None:
    with pytest.raises(UnexpectedResponse, match="an HTML page"):
        await read_ids(lambda _: httpx.Response(200, html="<h1>Welcome</h1>"))


@pytest.mark.parametrize(
    "failure", [httpx.Response(500), httpx.Response(503), httpx.ConnectError("no route"), httpx.ReadTimeout("slow")]
)
async def test_an_outage_that_passes_is_not_noticed(failure: httpx.Response | Exception) -> None:
    asked, handler = answering(failure, failure, WHOLE)
    assert await read_ids(handler) == ["1"]
    assert len(asked) == 3


async def test_an_outage_that_stays_is_told_after_a_few_attempts() -> None:
    asked, handler = answering(httpx.Response(500))
    with pytest.raises(ProviderUnavailable, match="500"):
        await read_ids(handler)
    assert len(asked) == IMPATIENT.attempts


async def test_patience_with_outages_is_shared_by_all_requests_of_a_session() -> None:
    asked, handler = answering(httpx.Response(500))
    patience = Patience(attempts=10, first_delay_seconds=0.04, give_up_seconds=0.1)
    async with session_with(handler, patience=patience) as session:
        for _ in range(5):
            with pytest.raises(ProviderUnavailable):
                await session.get(session.url("/servers"))
    assert len(asked) <= 8
    assert asked[-1] - asked[0] < 1.0


@pytest.mark.parametrize("patience", [FOR_READING, FOR_SYNC])
def test_delays_between_attempts_grow_and_are_jittered(patience: Patience) -> None:
    first, second = ({patience.delay_seconds(failures) for _ in range(50)} for failures in (1, 2))
    assert len(first) > 40
    assert max(first) <= min(second)


def test_reading_gives_up_on_an_outage_within_ten_seconds() -> None:
    assert FOR_READING.give_up_seconds < 10


@pytest.mark.parametrize("how", ["seconds", "date", "reset"])
async def test_a_rate_limit_is_waited_out_as_the_provider_says(how: str) -> None:
    headers = {
        "seconds": {"retry-after": "1"},
        "date": {"retry-after": formatdate(time.time() + 2, usegmt=True)},
        "reset": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"},
    }[how]
    asked, handler = answering(httpx.Response(429, headers=headers), WHOLE)
    assert await read_ids(handler) == ["1"]
    assert asked[1] - asked[0] >= 0.9


async def test_a_rate_limit_too_long_to_wait_for_says_when_to_come_back() -> None:
    asked, handler = answering(httpx.Response(429, headers={"retry-after": "600"}))
    with pytest.raises(RateLimited) as caught:
        await read_ids(handler)
    assert caught.value.retry_after_seconds == 600
    assert len(asked) == 1


async def test_an_exhausted_budget_is_not_overdrawn_even_without_a_429() -> None:
    spent = {"ratelimit-limit": "100", "ratelimit-remaining": "0", "ratelimit-reset": str(int(time.time()) + 900)}
    body = {"servers": [server(1)], "paging": {"next": 2}}
    asked, handler = answering(httpx.Response(200, json=body, headers=spent))
    with pytest.raises(RateLimited) as caught:
        await read_ids(handler)
    assert caught.value.retry_after_seconds is not None
    assert 800 < caught.value.retry_after_seconds <= 900
    assert len(asked) == 1


async def test_a_503_that_names_its_end_is_believed() -> None:
    asked, handler = answering(httpx.Response(503, headers={"retry-after": "1"}), WHOLE)
    assert await read_ids(handler) == ["1"]
    assert asked[1] - asked[0] >= 0.9
    _, handler = answering(httpx.Response(503, headers={"retry-after": "3600"}))
    with pytest.raises(ProviderUnavailable) as caught:
        await read_ids(handler)
    assert caught.value.retry_after_seconds == 3600


async def test_calls_count_every_request_retries_included() -> None:
    _, handler = answering(httpx.Response(500), WHOLE)
    async with session_with(handler) as session:
        await session.get(session.url("/servers"))
        assert session.calls == 2
