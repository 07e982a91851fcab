"""The main job: from the set-up link to rows that move by themselves."""

from playwright.async_api import StorageState, expect

from stackdock.models import Dock
from tests.browser.conftest import Browsers
from tests.browser.estate import count_rows
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import Console

MARK = "window.__sameDocument = true"
STATUSES = "[...document.querySelectorAll('tbody tr')].map((row) => row.innerText.split('just')[0]).join()"


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

    await page.get_by_role("button", name="Load 50 more").click()
    await expect(page.locator("tbody tr")).not_to_have_count(50)


async def test_the_demo_is_marked_and_goes_with_one_click_after_saying_what_goes(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.get_by_text("A demo estate is linked.")).to_be_visible()
    await expect(page.get_by_text("Demo", exact=True)).to_have_count(2)
    await page.get_by_role("button", name="Remove the demo").click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("Demo Hetzner Cloud")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert not await accessibility_violations(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("rowheader")).to_have_count(2)

    await page.get_by_role("button", name="Remove the demo").click()
    await dialog.get_by_role("button", name="Remove the demo").click()
    await expect(page.get_by_role("heading", name="No dock is linked yet")).to_be_visible()
    assert count_rows(console, Dock) == 0
