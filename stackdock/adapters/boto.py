"""boto3 on our own wire.

botocore signs, pages, retries and parses; its event `before-send` may answer a request itself, and there the request goes
out through `HttpClient`. So AWS calls are pinned to the checked address, bounded and counted like all others. What remains
botocore's: it builds the host from service and region (or takes the address given), and it decides on retries.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from stackdock.adapters.answers import Answer, clean_words
from stackdock.adapters.patience import Patience
from stackdock.errors import (
    AccessRefused,
    AdapterError,
    CredentialsRejected,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)

if TYPE_CHECKING:
    from stackdock.adapters.session import Session

# At DEBUG botocore logs whole signed requests, and with them a session token.
logging.getLogger("botocore").setLevel(logging.WARNING)

_REJECTED = {
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
    "MissingAuthenticationToken", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
}  # fmt: skip
_REFUSED = {"AccessDenied", "AccessDeniedException", "OptInRequired", "UnauthorizedOperation"}
_THROTTLED = {
    "BandwidthLimitExceeded", "RequestLimitExceeded", "RequestThrottled", "SlowDown", "Throttling", "ThrottlingException",
    "TooManyRequestsException",
}  # fmt: skip
LONGEST_SECONDS = 300.0  # more than any request may take: a thread never waits for a loop that is gone
_MODEL_LOADING = threading.Lock()  # botocore's sessions make one client at a time


def attempts_of(patience: Patience) -> int:
    """How often botocore may ask: it waits up to 1, 2, 4 … seconds in between, which nothing but their number shortens."""
    within = int(math.log2(patience.give_up_seconds + 1)) + 1
    return min(patience.attempts, max(2, within))


class Boto:
    """Clients of one session's credentials. Everything here blocks: call it in a thread."""

    def __init__(self, session: Session, credentials: Mapping[str, str | None], loop: asyncio.AbstractEventLoop) -> None:
        import boto3.session
        import botocore.session

        self._session = session
        self._loop = loop
        # The operator's own AWS profile, files and variables are none of a dock's business.
        nothing = (None, None, None, None)
        files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
        core = botocore.session.Session(session_vars={"profile": nothing, **files})
        self._boto = boto3.session.Session(
            aws_access_key_id=credentials["access_key_id"],
            aws_secret_access_key=credentials["token"],
            aws_session_token=credentials.get("session_token"),
            region_name="us-east-1",
            botocore_session=core,
        )

    def client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        given = self._session.base_url if self._session.is_own_address else None
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts_of(self._session.http.patience)},
            connect_timeout=5,
            read_timeout=30,
            proxies={},
            ignore_configured_endpoint_urls=True,
            user_agent_extra="StackDock",
        )
        with _MODEL_LOADING:
            client = self._boto.client(service, region_name=region, endpoint_url=str(given) if given else None, config=config)  # type: ignore[call-overload]
        client.meta.events.register("before-send", self._send)
        return client

    def _send(self, request: Any, **_: Any) -> Any:
        """Answer botocore's request in its stead. An error here ends up with botocore, which retries the ones it knows."""
        from botocore.awsrequest import AWSResponse
        from botocore.exceptions import EndpointConnectionError

        http = self._session.http
        headers = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()}
        sent = httpx.Request(request.method, request.url, headers=headers, content=request.body or b"")
        if http.is_closed:
            raise ProviderUnavailable("The session has ended.")
        started = time.monotonic()
        try:
            answer = asyncio.run_coroutine_threadsafe(http.send(sent), self._loop).result(LONGEST_SECONDS)
        except ProviderUnavailable as error:
            http.spend_patience(time.monotonic() - started)
            if not http.can_wait():
                raise  # botocore does not know this class, so it does not ask again
            raise EndpointConnectionError(endpoint_url=sent.url.host) from error
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer))


class _Raw:
    """An answer already read, in the shape botocore reads from."""

    def __init__(self, answer: Answer) -> None:
        self._content = answer.content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def as_our_error(error: Exception, provider: str, secrets: tuple[str, ...], where: str) -> AdapterError:
    """What botocore raised, as the class that decides what happens next. `where` says what was being read."""
    from botocore.parsers import ResponseParserError

    if isinstance(error, ResponseParserError):  # its own message holds the whole body
        return UnexpectedResponse(f"{provider} did not answer in its own format ({where}): is this the right address?")
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        if isinstance(error.__cause__, ProviderUnavailable):
            return error.__cause__
        return UnexpectedResponse(f"{provider} could not be read ({where}): {clean_words(str(error), secrets)}")
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = clean_words(f"{code}: {response.get('Error', {}).get('Message', '')}", secrets)
    if code in _REJECTED:
        return CredentialsRejected(f"{provider} rejected the credentials ({where}): “{said}”.")
    if code in _REFUSED or status == 403:
        return AccessRefused(f"{provider} does not let these credentials read {where}: “{said}”.")
    if code in _THROTTLED or status == 429:
        return RateLimited(f"{provider} asks for fewer requests ({where}): “{said}”.")
    if status >= 500:
        return ProviderUnavailable(f"{provider} is in trouble ({where}): “{said}”.")
    if status == 401:
        return CredentialsRejected(f"{provider} rejected the credentials ({where}): “{said}”.")
    return UnexpectedResponse(f"{provider} answered {status} for {where}: “{said}”.")
