"""Nothing moves under the user's hand: rows that come, go or move while somebody scrolled down, points at a row, or is in it."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, StorageState, expect

from stackdock.models import Dock
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, make_server, run_sql
from tests.fixtures.console import Console

NAMES = [f"m-{number:02}" for number in range(40)]


@pytest.fixture
def dock(console: Console, owner: StorageState) -> Dock:
    for table in ("dock", "dock_kind", "server"):  # a plain connection follows no foreign key
        run_sql(console, f"DELETE FROM {table}")
    return add_quiet_dock(console, "Quiet", tuple(NAMES))


async def open_servers(browsers: Browsers, owner: StorageState, **options: Any) -> tuple[Page, Locator]:
    page = await browsers.open("/o/acme/servers", signed_in=owner, **options)
    await expect(page.locator("tbody tr")).to_have_count(len(NAMES))
    return page, page.locator(".grid")


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody tr", has=page.get_by_role("rowheader", name=name))


async def names(page: Page) -> list[str]:
    own_words = "(cells) => cells.map((cell) => [...cell.childNodes].find((part) => part.nodeType === 3)?.textContent)"
    return await page.locator("tbody tr .name").evaluate_all(own_words)


@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_three_rows_that_come_above_wait_behind_a_button(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock, size: Any
) -> None:
    page, grid = await open_servers(browsers, owner, size=size)
    await grid.evaluate("(grid) => grid.scrollTo({ top: 400 })")
    before = await row(page, "m-15").bounding_box()
    for name in ("a-1", "a-2", "a-3"):
        add_rows(console, make_server(dock, name))
    pill = page.get_by_role("button", name="3 new above")
    await expect(pill).to_be_visible()
    await expect(page.locator(".waiting [role=status]")).to_have_text(
        "Rows have changed above. They wait until you ask for them."
    )
    assert await row(page, "m-15").bounding_box() == before
    assert await grid.evaluate("(grid) => grid.scrollTop") == 400

    run_sql(console, "UPDATE server SET status = 'failed', status_word = 'Broken' WHERE name = 'm-15'")
    await expect(row(page, "m-15")).to_contain_text("Broken")
    run_sql(console, "UPDATE server SET name = 'a-0' WHERE name = 'm-17'")
    await expect(page.get_by_role("button", name="3 new above, 1 moved")).to_be_visible()
    assert await row(page, "m-15").bounding_box() == before

    await grid.focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="3 new above, 1 moved")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".waiting button")).to_have_count(0)
    await expect(grid).to_be_focused()
    assert await grid.evaluate("(grid) => grid.scrollTop") == 0
    everything = ["a-0", "a-1", "a-2", "a-3", *[name for name in NAMES if name != "m-17"]]
    assert await names(page) == everything
    await page.reload()
    await expect(page.locator("tbody tr")).to_have_count(43)
    assert await names(page) == everything


async def test_the_row_under_the_pointer_stays_and_the_others_come_when_it_leaves(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page, _ = await open_servers(browsers, owner)
    await row(page, "m-02").hover()
    before = await row(page, "m-02").bounding_box()
    add_rows(console, make_server(dock, "a-1"))
    run_sql(console, "DELETE FROM server WHERE name = 'm-01'")
    await expect(page.get_by_role("button", name="1 new above, 1 gone")).to_be_visible()
    await expect(row(page, "m-01")).to_contain_text("Gone")
    assert await row(page, "m-02").bounding_box() == before
    await page.get_by_role("heading", level=1).hover()
    await expect(row(page, "a-1")).to_be_visible()
    assert (await names(page))[:3] == ["a-1", "m-00", "m-02"]
    add_rows(console, make_server(dock, "a-2"))
    await expect(row(page, "a-2")).to_be_visible()


async def test_the_row_with_the_focus_stays_even_when_it_goes_and_keeps_the_focus(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page, _ = await open_servers(browsers, owner)
    button = row(page, "m-03").get_by_role("button")
    await button.focus()
    before = await row(page, "m-03").bounding_box()
    add_rows(console, make_server(dock, "a-1"))
    run_sql(console, "DELETE FROM server WHERE name IN ('m-00', 'm-03')")
    await expect(page.get_by_role("button", name="1 new above, 2 gone")).to_be_visible()
    assert await row(page, "m-03").bounding_box() == before
    await expect(button).to_be_focused()
    await button.blur()
    await expect(row(page, "m-03")).to_have_count(0)
    assert (await names(page))[:3] == ["a-1", "m-01", "m-02"]


async def test_a_filter_shows_its_rows_whole_however_far_one_had_scrolled(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page, grid = await open_servers(browsers, owner)
    await grid.evaluate("(grid) => grid.scrollTo({ top: 300 })")
    await page.get_by_role("searchbox").fill("m-1")
    await expect(page.locator("tbody tr")).to_have_count(10)
    assert await names(page) == [name for name in NAMES if name.startswith("m-1")]
    await page.get_by_role("searchbox").fill("")
    await expect(page.locator("tbody tr")).to_have_count(40)
    assert await names(page) == NAMES
