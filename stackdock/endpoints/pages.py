"""The plain pages: HTML from templates, with a policy that lets nothing but their own style sheet and theme script run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from stackdock.columns import new_id
from stackdock.security.passwords import MAX_LENGTH, MIN_LENGTH
from stackdock.services.identity import EMAIL_LENGTH, NAME_LENGTH

FOLDER = Path(__file__).parent / "templates"

PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For pages without Reflex: no inline script or style, no connection, no frame."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a plain page. It is never stored: it carries a form's key, and must not come back after signing out."""
    limits = {"email_length": EMAIL_LENGTH, "name_length": NAME_LENGTH, "password_min": MIN_LENGTH, "password_max": MAX_LENGTH}
    html = _templates().get_template(template).render(limits=limits, **values)
    return HTMLResponse(html, status, {"Content-Security-Policy": PLAIN_POLICY, "Cache-Control": "no-store"})


def message_page(
    title: str, text: str, *, status: int = 200, link: tuple[str, str] | None = None, code: str = ""
) -> HTMLResponse:
    """A page that only says something; `link` is where to go next and its words, `code` a command to type."""
    return page("message.html", status=status, title=title, text=text, link=link, code=code)


def form_page(template: str, *, status: int = 200, values: dict[str, str], errors: dict[str, str], **more: Any) -> HTMLResponse:
    """A form with what was typed and what is wrong with it, by field ("" is the form as a whole), and a fresh idempotency key."""
    return page(template, status=status, values=values, errors=errors, idempotency_key=new_id(), **more)
