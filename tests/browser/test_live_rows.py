"""Rows that are true in every browser, whoever changed them."""

import re
from datetime import timedelta
from typing import Any

from playwright.async_api import StorageState, expect

from stackdock.columns import utc_now
from stackdock.resources import BlockVolume
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, make_server, run_sql
from tests.fixtures.console import Console


async def test_a_row_changed_by_plain_sql_in_another_process_shows_in_two_browsers(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Quiet", ("web-1", "web-2"))
    first = await browsers.open("/o/acme/servers", signed_in=owner)
    second = await browsers.open("/o/acme/servers", signed_in=owner, size="narrow")
    for page in (first, second):
        await expect(page.locator("tbody tr")).to_have_count(2)
        await page.evaluate("document.querySelectorAll('tbody tr').forEach((row) => (row.dataset.seen = 'before'))")

    assert run_sql(console, "UPDATE server SET status = 'failed', status_word = 'Billing suspended' WHERE name = 'web-1'") == 1
    for page in (first, second):
        row = page.get_by_role("row", name="web-1")
        await expect(row).to_contain_text("Billing suspended")
        await expect(row.locator(".st")).to_have_class("st failed")
        assert await row.get_attribute("data-seen") == "before", "the same row moved: it was not drawn anew"

    add_rows(console, make_server(dock, "web-0"))
    assert run_sql(console, "DELETE FROM server WHERE name = 'web-2'") == 1
    for page in (first, second):
        await expect(page.get_by_role("rowheader")).to_contain_text(["web-0", "web-1"])


async def test_a_longer_word_moves_no_column_and_is_read_whole_in_its_title(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    row = page.get_by_role("row", name="web-1")
    places = "[...document.querySelectorAll('thead th')].map((cell) => cell.getBoundingClientRect().x)"
    await expect(row).to_contain_text("Billing suspended")
    before = await page.evaluate(places)
    words = "Suspended by the provider because nobody has paid the bill of the last three months"
    run_sql(console, "UPDATE server SET status_word = ?, size = ? WHERE name = 'web-1'", words, words)
    await expect(row).to_contain_text(words)
    assert await page.evaluate(places) == before
    await row.locator("td.end").hover()
    await expect(row.locator("td.end")).to_have_attribute("title", words)
    run_sql(console, "UPDATE server SET status_word = 'Billing suspended', size = 'cx22' WHERE name = 'web-1'")


async def test_a_phone_shows_the_whole_address(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner, size="narrow")
    under = page.get_by_role("row", name="web-1").locator(".under")
    await expect(under).to_contain_text("203.0.113.21")
    assert await under.evaluate("(line) => line.scrollWidth <= line.clientWidth && line.scrollHeight <= line.clientHeight")


async def test_a_changed_cell_is_tinted_and_only_that_one(browsers: Browsers, owner: StorageState, console: Console) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await page.emulate_media(reduced_motion="no-preference")
    await expect(page.get_by_role("row", name="web-1")).to_be_visible()
    await page.evaluate(
        """() => {
          window.__tinted = [];
          const animate = Element.prototype.animate;
          Element.prototype.animate = function (steps, options) {
            window.__tinted.push(this.innerText);
            return animate.call(this, steps, options);
          };
        }"""
    )
    run_sql(console, "UPDATE server SET region = 'nbg1' WHERE name = 'web-1'")
    await page.wait_for_function("window.__tinted.length > 0")
    assert await page.evaluate("window.__tinted") == ["nbg1"]


async def test_nothing_moves_for_who_asked_for_stillness(browsers: Browsers, owner: StorageState, console: Console) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await expect(page.get_by_role("row", name="web-1")).to_be_visible()
    await page.evaluate("() => { Element.prototype.animate = () => { throw new Error('moved'); }; }")
    run_sql(console, "UPDATE server SET region = 'hel1' WHERE name = 'web-1'")
    await expect(page.get_by_role("row", name="web-1")).to_contain_text("hel1")


async def test_a_row_says_when_its_kind_was_not_listed_in_time(browsers: Browsers, owner: StorageState, console: Console) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    row = page.get_by_role("row", name="web-1")
    await expect(row).to_be_visible()
    await expect(row.get_by_text("Stale ·")).to_have_count(0)
    long_ago = (utc_now() - timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S.000000")
    run_sql(console, "UPDATE dock_kind SET last_complete_at = ?", long_ago)
    await expect(row.get_by_text("Stale · 3 h ago")).to_be_visible()


async def test_the_filter_is_kept_in_the_address_and_says_when_nothing_matches(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await page.get_by_role("searchbox").fill("web-1")
    await expect(page.get_by_role("rowheader")).to_have_text(["web-1"], use_inner_text=True)
    await expect(page).to_have_url("/o/acme/servers?q=web-1")
    await expect(page.locator(".count")).to_have_text("1 of 2")
    await page.reload()
    await expect(page.get_by_role("rowheader")).to_have_count(1)
    await page.get_by_role("searchbox").fill("nothing like it")
    await expect(page.get_by_role("heading", name="No servers match “nothing like it”")).to_be_visible()
    await page.get_by_role("link", name="Clear the filter").click()
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await expect(page.get_by_role("searchbox")).to_have_value("")


async def test_an_address_is_copied_when_pressed(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner, permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("row", name="web-1").get_by_role("button")
    await button.click()
    await expect(button.get_by_role("status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "203.0.113.21"


async def test_how_much_is_loaded_is_said_only_while_there_is_more(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await expect(page.locator(".more")).to_be_hidden()
    add_quiet_dock(console, "Large", tuple(f"z-{number:02}" for number in range(58)))
    await expect(page.get_by_text("50 of 60 loaded")).to_be_visible()
    await page.get_by_role("button", name="Load more").click()
    await expect(page.get_by_role("rowheader")).to_have_count(60)
    await expect(page.locator(".more")).to_be_hidden()


async def test_a_volume_leads_to_its_server_by_name_and_follows_a_new_name(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "With volumes", ("vault & co", "vault-2"))
    fields: dict[str, Any] = {"organization_id": dock.organization_id, "dock_id": dock.id}
    add_rows(
        console,
        BlockVolume(**fields, external_id="v-1", name="disk-known", attached_to="vault & co"),
        BlockVolume(**fields, external_id="v-2", name="disk-unknown", attached_to="4711"),
        BlockVolume(**fields, external_id="v-3", name="disk-free"),
    )
    page = await browsers.open("/o/acme/volumes", signed_in=owner)
    known = page.get_by_role("row", name="disk-known")
    await expect(known.get_by_role("link", name="vault & co")).to_be_visible()
    await expect(page.get_by_role("row", name="disk-unknown").get_by_role("button", name="4711")).to_be_visible()
    dashes = page.get_by_role("row", name="disk-free").locator("td .faint").get_by_text("–", exact=True)
    await expect(dashes).to_have_count(6)  # region, size, server, type, tags, and when such rows were listed
    await known.get_by_role("link", name="vault & co").click()
    await expect(page.get_by_role("rowheader")).to_have_text([re.compile("^vault & co")])
    await page.go_back()
    run_sql(console, "UPDATE server SET name = 'renamed' WHERE dock_id = ? AND name = 'vault & co'", dock.id)
    await expect(known.get_by_role("link", name="renamed")).to_be_visible()
    run_sql(console, "DELETE FROM dock WHERE id = ?", dock.id)
