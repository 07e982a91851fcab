"""Claiming the instance through its one-time set-up link."""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stackdock.endpoints.forms import OversizedForm, read_form
from stackdock.endpoints.pages import form_page, message_page
from stackdock.endpoints.signing_in import refusal_status
from stackdock.endpoints.visitors import anonymous_scope, set_session_cookie
from stackdock.errors import Conflict, InvalidInput, PermissionDenied
from stackdock.services.setup import NewOwner, check_setup_token, claim_instance

FIELDS = ("organization_name", "name", "email")


async def show_setup(request: Request) -> Response:
    token = request.query_params.get("token", "")
    refused = await _refusal(request, token)
    return refused or form_page("setup.html", values=dict.fromkeys(FIELDS, ""), errors={}, token=token)


async def do_setup(request: Request) -> Response:
    try:
        form = await read_form(request)
    except (InvalidInput, PermissionDenied) as error:
        return message_page("Not sent", error.message, status=refusal_status(error), link=_way_back(error))
    token = form.get("token", "")
    owner = NewOwner(
        email=form.get("email", ""),
        name=form.get("name", ""),
        password=SecretStr(form.get("password", "")),
        organization_name=form.get("organization_name", ""),
    )
    values = {name: form.get(name, "")[:512] for name in FIELDS}
    if mistakes := owner.mistakes():
        return await _refusal(request, token) or form_page("setup.html", status=422, values=values, errors=mistakes, token=token)
    scope = anonymous_scope(request, form.get("idempotency_key"))
    try:
        claimed = await claim_instance(scope, token, owner)
    except Conflict as error:
        return already_claimed(error)
    except InvalidInput as error:
        refused = None if error.field else await _refusal(request, token)
        return refused or form_page(
            "setup.html", status=422, values=values, errors={error.field or "": error.message}, token=token
        )
    response = RedirectResponse(f"/o/{claimed.slug}/", 303)
    set_session_cookie(response, claimed.session_token)
    return response


async def _refusal(request: Request, token: str) -> Response | None:
    """The page for a link that does not work, or None for one that does."""
    try:
        await check_setup_token(anonymous_scope(request), token)
    except Conflict as error:
        return already_claimed(error)
    except InvalidInput as error:
        return message_page("This link does not work", error.message, status=403)
    return None


def _way_back(error: InvalidInput | PermissionDenied) -> tuple[str, str]:
    """To the form again where the link's token was read, else to where an instance says what to do with it."""
    token = error.start.get("token", "") if isinstance(error, OversizedForm) else ""
    return (f"/setup?{urlencode({'token': token})}", "Back to the form") if token else ("/", "Start again")


def already_claimed(error: Conflict) -> Response:
    return message_page("Claimed already", error.message, status=409, link=("/sign-in", "Sign in"))
