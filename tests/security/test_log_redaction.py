"""No cookie, token or typed value reaches a log, whatever a library writes."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from stackdock.security.log_redaction import REMOVED, install_log_redaction, redact

COOKIE = "tQ1x-secret_cookie"


@pytest.fixture
def plain_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log as Python makes it; importing the app installs the redaction for the whole process."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    with caplog.at_level(logging.DEBUG):
        yield caplog
    logging.setLogRecordFactory(before)


@pytest.fixture
def redacted_log(plain_log: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    install_log_redaction()
    install_log_redaction()
    return plain_log


def event(name: str = "reflex___state____state.nope") -> Event:
    headers = {"cookie": f"theme=dark; stackdock_session={COOKIE}", "origin": "http://127.0.0.1:3000"}
    return Event(name=name, payload={"token": "typed secret"}, router_data={"headers": headers, "token": "tab"})


async def log_unknown_event() -> None:
    """Reflex's own processor with an event that it does not know."""
    processor = BaseStateEventProcessor(backend_exception_handler=None)
    async with processor.configure(state_manager=StateManagerMemory()):
        await processor.enqueue("tab", event())
        await processor.join(5)


async def test_reflex_would_log_the_cookie_of_an_unknown_event(plain_log: pytest.LogCaptureFixture) -> None:
    """What the redaction is for: when Reflex stops doing this, the test says so."""
    await log_unknown_event()
    assert COOKIE in plain_log.text


async def test_an_unknown_event_is_logged_by_its_name_alone(redacted_log: pytest.LogCaptureFixture) -> None:
    await log_unknown_event()
    assert "reflex___state____state.nope" in redacted_log.text
    assert COOKIE not in redacted_log.text
    assert "typed secret" not in redacted_log.text
    told = [record for record in redacted_log.records if "state.nope" in record.getMessage()]
    assert [(record.levelname, record.exc_info, record.exc_text) for record in told] == [("WARNING", None, None)]


def test_a_traceback_is_cleaned_too(redacted_log: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"Failed to deserialize event data: {event()!r}.")
    except ValueError:
        logging.getLogger("any").exception("it failed for %s", f"Cookie stackdock_session={COOKIE}; theme=dark")
    assert "ValueError" in redacted_log.text
    assert "theme=dark" in redacted_log.text
    assert COOKIE not in redacted_log.text
    assert "typed secret" not in redacted_log.text


@pytest.mark.parametrize(
    "text",
    [
        f"GET /setup?token={COOKIE} HTTP/1.1",
        f"GET /_event/?EIO=4&transport=websocket&token={COOKIE} HTTP/1.1",
        f"__Host-stackdock_session={COOKIE}",
        f"{{'cookie': 'a=b; c={COOKIE}', 'host': 'x'}}",
        f'{{"authorization": "Bearer {COOKIE}"}}',
        f"[(b'cookie', b'stackdock_session={COOKIE}')]",
        f"Error transforming event payload for handler S.link: Error transforming event argument 'form' with value '{COOKIE}'",
        f"Received event from session x with no associated token. This may indicate a bug. Event data: {{'token': '{COOKIE}'}}",
        f"Event data must be a dictionary, but received ['{COOKIE}'] of type list.",
    ],
)
def test_secrets_are_removed_wherever_they_stand(text: str) -> None:
    assert COOKIE not in redact(text)
    assert REMOVED in redact(text)


@pytest.mark.parametrize("text", ["Dock Acme synced 12 servers", "token bucket: 40 a second", "the session ended"])
def test_other_words_stay(text: str) -> None:
    assert redact(text) == text


async def test_two_tasks_log_at_once_without_trouble(redacted_log: pytest.LogCaptureFixture) -> None:
    await asyncio.gather(*(asyncio.to_thread(logging.getLogger("any").info, "number %d of %s", n, "two") for n in range(2)))
    assert {"number 0 of two", "number 1 of two"} <= set(redacted_log.messages)
