"""With a demo estate nothing real is cut at 1440 pixels, a phone's row has two lines, and what a sync did is read in full."""

from typing import Literal

import pytest
from playwright.async_api import Page, StorageState, expect

from tests.browser.conftest import Browsers

PLACES = ("servers", "volumes", "databases", "domains")
CUT = """
[...document.querySelectorAll('tbody:not(.skeleton) :is(th, td, .clip, .mono, .tag)')]
  .filter((part) => part.clientWidth > 0 && part.getClientRects().length && !part.closest('.unseen'))
  .filter((part) => part.scrollWidth > part.clientWidth || (part.matches('.clip') && part.scrollHeight > part.clientHeight + 1))
  .map((part) => part.innerText)
"""
HEIGHTS = "[...new Set([...document.querySelectorAll('tbody tr')].map((row) => Math.round(row.getBoundingClientRect().height)))]"


async def settled(page: Page) -> None:
    await expect(page.locator("tbody:not(.skeleton) tr").first).to_be_visible(timeout=20_000)
    await page.evaluate("document.fonts.ready")


async def test_at_1440_pixels_no_value_of_the_demo_is_cut(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner)
    await page.get_by_role("button", name="Explore a demo estate").click()
    await expect(page.get_by_text("A demo estate is linked.")).to_be_visible()
    for place in PLACES:
        await page.goto(f"/o/acme/{place}")
        await settled(page)
        assert await page.evaluate(CUT) == [], place
        assert await page.evaluate(HEIGHTS) == [36], place


async def test_on_a_phone_every_row_of_a_resource_has_two_lines(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner, size="narrow")
    for place in PLACES:
        await page.goto(f"/o/acme/{place}")
        await settled(page)
        assert await page.evaluate(HEIGHTS) == [52], place
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_what_a_sync_did_is_read_in_full(browsers: Browsers, owner: StorageState, size: Literal["wide", "narrow"]) -> None:
    page = await browsers.open("/o/acme/docks", signed_in=owner, size=size)
    await page.get_by_role("link", name="Demo Hetzner Cloud").click()
    record = page.get_by_role("group", name="Recent syncs").get_by_text("servers (").filter(visible=True).first
    await expect(record).to_be_visible()
    await page.evaluate("document.fonts.ready")
    assert await page.evaluate(CUT) == []
    said = page.locator("header").get_by_text("Fresh", exact=True).or_(page.locator("header").get_by_text("Syncing", exact=True))
    await expect(said.filter(visible=True)).to_have_count(1)
