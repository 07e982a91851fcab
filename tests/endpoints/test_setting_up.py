"""The set-up page: with the link and without it, with mistakes, twice at once."""

import asyncio

import pytest

from stackdock.services.audit_actions import AuditAction
from stackdock.services.setup import create_setup_link
from stackdock.settings import settings
from tests.endpoints.browser import Page, browser, post
from tests.people import OPERATOR, PASSWORD, audit_entries

TYPED = {"organization_name": "Acme Agency", "name": "Ana Mendes", "email": "ana@acme.example", "password": PASSWORD}


async def link_path() -> str:
    return (await create_setup_link(OPERATOR)).removeprefix(settings().origin)


async def test_the_link_claims_the_instance_and_signs_in(database: object) -> None:
    async with browser() as client:
        page = Page((await client.get(await link_path())).text)
        answer = await post(client, "/setup", page.form | TYPED)
        assert (answer.status_code, answer.headers["location"]) == (303, "/o/acme-agency/")
        assert (await client.get("/auth/session")).json()["organizations"] == [{"slug": "acme-agency", "name": "Acme Agency"}]
        assert (await client.get("/o/acme-agency/")).status_code == 200


@pytest.mark.parametrize("path", ["/setup", "/setup?token=", "/setup?token=guess"])
async def test_without_the_link_there_is_no_form(database: object, path: str) -> None:
    await create_setup_link(OPERATOR)
    async with browser() as client:
        answer = await client.get(path)
        assert answer.status_code == 403
        assert not Page(answer.text).inputs
        assert (await post(client, "/setup", TYPED | {"token": "guess"})).status_code == 403
    assert not await audit_entries(AuditAction.INSTANCE_CLAIMED)


async def test_an_older_link_stops_working_even_with_its_form_open(database: object) -> None:
    async with browser() as client:
        page = Page((await client.get(await link_path())).text)
        newest = await link_path()
        answer = await post(client, "/setup", page.form | TYPED)
        assert answer.status_code == 403
        assert "a newer one was made" in answer.text
        assert (await client.get(newest)).status_code == 200


async def test_a_used_link_says_that_the_instance_is_claimed(database: object) -> None:
    path = await link_path()
    async with browser() as client:
        await post(client, "/setup", Page((await client.get(path)).text).form | TYPED)
    async with browser() as client:
        answer = await client.get(path)
        assert answer.status_code == 409
        assert 'href="/sign-in"' in answer.text
        assert (await post(client, "/setup", TYPED | {"token": path.partition("=")[2]})).status_code == 409


@pytest.mark.parametrize(
    ("field", "typed"),
    [("email", "ana"), ("name", " "), ("organization_name", "x" * 200), ("password", "short")],
)
async def test_a_mistake_keeps_what_was_typed_but_the_password(database: object, field: str, typed: str) -> None:
    async with browser() as client:
        page = Page((await client.get(await link_path())).text)
        answer = await post(client, "/setup", page.form | TYPED | {field: typed})
        again = Page(answer.text)
        assert answer.status_code == 422
        assert again.inputs[field]["aria-invalid"] == "true"
        assert again.texts[f"{field}-error"]
        assert f"{field}-error" in again.inputs[field]["aria-describedby"].split()
        kept = {name: again.form[name] for name in TYPED if name not in (field, "password")}
        assert kept == {name: value for name, value in TYPED.items() if name in kept}
        assert again.inputs["password"]["value"] == ""
        assert PASSWORD not in answer.text
        assert (await post(client, "/setup", again.form | TYPED)).status_code == 303


async def test_an_empty_form_names_every_field_that_is_missing(database: object) -> None:
    async with browser() as client:
        page = Page((await client.get(await link_path())).text)
        answer = await post(client, "/setup", page.form | dict.fromkeys(TYPED, ""))
        again = Page(answer.text)
        assert answer.status_code == 422
        assert {name for name in again.inputs if again.inputs[name].get("aria-invalid") == "true"} == set(TYPED)
        assert all(again.texts[f"{name}-error"] for name in TYPED)
        assert (await post(client, "/setup", again.form | TYPED)).status_code == 303


async def test_mistakes_show_no_form_to_whoever_has_no_link(database: object) -> None:
    await create_setup_link(OPERATOR)
    async with browser() as client:
        answer = await post(client, "/setup", dict.fromkeys(TYPED, "") | {"token": "guess"})
        assert answer.status_code == 403
        assert not Page(answer.text).inputs


async def test_a_form_that_is_too_long_says_so_and_leads_back_to_the_form(database: object) -> None:
    async with browser() as client:
        path = await link_path()
        form = Page((await client.get(path)).text).form | TYPED | {"name": "é" * 2_000_000}
        answer = await post(client, "/setup", form)
        assert answer.status_code == 400
        assert "What you sent is too long. Nothing was changed." in answer.text
        assert Page(answer.text).links == [path]
        assert (await client.get(path)).status_code == 200
        unheard = await client.post("/setup", json=TYPED, headers={"Origin": settings().origin})
        assert (unheard.status_code, Page(unheard.text).links) == (400, ["/"])


async def test_a_form_sent_twice_claims_once(database: object) -> None:
    async with browser() as client, browser() as other:
        form = Page((await client.get(await link_path())).text).form | TYPED
        answers = await asyncio.gather(post(client, "/setup", form), post(other, "/setup", form))
        assert [answer.headers.get("location") for answer in answers] == ["/o/acme-agency/"] * 2
        for one in (client, other):
            assert (await one.get("/auth/session")).status_code == 200
    assert len(await audit_entries(AuditAction.INSTANCE_CLAIMED)) == 1


async def test_two_people_at_once_leave_one_owner(database: object) -> None:
    async with browser() as ana, browser() as eve:
        path = await link_path()
        forms = [Page((await one.get(path)).text).form | TYPED for one in (ana, eve)]
        forms[1] |= {"email": "eve@evil.example", "organization_name": "Evil"}
        answers = await asyncio.gather(post(ana, "/setup", forms[0]), post(eve, "/setup", forms[1]))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(await audit_entries(AuditAction.INSTANCE_CLAIMED)) == 1


async def test_every_field_has_a_label_and_a_length(database: object) -> None:
    async with browser() as client:
        for path in (await link_path(),):
            page = Page((await client.get(path)).text)
            shown = {name: values for name, values in page.inputs.items() if values.get("type") != "hidden"}
            assert set(shown) <= page.labels
            assert all(int(values["maxlength"]) > 0 and values["autocomplete"] for values in shown.values())
            assert page.form["idempotency_key"]
