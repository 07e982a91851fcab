"""A page's own socket, with somebody in between: what the page sends is changed, kept back, or cuts the line."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.async_api import Page, WebSocketRoute

EVENTS = re.compile(r"/_event/")

KEEP_BACK = ""  # what `meddle` returns for a message that never arrives


class Meddler:
    """`meddle(message)` gives what is sent in its place. `await meddler.cut()` ends the line; the page opens another one."""

    def __init__(self) -> None:
        self.meddle: Callable[[str], str] = lambda message: message
        self._line: WebSocketRoute | None = None

    async def sit_between(self, page: Page) -> None:
        """Before the page is opened, or opened anew."""
        await page.route_web_socket(EVENTS, self._join)

    async def cut(self) -> None:
        assert self._line, "the page has opened no socket"
        await self._line.close(code=1001, reason="cut by the test")

    def _join(self, line: WebSocketRoute) -> None:
        self._line = line
        server = line.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            sent = self.meddle(message) if isinstance(message, str) else message
            if sent:
                server.send(sent)

        line.on_message(pass_on)


def spoil(handler: str) -> Callable[[str], str]:
    """What this handler is sent holds one argument more than it takes: the guard refuses that."""
    return lambda message: message.replace('"payload":{', '"payload":{"surplus":1,', 1) if handler in message else message


def swallow(handler: str) -> Callable[[str], str]:
    return lambda message: KEEP_BACK if handler in message else message
