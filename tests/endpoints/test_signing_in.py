"""The sign-in page, signing out, and what the console asks about its session."""

import httpx
import pytest

from stackdock.security.cookies import session_cookie_name
from stackdock.services.audit_actions import AuditAction
from stackdock.settings import settings
from tests.endpoints.browser import Page, browser, post
from tests.people import PASSWORD, audit_entries, make_owner_who_can_sign_in

EMAIL = "ana@acme.example"


async def sign_in(client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD, next_path: str = "") -> httpx.Response:
    page = Page((await client.get("/sign-in", params={"next": next_path} if next_path else None)).text)
    return await post(client, "/sign-in", page.form | {"email": email, "password": password})


async def test_signing_in_leads_to_the_organization_and_sets_a_cookie_that_scripts_cannot_read(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answer = await sign_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("stackdock_session=")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert (await client.get("/")).headers["location"] == "/o/acme/"
        session = await client.get("/auth/session")
        assert session.json() == {"name": "Ana Mendes", "email": EMAIL, "organizations": [{"slug": "acme", "name": "Acme"}]}
        assert session.headers["cache-control"] == "no-store"


async def test_over_https_the_cookie_is_for_this_host_alone(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKDOCK_PUBLIC_URL", "https://console.example.com")
    settings.cache_clear()
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answer = await sign_in(client)
        assert answer.headers["set-cookie"].startswith("__Host-stackdock_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]
        assert (await client.get("/auth/session")).status_code == 200


async def test_a_signed_in_person_who_visits_sign_in_goes_on_to_the_console(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        assert (await client.get("/sign-in")).status_code == 200
        await sign_in(client)
        assert (await client.get("/sign-in")).headers["location"] == "/o/acme/"
        assert (await client.get("/sign-in?next=/o/acme/servers")).headers["location"] == "/o/acme/servers"


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/o/acme/servers?q=web", "/o/acme/servers?q=web"),
        ("https://evil.example/o/acme/", "/"),
        ("//evil.example/o/", "/"),
        ("/\\evil.example", "/"),
        ("/o/..//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-out", "/"),
    ],
)
async def test_next_leads_only_to_pages_of_the_console(database: object, wanted: str, reached: str) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        assert (await sign_in(client, next_path=wanted)).headers["location"] == reached
    async with browser() as client:
        form = Page((await client.get("/sign-in")).text).form | {"email": EMAIL, "password": PASSWORD, "next": wanted}
        assert (await post(client, "/sign-in", form)).headers["location"] == reached


async def test_a_refused_form_keeps_the_email_and_forgets_the_password(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answers = [await sign_in(client, password="wrong"), await sign_in(client, email="nobody@acme.example", password="wrong")]
        pages = [Page(answer.text) for answer in answers]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert pages[0].texts["alert"] == pages[1].texts["alert"] == "The email or the password is not right."
        assert pages[0].inputs["email"]["value"] == EMAIL
        assert pages[0].inputs["password"]["value"] == ""
        assert "wrong" not in answers[0].text
        assert (await client.get("/auth/session")).status_code == 401


async def test_an_error_is_tied_to_its_field(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        page = Page((await sign_in(client, password="")).text)
    assert page.inputs["password"]["aria-invalid"] == "true"
    assert page.texts[page.inputs["password"]["aria-describedby"].strip()] == "Enter your email and your password."
    assert "autofocus" in page.inputs["password"]


async def test_throttling_says_when_to_try_again(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        for _ in range(5):
            await sign_in(client, password="wrong")
        answer = await sign_in(client)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 30
        assert "Try again in" in Page(answer.text).texts["alert"]


async def test_what_was_typed_is_shown_as_text(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answer = await sign_in(client, email='"><script>alert(1)</script>', password="wrong")
    assert "<script>alert" not in answer.text
    assert Page(answer.text).inputs["email"]["value"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:3001"},
        {},
    ],
    ids=["foreign", "hidden", "hidden and cross-site", "another port", "none"],
)
async def test_a_form_of_another_site_is_refused(database: object, headers: dict[str, str]) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        form = Page((await client.get("/sign-in")).text).form | {"email": EMAIL, "password": PASSWORD}
        answer = await client.post("/sign-in", data=form, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        await sign_in(client)
        assert (await client.post("/sign-out", headers=headers)).status_code == 403
        assert (await client.get("/auth/session")).status_code == 200


async def test_a_browser_that_hides_its_origin_may_still_vouch_for_it(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        form = Page((await client.get("/sign-in")).text).form | {"email": EMAIL, "password": PASSWORD}
        assert (await client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 303


async def test_a_form_of_another_shape_or_size_is_refused(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        for request in (
            {"content": b"x=" + b"y" * 70_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"content": b"&".join(b"a=1" for _ in range(50)), "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"content": b"\xff=\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"json": {"email": EMAIL, "password": PASSWORD}, "headers": {}},
        ):
            request["headers"] |= {"Origin": settings().origin}
            assert (await client.post("/sign-in", **request)).status_code == 400


async def test_a_form_that_is_too_long_says_so_and_leads_back_to_sign_in(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        answer = await sign_in(client, email="x" * 10_000_000)
        assert answer.status_code == 400
        assert "What you sent is too long. Nothing was changed." in answer.text
        assert Page(answer.text).links == ["/sign-in"]


async def test_signing_out_ends_the_session_on_the_server_too(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        await sign_in(client)
        token = client.cookies[session_cookie_name()]
        answer = await post(client, "/sign-out", {})
        assert answer.headers["location"] == "/sign-in?out=1"
        assert session_cookie_name() not in client.cookies
        client.cookies.set(session_cookie_name(), token)
        assert (await client.get("/auth/session")).status_code == 401
    assert len(await audit_entries(AuditAction.SIGNED_OUT)) == 1


async def test_a_form_sent_again_after_signing_out_sets_no_cookie_and_asks_to_sign_in(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        form = Page((await client.get("/sign-in")).text).form | {"email": EMAIL, "password": PASSWORD}
        assert "set-cookie" in (await post(client, "/sign-in", form)).headers
        assert "set-cookie" in (await post(client, "/sign-in", form)).headers, "a double click signs in"
        await post(client, "/sign-out", {})
        again = await post(client, "/sign-in", form)
        assert (again.status_code, "set-cookie" in again.headers) == (422, False)
        page = Page(again.text)
        assert "Sign in again" in page.texts["alert"]
        assert (await post(client, "/sign-in", page.form | {"password": PASSWORD})).status_code == 303, "with its own new key"


async def test_an_ended_session_is_explained(database: object) -> None:
    await make_owner_who_can_sign_in()
    async with browser() as client:
        assert Page((await client.get("/sign-in?ended=1")).text).texts["status"] == "Your session ended. Sign in again."
        assert "status" not in Page((await client.get("/sign-in")).text).texts


async def test_without_an_owner_there_is_nobody_to_sign_in(database: object) -> None:
    async with browser() as client:
        for path in ("/", "/sign-in"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "Open the set-up link that StackDock printed" in answer.text


async def test_a_person_of_no_organization_is_told_so(database: object) -> None:
    from sqlmodel import delete

    from stackdock.db.sessions import transaction
    from stackdock.models import Membership
    from stackdock.security.scope import system_scope
    from tests.factories import make_organization, make_owner

    organization, user = await make_owner_who_can_sign_in()
    await make_owner(organization, "bob@acme.example")
    async with transaction(system_scope(None)) as session:
        await session.exec(delete(Membership).where(Membership.user_id == user.id))  # type: ignore[arg-type]
    await make_organization("globex")
    async with browser() as client:
        await sign_in(client)
        answer = await client.get("/")
    assert answer.status_code == 403
    assert "belongs to no organization" in answer.text
