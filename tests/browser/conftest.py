"""Pages in a real browser. One Chromium per session; every page that a test opens is a browser of its own, sharing no cookie.

The tests here run in one event loop, the session's: Playwright's objects belong to the loop that made them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, StorageState, async_playwright

from tests.fixtures import chromium
from tests.fixtures.console import OWNER_EMAIL, OWNER_NAME, PASSWORD, Console

WIDTHS = {"wide": (1440, 900), "narrow": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(chromium.node())  # Playwright's own node needs a library that a bare Debian lacks
    program = chromium.executable()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=program, args=[*chromium.ARGUMENTS], env=chromium.environment()
        )
        yield launched
        await launched.close()


class Browsers:
    """Opens pages, each in a context of its own, and remembers what went wrong in them."""

    def __init__(self, browser: Browser, console: Console) -> None:
        self._browser = browser
        self._console = console
        self._pages: list[Page] = []
        self.errors: list[str] = []

    async def open(
        self,
        path: str = "/",
        *,
        signed_in: StorageState | None = None,
        size: Literal["wide", "narrow"] = "wide",
        theme: Literal["light", "dark"] = "light",
        **options: Any,
    ) -> Page:
        """A page in a new browser at `path`; `signed_in` is a storage state such as the fixture `owner`."""
        width, height = WIDTHS[size]
        context = await self._browser.new_context(
            base_url=self._console.address,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            storage_state=signed_in,
            **options,
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        self._pages.append(page)
        await page.goto(path)
        return page

    async def close(self, *, pictures_in: Path | None) -> None:
        for number, page in enumerate(self._pages, 1):
            if pictures_in and not page.is_closed():
                await page.screenshot(path=pictures_in / f"page-{number}.png")
            await page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browsers(browser: Browser, console: Console, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Browsers]:
    """`await browsers.open(path)` is one browser; call it twice for two. A script error in any of them fails the test."""
    failed_before = request.session.testsfailed
    opened = Browsers(browser, console)
    yield opened
    has_failed = request.session.testsfailed > failed_before
    await opened.close(pictures_in=tmp_path if has_failed else None)
    if has_failed:
        print(f"pictures of the pages: {tmp_path}")
    assert not opened.errors, opened.errors


@pytest_asyncio.fixture(loop_scope="session")
async def page(browsers: Browsers) -> Page:
    """One browser on the console's first page, signed in as nobody."""
    return await browsers.open()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(browser: Browser, console: Console) -> StorageState:
    """Claims this module's console once and returns the owner's cookies, for `browsers.open(path, signed_in=owner)`."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(console.setup_link)
    answers = {"email": OWNER_EMAIL, "name": OWNER_NAME, "password": PASSWORD, "organization_name": "Acme"}
    for name, answer in answers.items():
        await page.locator(f"input[name={name}]").fill(answer)
    await page.locator("form button[type=submit]").click()
    await page.wait_for_url("**/o/acme**")
    state = await context.storage_state()
    await context.close()
    return state
