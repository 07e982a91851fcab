"""The main job: from the set-up link to rows that move by themselves."""

import re
from typing import Literal

import pytest
from playwright.async_api import StorageState, expect

from stackdock.models import Dock
from tests.browser.conftest import Browsers
from tests.browser.estate import count_rows
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import Console

MARK = "window.__sameDocument = true"
STATUSES = "[...document.querySelectorAll('tbody tr')].map((row) => row.innerText.split('just')[0]).join()"
SAYS_WHAT_GOES = re.compile(r"^Remove the demo: 2 docks, [1-9]\d* resources$")
WATCH_THE_BUTTON = """() => {
  window.__said = [];
  const button = [...document.querySelectorAll("button")].find((one) => one.innerText.startsWith("Remove the demo"));
  const watch = new MutationObserver(() => window.__said.push(button.innerText));
  watch.observe(button, { childList: true, subtree: true, characterData: true });
}"""


async def test_an_empty_console_offers_two_doors(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner)
    await expect(page.get_by_role("heading", name="No dock is linked yet")).to_be_visible()
    await expect(page.get_by_role("button", name="Explore a demo estate")).to_be_visible()
    await expect(page.get_by_role("link", name="Link your first dock")).to_have_attribute("href", "/o/acme/link")
    for place in ("servers", "volumes", "databases", "domains", "docks"):
        await page.goto(f"/o/acme/{place}")
        await expect(page.get_by_role("heading", name="No dock is linked yet")).to_be_visible()


async def test_the_demo_fills_the_console_and_moves_with_no_reload(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    other = await browsers.open("/o/acme/docks", signed_in=owner)
    await page.evaluate(MARK)
    await page.get_by_role("button", name="Explore a demo estate").dblclick()
    await page.mouse.move(2, 2)  # rows that come while the pointer rests on others wait
    await expect(page.locator("tbody tr")).to_have_count(50)
    await expect(page.locator(".more .num")).to_contain_text("50 of")
    await expect(other.get_by_role("rowheader")).to_have_count(2)
    assert count_rows(console, Dock) == 2, "a double click starts one demo"

    changed = (
        "[...document.querySelectorAll('tbody tr')].map((row) => row.innerText.replace(/just now|\\d+ \\w+ ago.*/g, '')).join()"
    )
    before = await page.evaluate(changed)
    await page.wait_for_function(f"(before) => {changed} !== before", arg=before, timeout=30_000)
    assert await page.evaluate("window.__sameDocument"), "the page was not loaded again"

    await page.get_by_role("button", name="Load more").click()
    await expect(page.locator("tbody tr")).not_to_have_count(50)


@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_the_demo_is_marked_wherever_it_shows(
    browsers: Browsers, owner: StorageState, size: Literal["wide", "narrow"]
) -> None:
    page = await browsers.open("/o/acme", signed_in=owner, size=size)
    await expect(page.get_by_text("A demo estate is linked.")).to_be_visible()
    await page.goto("/o/acme/docks")
    await expect(page.locator("tbody th .tag.demo").filter(visible=True)).to_have_count(2)
    for place in ("servers", "volumes", "databases", "domains"):
        await page.goto(f"/o/acme/{place}")
        await expect(page.locator("tbody:not(.skeleton) tr").first).to_be_visible()
        rows = await page.locator("tbody tr").count()
        await expect(page.locator("tbody tr").get_by_text("Demo", exact=True).filter(visible=True)).to_have_count(rows)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_marks_of_a_demo_stop_nobody(browsers: Browsers, owner: StorageState, theme: Literal["light", "dark"]) -> None:
    page = await browsers.open("/o/acme", signed_in=owner, theme=theme)
    for place in ("", "/docks", "/servers"):
        await page.goto(f"/o/acme{place}")
        await expect(
            page.get_by_text("Demo", exact=True).or_(page.get_by_text("A demo estate")).filter(visible=True).first
        ).to_be_visible()
        assert not await accessibility_violations(page), place


async def test_one_click_removes_the_demo_from_every_open_browser(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    home = await browsers.open("/o/acme", signed_in=owner)
    servers = await browsers.open("/o/acme/servers", signed_in=owner)
    docks = await browsers.open("/o/acme/docks", signed_in=owner, size="narrow")
    await expect(servers.locator("tbody tr").first).to_be_visible()
    await expect(docks.get_by_role("rowheader")).to_have_count(2)
    for page in (home, docks):
        await expect(page.get_by_role("button", name=SAYS_WHAT_GOES)).to_be_visible()
    await home.evaluate(WATCH_THE_BUTTON)
    await home.get_by_role("button", name=SAYS_WHAT_GOES).click()
    await expect(home.get_by_text(re.compile(r"^The demo is gone: 2 docks, [1-9]\d* resources\.$"))).to_be_visible()
    for page in (home, servers, docks):
        await expect(page.get_by_role("heading", name="No dock is linked yet")).to_be_visible()
        await expect(page.get_by_text("A demo estate is linked.")).to_have_count(0)
    assert count_rows(console, Dock) == 0
    assert "Removing the demo…" in await home.evaluate("window.__said"), "it shows that it works"
    await expect(home.get_by_role("heading", level=1, name="Home")).to_be_focused()
