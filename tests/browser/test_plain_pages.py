"""Set-up and sign-in in a real browser: by keyboard alone, without scripts, in both themes and sizes, for everybody."""

import pytest
from playwright.async_api import Page, StorageState, expect

from tests.browser.conftest import PASSWORD, Browsers
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import Console

EMAIL = "ada@example.com"


# Hidden, because drawing ten million characters in a line keeps a browser busy for half a minute.
TOO_LONG = "(field) => { field.type = 'hidden'; field.value = 'x'.repeat(10_000_000); field.form.noValidate = true; }"


async def test_ten_megabytes_in_the_set_up_form_are_answered_with_a_page_that_leads_back(
    browsers: Browsers, console: Console
) -> None:
    page = await browsers.open(console.setup_link)
    await page.locator("#name").evaluate(TOO_LONG)
    await page.get_by_role("button").click()
    await expect(page.get_by_text("What you sent is too long. Nothing was changed.")).to_be_visible()
    await page.get_by_role("link", name="Back to the form").click()
    await expect(page.get_by_label("Organization")).to_be_focused()


async def test_ten_megabytes_in_the_sign_in_form_are_answered_with_a_page_that_leads_back(
    browsers: Browsers, owner: StorageState
) -> None:
    page = await browsers.open("/sign-in")
    await page.locator("#email").evaluate(TOO_LONG)
    await page.get_by_role("button").click()
    await expect(page.get_by_text("What you sent is too long. Nothing was changed.")).to_be_visible()
    await page.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_label("Email")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_no_plain_page_stops_anybody(browsers: Browsers, owner: StorageState, theme: str, size: str) -> None:
    page = await browsers.open("/sign-in?ended=1", theme=theme, size=size)  # type: ignore[arg-type]
    assert not await accessibility_violations(page)
    await page.fill("#email", EMAIL)
    await page.fill("#password", "wrong password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("The email or the password is not right.")
    assert not await accessibility_violations(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.goto("/setup?token=used")
    await expect(page.get_by_role("heading")).to_have_text("Claimed already")
    assert not await accessibility_violations(page)


async def test_signing_in_needs_no_script_and_no_mouse(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/", java_script_enabled=False)
    await expect(page).to_have_url("/sign-in?next=%2Fo%2Facme%2F")
    await page.keyboard.type(EMAIL)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url("/o/acme/")


async def test_the_theme_of_the_console_holds_on_the_plain_pages(page: Page) -> None:
    async def background() -> str:
        return await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    await page.goto("/sign-in")
    assert await background() == "rgb(247, 248, 250)"
    for chosen, shown in (("dark", "rgb(10, 13, 17)"), ("light", "rgb(247, 248, 250)"), ("system", "rgb(247, 248, 250)")):
        await page.evaluate("chosen => localStorage.setItem('theme', chosen)", chosen)
        await page.reload()
        assert await background() == shown
    await page.emulate_media(color_scheme="dark")
    assert await background() == "rgb(10, 13, 17)"


async def test_a_session_ended_elsewhere_leads_to_sign_in(browsers: Browsers, owner: StorageState, console: Console) -> None:
    page = await browsers.open("/sign-in")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url("/o/acme/")
    other = await page.context.new_page()
    answer = await other.request.post("/sign-out", headers={"Origin": console.address})
    assert answer.ok
    await page.wait_for_url("**/sign-in?ended=1&next=**")
    await expect(page.get_by_role("status")).to_have_text("Your session ended. Sign in again.")
