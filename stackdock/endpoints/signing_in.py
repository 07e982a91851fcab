"""Sign-in, sign-out, and what the console asks about its own session."""

from __future__ import annotations

from contextlib import suppress
from math import ceil

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from stackdock.endpoints.forms import local_path, read_form, require_own_origin
from stackdock.endpoints.pages import form_page, message_page
from stackdock.endpoints.visitors import anonymous_scope, clear_session_cookie, request_of, set_session_cookie, visitor
from stackdock.errors import InvalidInput, NotFound, PermissionDenied, Throttled
from stackdock.security.open_sockets import end_session_sockets
from stackdock.services.login_sessions import SignedIn, end_session, forget
from stackdock.services.people import list_organizations
from stackdock.services.setup import is_claimed
from stackdock.services.sign_in import sign_in

ENDED = "Your session ended. Sign in again."
SIGNED_OUT = "You are signed out."
NO_ORGANIZATION = "Your account belongs to no organization. Ask an owner to add you."


async def home(request: Request) -> Response:
    """The way in: the first organization, sign-in, or what to do with an instance that nobody has claimed."""
    signed_in = await visitor(request)
    if signed_in is None:
        return RedirectResponse("/sign-in", 303) if await is_claimed(anonymous_scope(request)) else unclaimed_page()
    return await _enter(request, signed_in, "")


async def show_sign_in(request: Request) -> Response:
    signed_in = await visitor(request)
    next_path = local_path(request.query_params.get("next", ""))
    if signed_in is not None:
        return await _enter(request, signed_in, next_path)
    if not await is_claimed(anonymous_scope(request)):
        return unclaimed_page()
    said = ENDED if "ended" in request.query_params else SIGNED_OUT if "out" in request.query_params else ""
    return form_page("sign_in.html", values={"email": "", "next": next_path}, errors={}, notice=said)


async def do_sign_in(request: Request) -> Response:
    try:
        form = await read_form(request)
    except (InvalidInput, PermissionDenied) as error:
        return message_page("Not sent", error.message, status=refusal_status(error), link=("/sign-in", "Sign in"))
    values = {"email": form.get("email", "")[:512], "next": local_path(form.get("next", ""))}
    scope = anonymous_scope(request, form.get("idempotency_key"))
    try:
        token = await sign_in(scope, form.get("email", ""), SecretStr(form.get("password", "")))
    except InvalidInput as error:
        errors = {error.field or "": error.message}
        return form_page("sign_in.html", status=422, values=values, errors=errors, notice="")
    except Throttled as error:
        response = form_page("sign_in.html", status=429, values=values, errors={"": error.message}, notice="")
        response.headers["Retry-After"] = str(ceil(error.retry_after_seconds))
        return response
    response = RedirectResponse(values["next"] or "/", 303)
    set_session_cookie(response, token)
    return response


async def do_sign_out(request: Request) -> Response:
    try:
        require_own_origin(request)
    except PermissionDenied as error:
        return message_page("Not signed out", error.message, status=refusal_status(error), link=("/", "Back to the console"))
    signed_in = await visitor(request)
    if signed_in is not None:
        with suppress(NotFound):  # ended and swept away in between, which is what was asked for
            await end_session(signed_in.scope(request_of(request)), signed_in.session_id)
        forget(signed_in.session_id)
        end_session_sockets(signed_in.session_id)
    response = RedirectResponse("/sign-in?out=1", 303)
    clear_session_cookie(response)
    return response


async def show_session(request: Request) -> Response:
    """Who is signed in: 401 tells a page that lost its socket to go to sign-in."""
    signed_in = await visitor(request)
    headers = {"Cache-Control": "no-store"}
    if signed_in is None:
        return JSONResponse({"error": "not signed in"}, 401, headers)
    organizations = await list_organizations(signed_in.scope(request_of(request)))
    links = [{"slug": organization.slug, "name": organization.name} for organization in organizations]
    return JSONResponse({"name": signed_in.name, "email": signed_in.email, "organizations": links}, headers=headers)


async def _enter(request: Request, signed_in: SignedIn, next_path: str) -> Response:
    organizations = await list_organizations(signed_in.scope(request_of(request)))
    if not organizations:
        return message_page("No organization yet", NO_ORGANIZATION, status=403)
    return RedirectResponse(next_path or f"/o/{organizations[0].slug}/", 303)


def unclaimed_page() -> Response:
    return message_page(
        "Not claimed yet",
        "This instance is not claimed yet. Open the set-up link that StackDock printed when it started, or print a new one with:",
        code="stackdock setup-link",
    )


def refusal_status(error: Exception) -> int:
    return 403 if isinstance(error, PermissionDenied) else 400
