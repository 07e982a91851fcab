"""Every page, in both themes and sizes: no accessibility violation, nothing wider than the screen, a clean console."""

import pytest
from playwright.async_api import Page, StorageState, expect

from stackdock.columns import utc_now
from stackdock.models import DockStatus
from stackdock.ui import shell
from stackdock.ui.states.visits import PAGES
from tests.browser.conftest import Browsers
from tests.browser.estate import add_quiet_dock, add_rows, make_server
from tests.fixtures.axe import accessibility_violations
from tests.fixtures.console import Console

STATUSES = ("active", "pending", "idle", "stopped", "degraded", "failed", "closed", "unknown")


@pytest.fixture(scope="module")
def dock_id(console: Console, owner: StorageState) -> str:
    """An estate that shows every status, a healthy dock and one whose token is refused."""
    dock = add_quiet_dock(console, "Acme · production", ("web-1",))
    add_rows(console, *[make_server(dock, f"server-{status}", status=status, status_word=None) for status in STATUSES])
    refused = {"status": DockStatus.ERROR, "error_code": "CredentialsRejected", "error_message": "unable to authenticate"}
    add_quiet_dock(console, "Castle", paused_at=utc_now(), paused_by="ana@example.com", **refused)
    return dock.id


def addresses(dock_id: str) -> list[str]:
    """Every declared page, so that one added later is looked at too."""
    shell.find_pages()
    parts = {"[slug]": "acme", "[dock]": dock_id, "[provider]": "aws"}
    found = []
    for route in PAGES:
        for name, value in parts.items():
            route = route.replace(name, value)
        assert "[" not in route, f"say here what stands for the variable part of {route}"
        found.append(route)
    return [*found, "/o/acme/servers?q=nothing", "/o/nobody/servers", "/o/acme/no/such/page"]


async def settled(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1)).to_be_attached()
    if await page.locator(".connection").count():
        await expect(page.locator(".side .connection").first).to_have_text("Live")
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_stops_anybody(browsers: Browsers, owner: StorageState, dock_id: str, theme: str, size: str) -> None:
    page = await browsers.open("/o/acme", signed_in=owner, theme=theme, size=size)  # type: ignore[arg-type]
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(f"{page.url}: {message.text}") if message.type in ("error", "warning") else None
    )
    for address in addresses(dock_id):
        answer = await page.goto(address)
        assert answer
        await settled(page)
        assert not await accessibility_violations(page), address
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is wider than the screen"
    assert [line for line in said if "404 (Not Found)" not in line] == []


async def test_all_eight_statuses_have_a_shape_of_their_own(browsers: Browsers, owner: StorageState, dock_id: str) -> None:
    page = await browsers.open("/o/acme/servers", signed_in=owner)
    await expect(page.get_by_role("row", name="server-unknown")).to_be_visible()
    drawn = """(status) => {
      const style = getComputedStyle(document.querySelector(`tbody .st.${status}`), "::before");
      const isFilled = style.backgroundColor === style.color;
      return [style.clipPath, style.borderRadius, style.borderStyle, style.backgroundImage, isFilled].join();
    }"""
    shapes = {status: await page.evaluate(drawn, status) for status in STATUSES}
    assert len(set(shapes.values())) == len(STATUSES), shapes


async def test_targets_are_large_enough(browsers: Browsers, owner: StorageState, dock_id: str) -> None:
    page = await browsers.open("/o/acme/docks", signed_in=owner)
    await settled(page)
    small = """[...document.querySelectorAll("button, a, input, select")]
      .filter((one) => one.checkVisibility() && !one.classList.contains("skip") && !one.closest("th"))
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    assert await page.evaluate(small) == []
