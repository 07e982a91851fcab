"""The frame around the pages: theme, connection, sign-out, keyboard."""

from playwright.async_api import Page, StorageState, expect

from tests.browser.conftest import Browsers
from tests.browser.estate import add_person, add_quiet_dock, run_sql
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import PASSWORD, Console

# Whatever the components that are there hold: the rows they were given, and what they read from the live store.
KEPT_IN_REACT = """() => {
  const seen = new WeakSet();
  const texts = [];
  const walk = (value, depth) => {
    if (typeof value === "string") texts.push(value);
    if (value === null || typeof value !== "object" || seen.has(value) || value instanceof Node || depth > 60) return;
    seen.add(value);
    if (value instanceof Map) [...value].forEach((one) => walk(one, depth + 1));
    else Object.values(value).forEach((one) => walk(one, depth + 1));
  };
  for (const part of document.querySelectorAll("*")) {
    const key = Object.keys(part).find((name) => name.startsWith("__reactFiber$"));
    for (let fiber = key && part[key]; fiber; fiber = fiber.return) {
      if (seen.has(fiber)) break;
      seen.add(fiber);
      for (let hook = fiber.memoizedState; hook && typeof hook === "object"; hook = hook.next) walk(hook.memoizedState, 0);
      walk(fiber.memoizedProps, 0);
    }
  }
  return texts.join();
}"""

DARK, LIGHT = "rgb(14, 17, 22)", "rgb(255, 255, 255)"


async def test_the_theme_is_right_from_the_first_paint(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner, theme="dark")
    await page.add_init_script(
        "addEventListener('DOMContentLoaded', () => (window.__first = getComputedStyle(document.body).backgroundColor))"
    )
    await page.reload()
    assert await page.evaluate("window.__first") == DARK
    await page.get_by_role("button", name="Ada Lovelace").click()
    await page.get_by_role("radio", name="Light").check()
    await expect(page.locator("body")).to_have_css("background-color", LIGHT)
    await page.reload()
    assert await page.evaluate("window.__first") == LIGHT


async def test_every_entry_is_reached_and_opened_by_keyboard(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme", signed_in=owner)
    await expect(page.get_by_role("link", name="Servers").first).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    focused: list[str] = []
    for _ in range(8):
        await page.keyboard.press("Tab")
        focused.append(await page.evaluate("document.activeElement.innerText.split('\\n')[0]"))
        ring = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert ring == "2px", focused
    assert focused[1:7] == ["Home", "Servers", "Volumes", "Databases", "Domains", "Docks"]
    await page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="You")
    await expect(panel).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await page.get_by_role("link", name="Servers").first.click()
    await expect(page.get_by_role("heading", level=1, name="Servers")).to_be_focused()


async def test_the_drawer_of_a_phone_opens_closes_and_leads_on(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner, size="narrow")
    await page.get_by_role("button", name="Menu").click()
    drawer = page.get_by_role("dialog", name="Menu")
    await expect(drawer).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(page.get_by_role("button", name="Menu")).to_be_focused()
    await page.get_by_role("button", name="Menu").click()
    await drawer.get_by_role("link", name="Volumes").click()
    await expect(page).to_have_url("/o/acme/volumes")
    await expect(page.get_by_role("dialog", name="Menu")).to_be_hidden()


async def test_a_restart_is_lived_through_with_no_reload(browsers: Browsers, owner: StorageState, console: Console) -> None:
    add_quiet_dock(console, "Before")
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(page.get_by_role("rowheader", name="Before")).to_be_visible()
    await page.evaluate("window.__sameDocument = true")
    phone = await browsers.open("/o/acme/docks", signed_in=owner, size="narrow")
    line = phone.locator(".connection-line .st")
    await expect(phone.get_by_role("rowheader", name="Before")).to_be_visible()
    await expect(line).to_have_count(0)
    connection = page.locator(".side .connection").last
    await expect(connection).to_have_text("Live")
    console.stop()
    await expect(connection).to_have_text("Reconnecting…")
    await expect(line).to_be_visible()
    add_quiet_dock(console, "While it was down")
    console.start()
    await expect(connection).to_have_text("Live", timeout=30_000)
    await expect(page.get_by_role("rowheader", name="While it was down")).to_be_visible()
    await expect(line).to_have_count(0)
    assert await page.evaluate("window.__sameDocument")


