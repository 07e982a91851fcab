"""What is done to a dock shows at the click, is marked until the server has answered, and is taken back with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import Locator, Page, StorageState, expect

from stackdock.models import Dock
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, run_sql, slow_database
from tests.fixtures.console import Console


@pytest.fixture
def dock(console: Console, owner: StorageState) -> Dock:
    run_sql(console, "DELETE FROM dock")
    return add_quiet_dock(console, "Delta")


@contextmanager
def refusing_database(console: Console, when: str) -> Iterator[None]:
    run_sql(console, f"CREATE TRIGGER refuse BEFORE {when} ON dock BEGIN SELECT RAISE(ABORT, 'refused'); END")
    yield
    run_sql(console, "DROP TRIGGER refuse")


def title(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def saving(page: Page) -> Locator:
    return page.get_by_text("Saving…")


def toast(page: Page) -> Locator:
    return page.locator(".toast")


async def rename(page: Page, name: str) -> None:
    form = page.get_by_role("form", name="Rename this dock")
    await form.get_by_label("Name").fill(name)
    await form.get_by_role("button", name="Rename").click()


async def test_a_new_name_shows_before_the_server_has_written_it(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    other = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(title(page)).to_have_text("Delta")
    await expect(other.get_by_role("rowheader", name="Delta")).to_be_visible()
    with slow_database(console):
        await rename(page, "  Echo ")
        await expect(title(page)).to_have_text("Echo")
        await expect(page).to_have_title("Echo · StackDock")
        await expect(saving(page)).to_be_visible()
        await page.get_by_role("link", name="Docks").first.click()
        row = page.locator("tbody tr", has=page.get_by_role("rowheader", name="Echo"))
        await expect(row).to_have_attribute("aria-busy", "true")
        assert await other.get_by_role("rowheader", name="Delta").is_visible(), "the server has not written it yet"
    await expect(row).to_have_attribute("aria-busy", "false")
    await expect(other.get_by_role("rowheader", name="Echo")).to_be_visible()
    await expect(toast(page)).to_have_count(0)


async def test_a_refused_name_goes_from_the_screen_and_the_reason_is_said(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    add_quiet_dock(console, "Castle")
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    await expect(title(page)).to_have_text("Delta")
    with slow_database(console):
        await rename(page, "Castle")
        await expect(title(page)).to_have_text("Castle")
    await expect(title(page)).to_have_text("Delta")
    await expect(saving(page)).to_have_count(0)
    await expect(toast(page)).to_contain_text("There is already a dock named “Castle”")
    form = page.get_by_role("form", name="Rename this dock")
    await expect(form.get_by_text("There is already a dock named “Castle”")).to_be_visible()


async def test_interval_pause_and_resume_show_before_the_server_has_written_them(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    form = page.get_by_role("form", name="Change how often this dock is synced")
    with slow_database(console):
        await form.get_by_label("Sync").select_option("Every 15 minutes")
        await form.get_by_role("button", name="Change").click()
        await expect(page.get_by_text("every 15 minutes", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_text("Paused by Ada Lovelace")).to_be_visible()
        await expect(page.locator("header .beside > .st")).to_have_text("Paused")
        await expect(saving(page)).to_be_visible()
    await expect(saving(page)).to_have_count(0)
    await expect(page.get_by_text("every 15 minutes", exact=True)).to_be_visible()
    await expect(page.locator("header .beside > .st")).to_have_text("Paused")
    with refusing_database(console, "UPDATE OF paused_at"):
        with slow_database(console):
            await page.get_by_role("button", name="Resume").click()
            await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        await expect(page.get_by_role("button", name="Resume")).to_be_visible()
        await expect(toast(page)).to_contain_text("Something went wrong here. Nothing was lost")


async def remove(page: Page, dock: Dock) -> None:
    await page.goto(f"/o/acme/docks/{dock.id}")
    await page.get_by_role("button", name="Remove this dock").click()
    dialog = page.get_by_role("alertdialog", name="Remove “Delta”?")
    await expect(dialog.get_by_role("listitem").first).to_be_visible()
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(page).to_have_url("/o/acme/docks")


async def test_a_removed_dock_goes_at_once_and_comes_back_when_that_is_refused(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    add_quiet_dock(console, "Castle")
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    other = await browsers.open("/o/acme/docks", signed_in=owner)
    delta = page.get_by_role("rowheader", name="Delta")
    await expect(other.get_by_role("rowheader", name="Delta")).to_be_visible()
    with refusing_database(console, "DELETE"):
        with slow_database(console):
            await remove(page, dock)
            await expect(page.get_by_role("rowheader", name="Castle")).to_be_visible()
            await expect(delta).to_have_count(0)
            assert await other.get_by_role("rowheader", name="Delta").is_visible()
        await expect(delta).to_be_visible()
        await expect(toast(page)).to_contain_text("Something went wrong here. Nothing was lost")
    await remove(page, dock)
    await expect(other.get_by_role("rowheader", name="Delta")).to_have_count(0)
    await expect(delta).to_have_count(0)
