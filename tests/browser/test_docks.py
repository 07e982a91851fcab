"""What is done to docks: sync, rename, interval, pause, credentials, held deletions, remove."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.async_api import StorageState, expect

from stackdock.columns import utc_now
from stackdock.models import AuditEntry, Dock, DockStatus, KindOutcome, SyncRun, SyncRunKind
from stackdock.resources import Server
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, count_rows, run_sql
from tests.fixtures.console import Console

REJECTED = {"status": DockStatus.ERROR, "error_code": "CredentialsRejected", "error_message": "unable to authenticate"}


async def test_a_dock_whose_first_sync_failed_promises_nothing(browsers: Browsers, owner: StorageState, console: Console) -> None:
    never = {"last_complete_at": None, "consecutive_failures": 1, "next_sync_at": utc_now() + timedelta(hours=5, minutes=1)}
    dock = add_quiet_dock(console, "Barred", **REJECTED, **never)
    run_sql(console, "DELETE FROM dock_kind WHERE dock_id = ?", dock.id)
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.locator("header .fresh")).to_contain_text("The dock is not fresh")
    await expect(page.locator("main .note")).to_contain_text("It holds no resources yet. Next try in 5 h")
    await expect(page.get_by_text("First sync is on its way")).to_have_count(0)
    await page.get_by_role("link", name="Replace token").click()
    await expect(page.get_by_text("Nothing yet: no sync has been able to list anything.")).to_be_visible()
    await expect(page.get_by_text("It has not been synced yet.")).to_be_visible()
    run_sql(console, "DELETE FROM dock")


async def test_nobody_is_said_to_be_needless_before_the_first_sync(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    waiting = add_quiet_dock(console, "Fresh start", status=DockStatus.PENDING, last_complete_at=None)
    page = await browsers.open("/o/acme", signed_in=owner)
    await expect(page.get_by_text("The first sync of Fresh start is on its way.")).to_be_visible()
    await expect(page.get_by_text("Nobody is needed")).to_have_count(0)
    run_sql(console, "DELETE FROM dock WHERE id = ?", waiting.id)
    add_quiet_dock(console, "Settled")
    await expect(page.get_by_text("Nobody is needed: every dock can be read and nothing is held back.")).to_be_visible()
    run_sql(console, "DELETE FROM dock")


async def test_a_rejected_token_is_shown_with_what_it_means_and_the_button_that_mends_it(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Castle", ("castle-1", "castle-2"), paused_at=utc_now(), **REJECTED)
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.get_by_text("Castle: the provider rejected its token")).to_be_visible()
    await expect(page.get_by_role("row", name="Castle").locator(".st")).to_have_text("Token rejected")
    await expect(page.get_by_text("Its 2 resources are kept and marked stale; nothing was removed.")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Main", exact=True)).to_contain_text("1 needs you")
    await expect(page.locator("header .fresh")).to_contain_text("The dock is not fresh")
    await page.goto("/o/acme")
    await expect(page.get_by_text("Castle: the provider rejects its token")).to_be_visible()
    await page.get_by_role("link", name="Replace token").click()
    await expect(page).to_have_url(f"/o/acme/docks/{dock.id}")
    await expect(page.locator("main .note")).to_contain_text("Castle: the provider rejected its token")
    await expect(page.locator(".btn.primary")).to_have_text(["Replace token"])
    await expect(page.get_by_role("row", name="Servers").locator(".st")).to_have_text("Stale")
    await page.get_by_role("button", name="Replace token").click()
    form = page.get_by_role("form", name="Replace the credentials of this dock")
    await expect(form.locator("input:focus")).to_have_count(1)
    await page.goto("/o/acme/servers")
    await expect(page.get_by_role("row", name="castle-1").get_by_text("Stale ·")).to_be_visible()
    await page.goto("/o/acme/databases")
    await expect(page.get_by_text("Castle could not be synced.")).to_be_visible()
    await expect(page.get_by_role("heading", name="No databases, as far as could be read")).to_be_visible()
    await expect(page.get_by_role("link", name="Replace token")).to_be_visible()


async def test_a_dock_is_renamed_and_every_browser_sees_it(browsers: Browsers, owner: StorageState, console: Console) -> None:
    dock = add_quiet_dock(console, "Delta", ("delta-1",))
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    other = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page).to_have_title("Delta · StackDock")
    form = page.get_by_role("form", name="Rename this dock")
    await form.get_by_label("Name").fill("Castle")
    await form.get_by_role("button", name="Rename").click()
    await expect(form.get_by_text("There is already a dock named “Castle”")).to_be_visible()
    await form.get_by_label("Name").fill("  ")
    await form.get_by_role("button", name="Rename").click()
    await expect(form.get_by_text("Give the dock a name.")).to_be_visible()
    await form.get_by_label("Name").fill("Delta DO")
    await form.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Delta DO")
    await expect(page).to_have_title("Delta DO · StackDock")
    run_sql(console, "UPDATE dock SET name = 'Delta two' WHERE id = ?", dock.id)
    await expect(page).to_have_title("Delta two · StackDock")
    await page.get_by_role("link", name="Servers").first.click()
    await expect(page).to_have_title("Servers · StackDock")
    await page.go_back()
    run_sql(console, "UPDATE dock SET name = 'Delta DO' WHERE id = ?", dock.id)
    await expect(page).to_have_title("Delta DO · StackDock")
    await expect(other.get_by_role("rowheader", name="Delta DO")).to_be_visible()
    await expect(form.locator(".error")).to_have_text(["", "", ""])


async def test_interval_and_pause_are_changed_in_place(browsers: Browsers, owner: StorageState, console: Console) -> None:
    dock = add_quiet_dock(console, "Echo")
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    form = page.get_by_role("form", name="Change how often this dock is synced")
    await form.get_by_label("Sync").select_option("Every 15 minutes")
    await form.get_by_role("button", name="Change").click()
    await expect(page.get_by_text("every 15 minutes", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused by Ada Lovelace")).to_be_visible()
    await expect(page.locator("header .beside > .st")).to_have_text("Paused")
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()


async def test_held_deletions_are_accepted_after_saying_what_goes(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Fjord", tuple(f"fjord-{number}" for number in range(12)))
    run_sql(console, "UPDATE dock_kind SET held_count = 11, held_at = last_complete_at WHERE dock_id = ?", dock.id)
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.get_by_role("row", name="Fjord").locator(".st")).to_have_text("Held: 11 missing")
    await expect(page.locator("header .fresh")).to_contain_text("Held: 11 missing")
    await expect(page.locator(".note").get_by_role("link", name="Decide")).to_be_visible()
    await page.goto("/o/acme")
    await expect(page.get_by_text("11 servers are missing at Fjord: deletions held")).to_be_visible()
    await page.get_by_role("link", name="Decide").click()
    await expect(page.get_by_text("11 servers vanished at once: deletions held.")).to_be_visible()
    before = count_rows(console, AuditEntry)
    await page.get_by_role("button", name="Accept deletions").click()
    dialog = page.get_by_role("alertdialog", name="Remove 11 servers?")
    await dialog.get_by_role("button", name="Accept deletions").dblclick()
    await expect(page.get_by_text("deletions held.")).to_have_count(0)
    await expect(dialog).to_be_hidden()
    assert count_rows(console, AuditEntry) > before


async def test_a_dock_is_removed_after_saying_what_goes_by_name_and_number(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Gone soon", ("gone-1", "gone-2"))
    docks, servers = count_rows(console, Dock), count_rows(console, Server)
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    other = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(other.get_by_role("rowheader", name="Gone soon")).to_be_visible()
    await page.get_by_role("button", name="Remove this dock").click()
    dialog = page.get_by_role("alertdialog", name="Remove “Gone soon”?")
    await expect(dialog.get_by_role("listitem").first).to_have_text("2 servers")
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(page).to_have_url("/o/acme/docks")
    await expect(page.get_by_role("rowheader", name="Gone soon")).to_have_count(0)
    await expect(other.get_by_role("rowheader", name="Gone soon")).to_have_count(0)
    assert (count_rows(console, Dock), count_rows(console, Server)) == (docks - 1, servers - 2)


async def test_an_address_of_another_organizations_dock_shows_nothing(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/docks/01ARZ3NDEKTSV4RRFFQ69G5FAV", signed_in=owner)
    await expect(page.get_by_role("heading", name="There is no such dock")).to_be_visible()
    await page.goto("/o/someone-else/docks")
    await expect(page.get_by_role("heading", name="There is no such organization")).to_be_visible()


async def test_a_sync_is_asked_for_and_counts_down_by_itself(browsers: Browsers, owner: StorageState, console: Console) -> None:
    add_quiet_dock(console, "Later", next_sync_at=utc_now() + timedelta(minutes=5))
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    row = page.get_by_role("row", name="Later")
    await expect(row).to_contain_text("in 4 min")
    await row.get_by_role("button", name="Sync now: Later").click()
    # Its credentials are not real: the sync begins at once, cannot open them, and says so.
    await expect(row.locator(".st")).to_have_text("Token rejected")


async def test_pausing_and_resuming_keep_the_focus_and_name_the_person(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Focused")
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    await page.get_by_role("button", name="Pause", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Paused by Ada Lovelace.")).to_be_visible()
    await expect(page.get_by_role("button", name="Resume", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    await page.goto("/o/acme")
    line = page.locator(".feed li").filter(has_text="resumed Focused")
    await expect(line.locator("b").first).to_have_text("Ada Lovelace")
    run_sql(console, "DELETE FROM dock WHERE id = ?", dock.id)


async def test_home_names_the_one_thing_that_changed_and_counts_several(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Talkative")
    of_dock: dict[str, Any] = {"organization_id": dock.organization_id, "dock_id": dock.id}
    run = SyncRun(**of_dock)
    done: dict[str, Any] = {**of_dock, "run_id": run.id, "outcome": KindOutcome.SUCCESS}
    add_rows(console, run)
    add_rows(
        console,
        SyncRunKind(**done, kind="server", added=1, changed=3, names={"added": "web-9"}),
        SyncRunKind(**done, kind="domain", removed=1),  # of a run before names were kept
    )
    page = await browsers.open("/o/acme", signed_in=owner)
    lines = page.locator(".feed li").filter(has_text="Talkative")
    await expect(lines.filter(has_text="servers").locator(".part")).to_have_text(["web-9 new", "3 changed"])
    await expect(lines.filter(has_text="domains").locator(".part")).to_have_text(["1 gone"])
    run_sql(console, "DELETE FROM dock WHERE id = ?", dock.id)


@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_a_button_beside_a_field_is_as_tall_as_the_field_and_level_with_it(
    browsers: Browsers, owner: StorageState, console: Console, size: Literal["wide", "narrow"]
) -> None:
    dock = add_quiet_dock(console, f"Level {size}")
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner, size=size)
    lines = page.locator(".form .row")
    await expect(lines).to_have_count(2)
    for line in await lines.all():
        field, button = await line.locator(".input").bounding_box(), await line.get_by_role("button").bounding_box()
        assert field
        assert button
        assert (button["y"], button["height"]) == (field["y"], field["height"])


async def test_a_phone_asks_for_a_sync_in_the_list_and_no_row_grows_or_moves_while_it_runs(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    run_sql(console, "DELETE FROM dock")
    dock = add_quiet_dock(console, "A dock with a name too long for the width of a phone", resource_count=12)
    add_quiet_dock(console, "Below")
    page = await browsers.open("/o/acme/docks", signed_in=owner, size="narrow", has_touch=True)
    below = page.locator("tbody tr", has=page.get_by_role("rowheader", name="Below"))
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=dock.name))
    button = row.get_by_role("button", name="Sync now")
    await expect(button).to_be_visible()
    box, place = await button.bounding_box(), await below.bounding_box()
    assert box
    assert box["width"] >= 44
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= 390
    progress = "Listing servers, page 117 of a great many, and then volumes, databases, domains and whatever else it has"
    for status, words in ((DockStatus.SYNCING, progress), (DockStatus.SUCCESS, None), (DockStatus.SYNCING, "")):
        run_sql(console, "UPDATE dock SET status = ?, progress = ? WHERE id = ?", status.value, words, dock.id)
        await expect(row.locator("td.end")).to_contain_text("Syncing" if status == DockStatus.SYNCING else "Fresh")
        if words:
            await expect(row.locator(".under")).to_contain_text(words)
        assert await below.bounding_box() == place
        assert await button.bounding_box() == box
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.locator(".scroll").evaluate("(table) => table.scrollWidth <= table.clientWidth")
    run_sql(console, "UPDATE dock SET status = 'success', progress = NULL")
    await expect(row.locator("td.end")).to_contain_text("Fresh")
    await button.click()
    await expect(row.locator(".st")).to_have_text("Token rejected")