async def test_a_restart_leaves_what_was_typed_loaded_and_scrolled_to(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    add_quiet_dock(console, "Large", tuple(f"server-{number:03}" for number in range(130)))
    form = await browsers.open("/o/acme/link/aws", signed_in=owner)
    await form.locator("main input:visible").first.fill("half typed")
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(50)
    await page.get_by_role("button", name="Load more").click()
    await expect(rows).to_have_count(100)
    await page.locator(".grid").evaluate("(grid) => grid.scrollTo({top: 2400})")
    console.stop()
    await expect(page.locator(".side .connection").last).to_have_text("Reconnecting…")
    add_quiet_dock(console, "Proof that new rows came", ("server-000a",))
    console.start()
    await expect(page.get_by_role("button", name="1 new above")).to_be_visible(timeout=30_000)
    await expect(rows).to_have_count(99)  # of a hundred one waits
    await page.wait_for_function("document.querySelector('.grid').scrollTop >= 2300")
    await page.get_by_role("button", name="1 new above").click()
    await expect(rows).to_have_count(100)
    await expect(page.get_by_role("rowheader", name="server-000a")).to_be_visible()
    await expect(form.locator(".side .connection").last).to_have_text("Live", timeout=30_000)
    await expect(form.locator("main input:visible").first).to_have_value("half typed")


async def test_a_role_that_is_taken_away_leaves_nothing_of_the_organization_behind(
    browsers: Browsers, owner: StorageState, console: Console
) -> None:
    add_quiet_dock(console, "Secret dock", ("secret-server",))
    bob = await browsers.open("/sign-in")
    user_id = add_person(console, "bob@example.com", "Bob Babbage")
    await sign_in(bob, "bob@example.com")
    await bob.goto("/o/acme/servers")
    mine = await browsers.open("/o/acme/docks", signed_in=owner)
    await expect(bob.get_by_role("rowheader", name="secret-server")).to_be_visible()
    await expect(bob.locator("header.top .fresh")).to_contain_text("fresh")
    await bob.get_by_role("link", name="Docks").first.click()
    await expect(bob.get_by_role("rowheader", name="Secret dock")).to_be_visible()
    await bob.evaluate("window.__sameDocument = true")

    run_sql(console, "UPDATE membership SET role = 'guest' WHERE user_id = ?", user_id)
    await expect(bob.get_by_role("heading", name="This page is not open to you")).to_be_visible(timeout=20_000)
    assert await bob.evaluate("window.__sameDocument"), "the page that had the rows is still the one that is looked at"
    await expect(bob.locator(".fresh")).to_have_count(0)
    assert "secret" not in (await bob.content()).lower()
    assert "secret" not in (await bob.evaluate(KEPT_IN_REACT)).lower()
    await expect(bob.get_by_role("navigation", name="Main", exact=True).get_by_role("link")).to_have_count(0)
    await expect(mine.get_by_role("rowheader", name="Secret dock")).to_be_visible()

    await expect(bob.get_by_text("Your role in this organization opens no page.")).to_be_visible()
    await expect(bob.get_by_role("link", name="Go to")).to_have_count(0)
    assert not await accessibility_violations(bob)
    run_sql(console, "UPDATE membership SET role = 'owner' WHERE user_id = ?", user_id)
    await expect(bob.get_by_role("rowheader", name="Secret dock")).to_be_visible(timeout=20_000)
    run_sql(console, "UPDATE membership SET role = 'guest' WHERE user_id = ?", user_id)
    await bob.locator("main").get_by_role("button", name="Sign out").click()
    await bob.wait_for_url("**/sign-in?out=1")


async def test_an_address_of_no_page_stands_in_the_frame(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/no/such/page", signed_in=owner)
    await expect(page.get_by_role("heading", level=1, name="Not found")).to_be_visible()
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await expect(page.get_by_role("button", name="Organization: Acme")).to_be_visible()
    await expect(page.get_by_role("button", name="You: Ada Lovelace").first).to_be_visible()
    await expect(page.locator(".side .connection").first).to_have_text("Live")
    assert not await accessibility_violations(page)
    await page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Volumes").click()
    await expect(page).to_have_url("/o/acme/volumes")


async def test_the_way_back_from_an_address_of_nothing_leads_home(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/nonsense", signed_in=owner)
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await page.get_by_role("link", name="Go to the console").click()
    await expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()
    await page.goto("/o/nobody/servers")
    await page.get_by_role("link", name="Go to your own").click()
    await expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()


async def sign_in(page: Page, email: str) -> None:
    await page.locator("input[name=email]").fill(email)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form button[type=submit]").click()
    await page.wait_for_url("**/o/acme**")


async def test_signing_out_ends_the_other_tab_and_leads_to_sign_in(browsers: Browsers, owner: StorageState) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    other = await page.context.new_page()
    await other.goto("/o/acme/docks")
    await expect(other.locator(".side .connection").last).to_have_text("Live")
    await page.get_by_role("button", name="Ada Lovelace").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in?out=1")
    await other.wait_for_url("**/sign-in?**", timeout=30_000)
