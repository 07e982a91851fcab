"""Buttons outside forms: without a connection they say so and do nothing later; a line that drops ends their wait in words."""

from playwright.async_api import Locator, Page, StorageState, expect

from stackdock.models import Dock
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, count_where, run_sql
from tests.browser.sockets import Meddler, swallow
from tests.fixtures.console import Console

OFFLINE = "There is no connection at the moment. Nothing was sent."
LOST = "The connection was lost before an answer came."


def connection(page: Page) -> Locator:
    return page.locator(".side .connection").first


def runs(page: Page) -> Locator:
    return page.get_by_role("group", name="Recent syncs").locator("tbody tr")


def asked(console: Console, action: str) -> int:
    return count_where(console, "audit_entry", "action = ?", action)


async def test_a_press_without_a_connection_says_so_and_does_nothing_when_the_line_is_back(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Offline")
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    every = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(connection(page)).to_have_text("Live")
    await expect(connection(every)).to_have_text("Live")
    console.stop()
    for one, name in ((page, "Sync now"), (page, "Pause"), (every, "Sync all"), (every, "Sync now: Offline")):
        await expect(connection(one)).to_have_text("Reconnecting…")
        button = one.get_by_role("button", name=name, exact=True)
        await button.click()
        await expect(one.locator(".toast")).to_contain_text(OFFLINE)
        await expect(button).to_have_attribute("aria-busy", "false")
        await one.locator(".toast").get_by_role("button", name="Dismiss").click()
    console.start()
    await expect(connection(page)).to_have_text("Live", timeout=30_000)
    await expect(connection(every)).to_have_text("Live", timeout=30_000)
    await expect(page.get_by_text("It has not been synced yet.")).to_be_visible()
    await page.get_by_role("button", name="Sync now").click()
    await expect(runs(page)).to_have_count(1, timeout=15_000)
    assert asked(console, "dock.sync_requested") == 1
    assert asked(console, "dock.paused") == 0
    run_sql(console, "DELETE FROM dock")


async def test_a_line_that_drops_ends_the_wait_in_words_and_a_second_press_is_the_only_one_that_counts(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Dropped")
    before = asked(console, "dock.sync_requested")
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.goto(f"/o/acme/docks/{dock.id}")
    await expect(connection(page)).to_have_text("Live")
    meddler.meddle = swallow("docks_state.sync")
    sync = page.get_by_role("button", name="Sync now")
    await sync.click()
    await expect(sync).to_have_attribute("aria-busy", "true")
    await meddler.cut()
    await expect(page.locator(".toast")).to_contain_text(LOST)
    await expect(sync).to_have_attribute("aria-busy", "false")
    meddler.meddle = lambda message: message
    await expect(connection(page)).to_have_text("Live")
    await sync.click()
    await expect(runs(page)).to_have_count(1, timeout=15_000)
    assert asked(console, "dock.sync_requested") == before + 1
    run_sql(console, "DELETE FROM dock")


async def test_a_pause_whose_line_drops_is_taken_back_in_words(browsers: Browsers, owner: StorageState, console: Console) -> None:
    dock: Dock = add_quiet_dock(console, "Halfway")
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.goto(f"/o/acme/docks/{dock.id}")
    await expect(connection(page)).to_have_text("Live")
    meddler.meddle = swallow("settings_state.pause")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused by Ada Lovelace")).to_be_visible()
    await meddler.cut()
    await expect(page.locator(".toast")).to_contain_text(LOST)
    assert asked(console, "dock.paused") == 0
    run_sql(console, "DELETE FROM dock")
