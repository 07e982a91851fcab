"""Every table and the list of docks are true in the browser, whoever writes, and their times go on by themselves."""

from datetime import timedelta

import pytest
from playwright.async_api import StorageState, WebSocketRoute, expect

from stackdock.columns import new_id, utc_now
from stackdock.models import Dock, DockStatus
from stackdock.resources import TABLES
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, run_sql
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import Console

PLACES = {"server": "servers", "block_volume": "volumes", "database": "databases", "domain": "domains"}
HOUR_LATER = "() => { const now = Date.now; Date.now = () => now() + 3600e3; }"
ROWS = '"~"'  # whom the messages of the live views are for
INSERT = (
    "INSERT INTO {table} (id, organization_id, dock_id, external_id, name, status, status_word, region, provider_tags, facts, "
    "first_seen_at, changed_at) VALUES (?, ?, ?, 'x-1', 'raw.example', 'active', 'as told', 'fsn1', '[]', '{{}}', ?, ?)"
)


@pytest.fixture(scope="module")
def dock(console: Console, owner: StorageState) -> Dock:
    return add_quiet_dock(console, "Quiet", ("web-1",))


@pytest.mark.parametrize("kind", TABLES)
async def test_a_row_comes_changes_and_goes_by_plain_sql_with_no_reload(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock, kind: str
) -> None:
    table, now = TABLES[kind].__tablename__, utc_now().strftime("%Y-%m-%d %H:%M:%S.%f")
    page = await browsers.open(f"/o/acme/{PLACES[kind]}", signed_in=owner)
    await expect(page.locator(".side .connection").first).to_have_text("Live")
    await page.evaluate("window.__sameDocument = true")
    run_sql(console, INSERT.format(table=table), new_id(), dock.organization_id, dock.id, now, now)
    row = page.get_by_role("row", name="raw.example")
    await expect(row.locator(".st")).to_have_class("st active")
    run_sql(console, f"UPDATE {table} SET status = 'degraded', status_word = 'half up' WHERE name = 'raw.example'")
    await expect(row.locator(".st")).to_have_class("st degraded")
    await expect(row).to_contain_text("Half up")
    run_sql(console, f"UPDATE {table} SET removed_at = ? WHERE name = 'raw.example'", now)
    await expect(row).to_have_count(0)
    run_sql(console, f"DELETE FROM {table} WHERE name = 'raw.example'")
    assert await page.evaluate("window.__sameDocument")


async def test_a_dock_comes_changes_and_goes_by_plain_sql_and_says_how_often_it_failed(
    browsers: Browsers, owner: StorageState, console: Console, dock: Dock
) -> None:
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.get_by_role("rowheader", name="Quiet")).to_be_visible()
    await page.evaluate("window.__sameDocument = true")
    other = add_quiet_dock(console, "Newcomer")
    row = page.get_by_role("row", name="Newcomer")
    await expect(row.locator(".st")).to_have_text("Fresh")
    soon = (utc_now() + timedelta(minutes=20, seconds=30)).strftime("%Y-%m-%d %H:%M:%S.%f")
    run_sql(
        console,
        "UPDATE dock SET status = ?, error_code = 'ProviderUnavailable', error_message = 'no answer', consecutive_failures = 3, "
        "next_sync_at = ? WHERE id = ?",
        DockStatus.ERROR.value,
        soon,
        other.id,
    )
    await expect(row).to_contain_text("in 20 min after 3 failed")
    await expect(row.locator(".st.failed")).to_have_count(1)
    run_sql(console, "UPDATE dock SET status = 'syncing', progress = 'Servers · page 3' WHERE id = ?", other.id)
    await expect(row.locator(".st")).to_contain_text("Syncing")
    await expect(row).to_contain_text("Servers · page 3")
    run_sql(console, "DELETE FROM dock WHERE id = ?", other.id)
    await expect(row).to_have_count(0)
    assert await page.evaluate("window.__sameDocument")


async def test_times_go_on_by_themselves(browsers: Browsers, owner: StorageState, console: Console, dock: Dock) -> None:
    last = add_quiet_dock(console, "Ticking", next_sync_at=utc_now() + timedelta(hours=3, minutes=30))
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    row = page.get_by_role("row", name="Ticking")
    await expect(row).to_contain_text("in 3 h")
    await page.evaluate(HOUR_LATER)
    await expect(row).to_contain_text("in 2 h")
    await expect(row).to_contain_text("1 h ago")
    run_sql(console, "DELETE FROM dock WHERE id = ?", last.id)


async def test_until_the_rows_come_their_places_are_shown(browsers: Browsers, owner: StorageState, dock: Dock) -> None:
    def hold_the_rows_back(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if ROWS in str(message) else socket.send(message))

    page = await browsers.open("/o/acme", signed_in=owner)
    await page.route_web_socket("**/_event/**", hold_the_rows_back)
    for place in PLACES.values():
        await page.goto(f"/o/acme/{place}")
        await expect(page.locator("tbody.skeleton tr").first).to_be_visible()
        await expect(page.get_by_role("heading", name="No dock is linked yet")).to_have_count(0)
    assert not await accessibility_violations(page)
    assert not await page.get_by_role("rowheader").all_inner_texts()


async def test_until_the_server_speaks_a_page_says_that_it_is_connecting(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner)
    await page.route_web_socket("**/_event/**", lambda _silent: None)
    await page.goto("/o/acme/servers")
    await expect(page.locator(".skeleton.bars i").first).to_be_visible()
    await expect(page.locator(".connection").first).to_have_text("Connecting…")
    assert not await accessibility_violations(page)
