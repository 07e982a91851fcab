"""What is sent and not answered, answered late, or refused before it arrives: the form says so and keeps what was typed."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, StorageState, expect
from starlette.requests import Request
from starlette.responses import Response

from stackdock.models import Dock
from stackdock.simulators import ACCEPTED_TOKEN, RunningSimulator, serve
from stackdock.simulators.hetzner import HetznerSimulator
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, count_rows, make_server
from tests.browser.sockets import Meddler, spoil, swallow
from tests.fixtures.console import Console


class Slow(HetznerSimulator):
    """Answers nothing until it may."""

    def __init__(self) -> None:
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        super().__init__(size=3, seed=1)

    async def _answer(self, request: Request) -> Response:
        self.is_asked.set()
        await self.may_answer.wait()
        return await super()._answer(request)


@pytest_asyncio.fixture(loop_scope="session")
async def slow() -> AsyncIterator[RunningSimulator]:
    async with serve(Slow()) as running:
        yield running
        running.simulator.may_answer.set()  # type: ignore[attr-defined]


async def send(page: Page, *, name: str, token: str = ACCEPTED_TOKEN, address: str) -> None:
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("API token").fill(token)
    await page.get_by_label("Another address of the API").fill(address)
    await page.get_by_role("button", name="Check and link").click()


async def asked(running: RunningSimulator) -> Slow:
    assert isinstance(running.simulator, Slow)
    async with asyncio.timeout(10):
        await running.simulator.is_asked.wait()
    return running.simulator


async def test_what_the_guard_refuses_is_said_beside_the_form_until_another_form_of_the_page_succeeds(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Guarded")
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.goto(f"/o/acme/docks/{dock.id}")
    rename = page.get_by_role("form", name="Rename this dock")
    await rename.get_by_label("Name").fill("Another name")
    meddler.meddle = spoil("name_state.rename")
    await rename.get_by_role("button", name="Rename").click()
    refusal = rename.get_by_text("That request was not understood. Nothing was changed.")
    await expect(refusal).to_be_visible()
    await expect(rename).to_have_attribute("aria-busy", "false")
    await expect(rename.get_by_label("Name")).to_have_value("Another name")
    await expect(page.locator(".toast")).to_have_count(0)
    interval = page.get_by_role("form", name="Change how often this dock is synced")
    await interval.get_by_label("Sync").select_option(index=0)
    await interval.get_by_role("button", name="Change").click()
    await expect(refusal).to_have_count(0)
    meddler.meddle = lambda message: message
    await rename.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", name="Another name", level=1)).to_be_visible()


async def test_a_notice_that_was_shown_is_not_shown_again_by_a_reload_or_a_new_connection(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Once said", ("once-1",))
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.goto(f"/o/acme/docks/{dock.id}")
    meddler.meddle = spoil("docks_state.sync")
    await page.get_by_role("button", name="Sync now").click()
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("That request was not understood.")
    for _ in range(2):
        await page.reload()
        await expect(page.get_by_role("group", name="What it lists").get_by_role("row", name="Servers")).to_be_visible()
        await expect(toast).to_have_count(0)
    await meddler.cut()
    add_rows(console, make_server(dock, "once-2"))
    await page.get_by_role("link", name="Servers").first.click()
    await expect(page.get_by_role("rowheader", name="once-2")).to_be_visible()
    await expect(toast).to_have_count(0)
    await page.goto(f"/o/acme/docks/{dock.id}")
    await page.get_by_role("button", name="Sync now").click()
    await expect(toast).to_contain_text("That request was not understood.")


async def test_a_dropped_socket_ends_the_wait_in_words_and_the_form_can_be_sent_again(
    browsers: Browsers, owner: StorageState, console: Console, slow: RunningSimulator
) -> None:
    docks = count_rows(console, Dock)
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.goto("/o/acme/link/hetzner")
    meddler.meddle = swallow("link_state.link")
    await send(page, name="Dropped", address=slow.base_url)
    form = page.get_by_role("form", name="Link Hetzner Cloud")
    await expect(form).to_have_attribute("aria-busy", "true")
    await meddler.cut()
    await expect(form.get_by_role("alert").filter(has_text="The connection was lost before an answer came.")).to_be_visible()
    await expect(form).to_have_attribute("aria-busy", "false")
    await expect(page.get_by_label("API token")).to_have_value(ACCEPTED_TOKEN)
    assert count_rows(console, Dock) == docks
    meddler.meddle = lambda message: message
    await page.get_by_role("button", name="Check and link").click()
    (await asked(slow)).may_answer.set()
    await expect(page.get_by_role("heading", name="Dropped", level=1)).to_be_visible()
    assert count_rows(console, Dock) == docks + 1


async def test_after_twenty_seconds_without_an_answer_the_form_says_so_and_keeps_what_was_typed(
    browsers: Browsers, owner: StorageState, slow: RunningSimulator
) -> None:
    meddler = Meddler()
    page = await browsers.open("/o/acme", signed_in=owner)
    await meddler.sit_between(page)
    await page.clock.install()
    await page.goto("/o/acme/link/hetzner")
    meddler.meddle = swallow("link_state.link")
    await send(page, name="Unanswered", address=slow.base_url)
    form = page.get_by_role("form", name="Link Hetzner Cloud")
    await expect(form).to_have_attribute("aria-busy", "true")
    await page.clock.fast_forward(15_000)
    await expect(form).to_have_attribute("aria-busy", "true")
    await page.clock.fast_forward(6_000)
    await expect(form.get_by_text("No answer came within 20 seconds.")).to_be_visible()
    await expect(form).to_have_attribute("aria-busy", "false")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Unanswered")


async def test_a_late_refusal_is_a_notice_and_lands_on_no_other_providers_form(
    browsers: Browsers, owner: StorageState, slow: RunningSimulator
) -> None:
    page = await browsers.open("/o/acme/link/hetzner", signed_in=owner)
    await send(page, name="Too slow", token="wrong", address=slow.base_url)
    provider = await asked(slow)
    await page.get_by_role("link", name="Choose another provider").click()
    await page.get_by_role("link", name="DigitalOcean").click()
    other = page.get_by_role("form", name="Link DigitalOcean")
    await expect(other).to_be_visible()
    await expect(page.get_by_label("Another address of the API")).to_be_visible()
    provider.may_answer.set()
    await expect(page.locator(".toast")).to_contain_text("“Too slow” was not linked.")
    await expect(other.locator("[aria-invalid=true]")).to_have_count(0)
    await expect(other.locator(".error:not(:empty)")).to_have_count(0)
    await expect(page).to_have_url("/o/acme/link/digitalocean")


async def test_who_has_left_the_form_is_told_of_the_new_dock_and_not_taken_to_it(
    browsers: Browsers, owner: StorageState, console: Console, slow: RunningSimulator
) -> None:
    page = await browsers.open("/o/acme/link/hetzner", signed_in=owner)
    await send(page, name="Left behind", address=slow.base_url)
    provider = await asked(slow)
    await page.get_by_role("link", name="Choose another provider").click()
    await page.get_by_role("link", name="Hetzner Cloud").click()
    await expect(page.get_by_label("Another address of the API")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("The next one")
    provider.may_answer.set()
    await expect(page.locator(".toast")).to_contain_text("“Left behind” was linked.")
    await expect(page).to_have_url("/o/acme/link/hetzner")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("The next one")
    await expect(page.get_by_role("form")).to_have_attribute("aria-busy", "false")


async def test_a_restart_while_the_form_waits_is_said_and_loses_nothing_that_was_typed(
    browsers: Browsers, owner: StorageState, console: Console, slow: RunningSimulator
) -> None:
    docks = count_rows(console, Dock)
    page = await browsers.open("/o/acme/link/hetzner", signed_in=owner)
    await send(page, name="Restarted", address=slow.base_url)
    form = page.get_by_role("form", name="Link Hetzner Cloud")
    await asked(slow)
    console.stop()
    await expect(form.get_by_text("The connection was lost before an answer came.")).to_be_visible()
    await expect(form).to_have_attribute("aria-busy", "false")
    await page.get_by_role("button", name="Check and link").click()
    await expect(form.get_by_text("There is no connection at the moment. Nothing was sent.")).to_be_visible()
    console.start()
    await expect(page.locator(".side .connection").last).to_have_text("Live", timeout=30_000)
    await expect(page.get_by_label("API token")).to_have_value(ACCEPTED_TOKEN)
    await expect(page.get_by_label("Another address of the API")).to_have_value(slow.base_url)
    (await asked(slow)).may_answer.set()
    assert count_rows(console, Dock) == docks
    await page.get_by_role("button", name="Check and link").click()
    await expect(page.get_by_role("heading", name="Restarted", level=1)).to_be_visible()


async def test_a_dialog_lives_through_a_restart_and_says_anew_what_will_go(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    dock = add_quiet_dock(console, "Doomed", ("doomed-1", "doomed-2"))
    page = await browsers.open(f"/o/acme/docks/{dock.id}", signed_in=owner)
    await page.get_by_role("button", name="Remove this dock").click()
    dialog = page.get_by_role("alertdialog", name="Remove “Doomed”?")
    first = dialog.get_by_role("listitem").first
    await expect(first).to_have_text("2 servers")
    console.stop()
    await expect(page.locator(".side .connection").last).to_have_text("Reconnecting…")
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(dialog.get_by_text("There is no connection at the moment. Nothing was sent.")).to_be_visible()
    add_rows(console, make_server(dock, "doomed-3"))
    console.start()
    await expect(first).to_have_text("3 servers", timeout=30_000)
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(page).to_have_url("/o/acme/docks")
