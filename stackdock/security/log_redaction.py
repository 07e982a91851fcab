"""Keeps cookies, tokens and what people typed out of the log, wherever a library writes them.

Reflex logs a whole event when it cannot handle one, with the cookie of whoever sent it and every value of the form. Here each
record is cleaned before any handler sees it, its traceback too.
"""

from __future__ import annotations

import logging
import re
from typing import Any

REMOVED = "[removed]"

_SECRETS = (
    re.compile(r"((?:__Host-)?stackdock_session=)[^;\s'\"\\,&]+"),
    re.compile(r"([?&](?:token|code|state)=)[^&\s'\"]+"),
    re.compile(
        r"(['\"](?:cookie|set-cookie|authorization|proxy-authorization)['\"]\s*[:,]\s*b?)(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE
    ),
)
# What follows is the client's event, or a value out of it.
_EVENTS = (
    re.compile(r"(Error processing event queue entry for )Event\(name='([\w.]*)'.*", re.DOTALL),
    re.compile(r"(Error transforming event payload for handler [\w.<>]+:).*", re.DOTALL),
    re.compile(r"(Error transforming event argument '\w*' with value ).*"),
    re.compile(r"(Failed to deserialize event data: ).*"),
    re.compile(r"(Event data must be a dictionary, but received ).*"),
    re.compile(r"(Event data: ).*", re.DOTALL),
)

_NO_HANDLER = "No registered handler found for event"

_formatter = logging.Formatter()


def redact(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{REMOVED}", text)
    for pattern in _EVENTS:
        text = pattern.sub(_keep_known, text)
    return text


def _keep_known(found: re.Match[str]) -> str:
    return "".join(group for group in found.groups() if group) + (" " if found.re.groups > 1 else "") + REMOVED


def install_log_redaction() -> None:
    """Clean every record of this process from now on. Calling it again changes nothing."""
    make_record = logging.getLogRecordFactory()
    if getattr(make_record, "redacts", False):
        return

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            return record  # a broken format string: logging reports it by itself, without the arguments' values
        clean = redact(text)
        if clean != text:
            record.msg, record.args = clean, None
        if record.exc_info and _NO_HANDLER in str(record.exc_info[1]):
            # A client named an event that there is not: one line, not a traceback of Reflex's own for each.
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        elif record.exc_info and record.exc_info[0] is not None:
            # A formatter takes this text as it is instead of writing the traceback itself.
            record.exc_text = redact(_formatter.formatException(record.exc_info))
        return record

    setattr(make_redacted, "redacts", True)  # noqa: B010  a function attribute that a type checker does not know
    logging.setLogRecordFactory(make_redacted)
