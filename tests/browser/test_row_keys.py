"""The keyboard among rows, and what is too long for its cell."""

from playwright.async_api import Page, StorageState, expect

from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, make_server, run_sql
from tests.fixtures.console import Console

LONG = "a-size-that-no-column-is-wide-enough-for-and-that-somebody-wants-to-read-to-its-end"
FOCUSED = "document.activeElement.closest('tr')?.querySelector('th')?.innerText.split('\\n')[0] ?? ''"


async def press(page: Page, key: str, row: str) -> None:
    await page.keyboard.press(key)
    await page.wait_for_function(f"(row) => ({FOCUSED}) === row", arg=row)


async def test_slash_goes_to_the_filter_and_keys_from_row_to_row(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    add_quiet_dock(console, "Keys", ("key-1", "key-2", "key-3"))
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await page.get_by_role("row", name="key-2").get_by_role("button", name="Copy address 203.0.113.21").focus()
    await page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Filter servers")
    await expect(field).to_be_focused()
    await page.keyboard.type("j/k")
    await expect(field).to_have_value("j/k")
    await field.fill("key")
    await expect(page).to_have_url("/o/acme/servers?q=key")
    await page.locator(".grid").focus()
    for key, row in (
        ("j", "key-1"),
        ("ArrowDown", "key-2"),
        ("j", "key-3"),
        ("j", "key-3"),
        ("k", "key-2"),
        ("ArrowUp", "key-1"),
    ):
        await press(page, key, row)
    run_sql(console, "DELETE FROM dock")


async def test_enter_opens_the_row(browsers: Browsers, owner: StorageState, console: Console) -> None:
    dock = add_quiet_dock(console, "Door")
    add_rows(console, make_server(dock, "long-1", size=LONG))
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    size = page.get_by_role("cell", name=LONG)
    await expect(size).to_be_visible()
    is_cut = "(cell) => cell.scrollWidth > cell.clientWidth"
    assert await size.evaluate(is_cut)
    await press(page, "j", "long-1")
    await page.keyboard.press("Enter")
    assert not await size.evaluate(is_cut)
    await page.keyboard.press("Enter")
    assert await size.evaluate(is_cut)
    await page.goto("/o/acme/docks")
    await expect(page.get_by_role("rowheader", name="Door")).to_be_visible()
    await press(page, "j", "Door")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"/o/acme/docks/{dock.id}")
    run_sql(console, "DELETE FROM dock")
