"""Linking a dock through its form: what is refused is said beside the field, and changes nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, StorageState, expect

from stackdock.models import Dock
from stackdock.simulators import ACCEPTED_TOKEN, RunningSimulator, serve
from stackdock.simulators.hetzner import HetznerSimulator
from tests.browser.conftest import Browsers
from tests.browser.estate import count_rows
from tests.fixtures.console import Console
from tests.fixtures.processes import free_port

MARK = "never-in-a-frame-again"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def simulator() -> AsyncIterator[RunningSimulator]:
    async with serve(HetznerSimulator(size=12, seed=1)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def form(browsers: Browsers, owner: StorageState) -> Page:
    page = await browsers.open("/o/acme/link", signed_in=owner)
    await page.get_by_role("link", name="Hetzner Cloud").click()
    await expect(page.get_by_label("Another address of the API")).to_be_visible()
    return page


async def fill(page: Page, *, name: str, token: str, address: str) -> None:
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("API token").fill(token)
    await page.get_by_label("Another address of the API").fill(address)
    await page.get_by_role("button", name="Check and link").click()


def error_of(page: Page, field: str) -> Locator:
    return page.locator(f"#link-hetzner-{field}-error")


async def test_an_empty_name_is_refused_beside_its_field(form: Page, console: Console) -> None:
    await fill(form, name="", token="whatever", address="")
    await expect(error_of(form, "name")).to_have_text("Give the dock a name.")
    name = form.get_by_label("Name", exact=True)
    await expect(name).to_be_focused()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_label("API token")).to_have_value("whatever")
    assert count_rows(console, Dock) == 0


async def test_a_rejected_token_is_said_in_the_providers_words_and_nothing_is_saved(
    form: Page, simulator: RunningSimulator, console: Console
) -> None:
    frames: list[str] = []
    form.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    await form.reload()
    await fill(form, name="Acme", token=MARK, address=simulator.base_url)
    await expect(error_of(form, "token")).not_to_be_empty()
    await expect(form.get_by_label("Name", exact=True)).to_have_value("Acme")
    await expect(form.get_by_label("API token")).to_have_attribute("type", "password")
    assert frames
    assert not [frame for frame in frames if MARK in frame], "a credential never comes back"
    assert count_rows(console, Dock) == 0


async def test_an_unreachable_host_is_named_as_such(form: Page, console: Console) -> None:
    await fill(form, name="Acme", token=ACCEPTED_TOKEN, address=f"http://127.0.0.1:{free_port()}/v1")
    await expect(form.locator("form > .refusal")).not_to_be_empty(timeout=15_000)
    assert count_rows(console, Dock) == 0


async def test_an_address_that_this_instance_does_not_allow_is_refused(form: Page, console: Console) -> None:
    await fill(form, name="Acme", token=ACCEPTED_TOKEN, address="http://10.0.0.1/v1")
    await expect(error_of(form, "base_url")).to_contain_text("STACKDOCK_ALLOW_HOSTS")
    assert count_rows(console, Dock) == 0


async def test_a_provider_that_answers_html_is_not_taken_for_one(
    form: Page, simulator: RunningSimulator, console: Console
) -> None:
    simulator.simulator.fault = "html"
    try:
        await fill(form, name="Acme", token=ACCEPTED_TOKEN, address=simulator.base_url)
        await expect(form.locator("form > .refusal")).not_to_be_empty(timeout=15_000)
    finally:
        simulator.simulator.fault = None
    assert count_rows(console, Dock) == 0


async def test_a_name_can_only_be_typed_as_long_as_it_may_be(form: Page) -> None:
    name = form.get_by_label("Name", exact=True)
    await name.focus()
    await form.keyboard.insert_text("x" * 5000)
    assert len(await name.input_value()) == 80


@pytest.mark.parametrize("characters", [81, 70_000, 10_000_000])
async def test_what_gets_round_a_fields_length_is_refused_at_that_field_and_never_sent(
    form: Page, console: Console, characters: int
) -> None:
    sent: list[str] = []
    form.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await form.reload()
    name = form.get_by_label("Name", exact=True)
    await form.get_by_label("API token").fill("kept")
    await name.evaluate("(field, size) => { field.removeAttribute('maxlength'); field.value = 'x'.repeat(size); }", characters)
    await form.get_by_role("button", name="Check and link").click()
    await expect(error_of(form, "name")).to_have_text("That is too long. Nothing was sent. At most 80 characters fit.")
    await expect(name).to_be_focused()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_label("API token")).to_have_attribute("aria-invalid", "false")
    await expect(form.get_by_role("form")).to_have_attribute("aria-busy", "false")
    await name.fill("")
    await expect(error_of(form, "name")).to_be_empty()
    await form.get_by_role("button", name="Check and link").click()
    await expect(error_of(form, "name")).to_have_text("Give the dock a name.")
    assert [frame for frame in sent if "link_state.link" in frame], "what fits is sent over the same connection"
    assert not [frame for frame in sent if "xxxx" in frame]
    await expect(form.get_by_label("API token")).to_have_value("kept")
    assert count_rows(console, Dock) == 0


async def test_a_dock_is_linked_once_however_often_the_form_is_sent(
    form: Page, simulator: RunningSimulator, console: Console
) -> None:
    await form.get_by_label("Name", exact=True).fill("Acme")
    await form.get_by_label("API token").fill(ACCEPTED_TOKEN)
    await form.get_by_label("Another address of the API").fill(simulator.base_url)
    await form.get_by_role("button", name="Check and link").dblclick()
    await form.wait_for_url("**/o/acme/docks/*")
    await expect(form.get_by_role("heading", name="Acme", level=1)).to_be_visible()
    await expect(form.get_by_role("group", name="What it lists").get_by_role("row", name="Servers")).to_contain_text("12")
    assert count_rows(console, Dock) == 1


async def test_a_second_dock_of_the_same_name_is_refused(form: Page, simulator: RunningSimulator, console: Console) -> None:
    await fill(form, name="acme", token=ACCEPTED_TOKEN, address=simulator.base_url)
    await expect(form.locator("form > .refusal")).to_contain_text("There is already a dock named")
    await expect(form.get_by_label("Name", exact=True)).to_have_value("acme")
    assert count_rows(console, Dock) == 1
