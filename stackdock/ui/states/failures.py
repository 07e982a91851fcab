"""What happens to a failure that no handler answered: it is logged with a reference number; people never see a traceback."""

from __future__ import annotations

import logging

from reflex.event import EventSpec

from stackdock.ui.states.handlers import log_unexpected

BROWSER_TEXT_CHARACTERS = 2000

logger = logging.getLogger(__name__)


def report_exception(exception: Exception) -> EventSpec | None:
    """For `rx.App(backend_exception_handler=…)`: what fails outside a declared handler has no page to show a notice on."""
    log_unexpected(exception, "an event")
    return None


def report_browser_exception(exception: Exception) -> None:
    """For `rx.App(frontend_exception_handler=…)`. The text is the browser's, so it is cut, and kept on one line."""
    logger.warning("A browser reported: %s", ascii(str(exception))[:BROWSER_TEXT_CHARACTERS])
