"""Reading a posted form: from our own pages only, small, and as text."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from stackdock.errors import InvalidInput, PermissionDenied
from stackdock.settings import settings

BODY_BYTES = 64 * 1024
PATIENCE_BYTES = 64 * 1024 * 1024  # read on and thrown away: a browser that is cut off while it sends shows no answer
FIELDS = 20


class OversizedForm(InvalidInput):
    """`start` holds the fields that came before there was too much, whole or cut: for the way back to the form, and no more."""

    message = "What you sent is too long. Nothing was changed."

    def __init__(self, start: dict[str, str]) -> None:
        super().__init__()
        self.start = start


async def read_form(request: Request) -> dict[str, str]:
    """The form's fields. PermissionDenied for a form of another site, InvalidInput for what no form of ours sends."""
    require_own_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise InvalidInput("This is not a form that StackDock sends.")
    body, received = bytearray(), 0
    async for chunk in request.stream():
        received += len(chunk)
        body += chunk[: BODY_BYTES - len(body)]
        if received > PATIENCE_BYTES:
            break
    is_cut = received > BODY_BYTES
    in_case = "replace" if is_cut else "strict"
    try:
        fields = dict(parse_qsl(body.decode(errors=in_case), keep_blank_values=True, max_num_fields=FIELDS, errors=in_case))
    except ValueError as error:
        raise InvalidInput("This is not a form that StackDock sends.") from error
    if is_cut:
        raise OversizedForm(fields)
    return fields


def require_own_origin(request: Request) -> None:
    """Refuse a request that another site made the browser send. A browser names its origin on every form it posts; where a
    privacy setting hides it, the browser itself still says whether the request is same-origin."""
    origin = request.headers.get("origin", "null").lower()
    if origin in settings().allowed_origins:
        return
    if origin == "null" and request.headers.get("sec-fetch-site") == "same-origin":
        return
    raise PermissionDenied("This form was not sent from this console. Open the page again and retry.")


def local_path(address: str) -> str:
    """`address` when it is a page of the console, else "": nothing that signs in may send the person elsewhere."""
    parts = urlsplit(address)
    is_local = not (parts.scheme or parts.netloc) and parts.path.startswith("/o/")
    is_plain = (
        len(address) <= 1024 and "\\" not in address and "//" not in parts.path and address.isprintable() and " " not in address
    )
    return address if is_local and is_plain else ""
