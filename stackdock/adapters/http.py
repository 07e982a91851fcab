"""The one outbound HTTP client: every request StackDock makes to a provider goes out here."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable

import httpcore
import httpx

from stackdock.adapters.addresses import OutboundPolicy, origin
from stackdock.adapters.answers import Answer, raise_for_status
from stackdock.adapters.limits import Pace
from stackdock.adapters.patience import Patience
from stackdock.adapters.rate_headers import read_budget
from stackdock.adapters.transport import PinnedTransport
from stackdock.errors import ProviderUnavailable, RateLimited, UnexpectedResponse

MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
_CODINGS = {"", "identity", "gzip", "deflate"}  # what is asked for; a coding inside a coding multiplies a bomb


class HttpClient:
    """Requests of one session: pinned, bounded in time and size, paced, retried.

    `calls` counts requests as the provider does, retries included.
    """

    def __init__(
        self,
        *,
        provider: str,
        policy: OutboundPolicy,
        patience: Patience,
        pace: Pace,
        auth: httpx.Auth | None = None,
        secrets: tuple[str, ...] = (),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.calls = 0
        self._provider, self._policy, self._patience, self._pace, self._secrets = provider, policy, patience, pace, secrets
        self._failing_seconds = 0.0
        self._client = httpx.AsyncClient(
            auth=auth,
            transport=transport or PinnedTransport(policy),
            timeout=httpx.Timeout(patience.read_seconds, connect=patience.connect_seconds),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "StackDock"},
            follow_redirects=False,
            trust_env=False,  # a proxy would resolve names itself, past the check
        )

    async def get(self, url: httpx.URL) -> Answer:
        """GET until it succeeds or patience ends. Raises the error classes of `errors`, with the provider's own words."""
        return await self._persist(lambda: self._get_once(url))

    async def send(self, request: httpx.Request) -> Answer:
        """One request, whatever it answers, with no retry: for a client library that retries by itself."""
        self._policy.check_url(request.url)
        await self._take_turn()
        self.calls += 1
        try:
            async with asyncio.timeout(self._patience.answer_seconds):
                answer = await self._read(await self._client.send(request, stream=True))
        # Errors are raised anew, without their cause: httpx's hold the request, and with it the token.
        except (TimeoutError, httpcore.TimeoutException, httpx.TimeoutException):
            raise ProviderUnavailable(f"{self._provider} ({request.url.host}) did not answer in time.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError, OSError) as error:
            raise ProviderUnavailable(f"{self._provider} ({request.url.host}) could not be reached: {_why(error)}.") from None
        self._pace.learn(read_budget(answer.headers))
        return answer

    @property
    def is_closed(self) -> bool:
        return self._client.is_closed

    @property
    def patience(self) -> Patience:
        return self._patience

    def can_wait(self, seconds: float = 0.0) -> bool:
        """Whether the session may spend this much more on waiting for an outage to pass."""
        return self._failing_seconds + seconds < self._patience.give_up_seconds

    def spend_patience(self, seconds: float) -> None:
        self._failing_seconds += seconds

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _get_once(self, url: httpx.URL) -> Answer:
        home = origin(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self.send(self._client.build_request("GET", url))
            location = answer.headers.get("location") if answer.status in (301, 302, 303, 307, 308) else None
            following = _join(url, location) if location else None
            if following is None or origin(following) != home:
                raise_for_status(answer, self._provider, self._secrets, reset_ends_429=self._pace.waits_for_reset)
                return answer
            url = following
        raise UnexpectedResponse(f"{self._provider} redirects {url.path} in a circle.")

    async def _persist(self, once: Callable[[], Awaitable[Answer]]) -> Answer:
        clock = asyncio.get_running_loop().time
        waited = 0.0
        for failures in range(1, self._patience.attempts + 1):
            started = clock()
            try:
                return await once()
            except RateLimited as error:
                delay = error.retry_after_seconds
                delay = max(1.0, self._patience.delay_seconds(failures)) if delay is None else delay
                self._pace.block(delay)
                waited += delay
                if failures == self._patience.attempts or waited > self._patience.wait_seconds:
                    raise
            except ProviderUnavailable as error:
                delay = max(self._patience.delay_seconds(failures), error.retry_after_seconds or 0.0)
                self.spend_patience(clock() - started)
                if failures == self._patience.attempts or not self.can_wait(delay):
                    raise
                self.spend_patience(delay)
                await asyncio.sleep(delay)
        raise AssertionError("the last attempt returns or raises")

    async def _take_turn(self) -> None:
        """Wait as the pace asks, also for a rate limit that another session of the same credential ran into."""
        free, wait = self._pace.reserve(self._patience.wait_seconds)
        if not free:
            raise RateLimited(f"{self._provider} allows the next request in {wait:.0f} seconds.", wait)
        if wait:
            await asyncio.sleep(wait)

    async def _read(self, response: httpx.Response) -> Answer:
        try:
            if response.headers.get("content-encoding", "").strip().lower() not in _CODINGS:
                raise UnexpectedResponse(f"{self._provider} answered in an encoding that was not asked for.")
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > MAX_ANSWER_BYTES:
                    raise UnexpectedResponse(f"{self._provider} answered with more than {MAX_ANSWER_BYTES // 1024**2} MB.")
                parts.append(part)
        except (httpx.DecodingError, zlib.error):
            raise UnexpectedResponse(f"{self._provider} answered with a broken body.") from None
        finally:
            await response.aclose()
        return Answer(response.request.url, response.status_code, response.headers, b"".join(parts))


def _join(url: httpx.URL, location: str) -> httpx.URL | None:
    try:
        return url.join(location)
    except (httpx.InvalidURL, ValueError):
        return None


def _why(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:120] if text else "the connection broke"
