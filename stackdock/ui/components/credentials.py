"""A provider's own credential fields, and what the credential must be allowed to do. Nothing stored is ever shown in them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.services.providers import Provider
from stackdock.ui.components.fields import text_field
from stackdock.ui.components.links import outer_link
from stackdock.ui.theme import SECRET_LENGTH


def credential_fields(provider: Provider, *, errors: Any, form: str) -> list[rx.Component]:
    return [
        text_field(
            field.name,
            field.label if field.is_required else f"{field.label} (optional)",
            errors=errors,
            form=form,
            help_text=field.help,
            secret=field.is_secret,
            max_length=SECRET_LENGTH,
        )
        for field in provider.credentials
        if field.name != "base_url"
    ]


def scope_help(provider: Provider) -> rx.Component:
    """The least the credential needs, and where a person makes one."""
    where: list[Any] = []
    if provider.token_page_url:
        where = [" ", outer_link(f"Create one at {provider.name}", href=provider.token_page_url, class_name="text-link"), "."]
    return rx.el.p(provider.scope_help, *where, class_name="muted")
