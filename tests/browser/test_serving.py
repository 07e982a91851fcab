"""The console in a browser, whatever it shows."""

from playwright.async_api import expect

from tests.browser.conftest import Browsers
from tests.fixtures.axe import accessibility_violations


async def test_axe_finds_what_is_wrong(browsers: Browsers) -> None:
    page = await browsers.open("about:blank")
    await page.set_content("<html lang=en><title>t</title><main><h1>One</h1><img src=x><button></button></main>")
    found = await accessibility_violations(page)
    assert {line.partition(" ")[0] for line in found} == {"image-alt", "button-name"}


async def test_text_is_drawn(browsers: Browsers) -> None:
    page = await browsers.open("about:blank")
    await page.set_content("<p id=text>Drawn text</p>")
    await expect(page.locator("#text")).to_have_text("Drawn text", use_inner_text=True)
    box = await page.locator("#text").bounding_box()
    assert box
    assert box["height"] > 10
