"""The gate in front of Reflex: hosts, pages, files, closed addresses, and the headers of every answer."""

from pathlib import Path

import httpx
import pytest

from stackdock.endpoints.gate import Gate
from stackdock.endpoints.security_headers import console_policy
from stackdock.live import process
from stackdock.security.cookies import session_cookie_name
from stackdock.settings import settings
from tests.endpoints.browser import Page, browser, console
from tests.people import make_owner_who_can_sign_in, signed_in_token


async def test_a_page_needs_a_session(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        for path in ("/o/acme/", "/o/acme/servers?q=web", "/o/acme/domains/example.com", "/anything"):
            answer = await client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")
            assert "console" not in answer.text
        assert (await client.get("/o/acme/servers?q=web")).headers["location"] == "/sign-in?next=%2Fo%2Facme%2Fservers%3Fq%3Dweb"
        client.cookies.set(session_cookie_name(), await signed_in_token())
        answer = await client.get("/o/acme/servers?q=web")
        assert (answer.status_code, "console" in answer.text) == (200, True)
        assert answer.headers["cache-control"] == "no-store"


async def test_an_invented_cookie_opens_no_page(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        client.cookies.set(session_cookie_name(), "guess")
        assert (await client.get("/o/acme/")).status_code == 303


async def test_files_are_public(database: object) -> None:
    async with browser() as client:
        for path in ("/assets/entry-abc.js", "/favicon.ico"):
            assert (await client.get(path)).text == "a file"


@pytest.mark.parametrize(
    "path", ["/_upload", "/_all_routes", "/_health", "/_event", "/_event/?EIO=4&transport=polling", "/auth-codespace"]
)
async def test_what_reflex_offers_beside_the_socket_is_closed(database: object, path: str) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        client.cookies.set(session_cookie_name(), await signed_in_token())
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path)).status_code == 404


async def test_only_reading_reaches_the_console(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        client.cookies.set(session_cookie_name(), await signed_in_token())
        assert (await client.get("/o/acme/")).status_code == 200
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert (await client.request(method, "/o/acme/")).status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "127.0.0.1:3001", "127.0.0.1", ""])
async def test_another_host_name_is_not_this_console(database: object, host: str) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        client.cookies.set(session_cookie_name(), await signed_in_token())
        for path in ("/", "/sign-in", "/o/acme/", "/assets/entry.js", "/auth/session"):
            assert (await client.get(path, headers={"Host": host})).status_code == 421
        assert (await client.get("/ping", headers={"Host": host})).status_code == 200
        assert (await client.get("/o/acme/", headers={"Host": "localhost:3000"})).status_code == 200


async def test_whoever_asks_for_health_learns_that_pages_do_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_health", process.Health.WELL)
    async with browser() as client:
        for health, status in (
            (process.Health.RESTARTING, 503),
            (process.Health.FAILED, 503),
            (process.Health.WELL, 200),
        ):
            process.tell(health)
            assert (await client.get("/ping")).status_code == status


async def test_every_answer_carries_the_security_headers(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        client.cookies.set(session_cookie_name(), await signed_in_token())
        for path in ("/o/acme/", "/assets/entry.js", "/auth/session", "/_upload", "/setup", "/ping"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "unsafe-eval" not in headers["content-security-policy"]
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["referrer-policy"] == "same-origin"
            assert "camera=()" in headers["permissions-policy"]
            assert "strict-transport-security" not in headers


async def test_the_plain_pages_run_nothing_but_their_own_files(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answer = await client.get("/sign-in")
        page = Page(answer.text)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy
        assert "'self'" not in policy.partition("connect-src")[2]
        assert not page.inline
        for path in page.loads:
            assert (await client.get(path)).status_code == 200
        assert len(page.loads) == 2


async def test_the_plain_pages_borrow_the_consoles_typeface(database: object, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "inter-latin-wght-normal-abc.woff2").write_bytes(b"wOF2")
    for build, status in ((tmp_path, 200), (tmp_path / "elsewhere", 404), (None, 404)):
        transport = httpx.ASGITransport(Gate(console(), build))
        async with httpx.AsyncClient(transport=transport, base_url=settings().origin) as client:
            assert (await client.get("/auth/inter.woff2")).status_code == status


def test_inline_scripts_of_the_build_are_named_by_their_hash(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        "<script>window.a = 1</script><script src='/x.js'></script><script type='module' async=''>import 'y'</script>"
    )
    policy = console_policy(tmp_path)
    assert policy.count("'sha256-") == 2
    page.write_text("<script>window.a = 2</script>")
    assert console_policy(tmp_path).count("'sha256-") == 1
    assert console_policy(tmp_path) != policy
    assert "ws://127.0.0.1:3000" in policy
    assert "[" not in policy, "browsers refuse an IPv6 address here"
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


async def test_settings_name_the_only_host(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKDOCK_PUBLIC_URL", "https://console.example.com")
    settings.cache_clear()
    async with browser() as client:
        assert (await client.get("/sign-in")).status_code == 200
        assert (await client.get("/sign-in", headers={"Host": "127.0.0.1:3000"})).status_code == 421
