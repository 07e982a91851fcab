"""A provider's mark and name."""

from __future__ import annotations

import reflex as rx

from stackdock.services.providers import list_providers
from stackdock.ui.components.text import joined

PROVIDERS = list_providers()
NAMES = {provider.slug: provider.name for provider in PROVIDERS}


def provider_mark(slug: str | rx.Var[str], *, size: int = 16) -> rx.Component:
    """The letter tile in `assets/providers`, one file per provider."""
    source = joined("/providers/", slug, ".svg")
    return rx.el.img(src=source, alt="", width=str(size), height=str(size), class_name="pm")


def provider_name(slug: rx.Var[str]) -> rx.Var[str]:
    return rx.Var.create(NAMES)[slug].to(str)


def provider_label(slug: rx.Var[str], words: rx.Var[str] | None = None) -> rx.Component:
    """Mark and `words`, which are the provider's name unless given (a dock's own name, say)."""
    return rx.el.span(
        provider_mark(slug),
        rx.el.span(words if words is not None else provider_name(slug), class_name="clip"),
        class_name="prov",
    )
