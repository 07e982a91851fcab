"""Link a dock, first step: which provider."""

from __future__ import annotations

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.services.providers import Provider
from stackdock.ui.components.links import link
from stackdock.ui.components.providers import PROVIDERS, provider_mark
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.theme import KIND_NAMES


@page("/o/[slug]/link", "Link a dock", permission=(Area.DOCKS, Level.FULL), within="/o/[slug]/docks")
def link_a_dock() -> Screen:
    return screen(
        "Link a dock",
        rx.el.div(
            rx.el.p(
                "A dock is one account at one provider. Its credentials are checked before anything is saved.",
                class_name="muted",
            ),
            rx.el.div(*[_choice(provider) for provider in PROVIDERS], class_name="choices"),
            class_name="page",
        ),
    )


def _choice(provider: Provider) -> rx.Component:
    brings = ", ".join(KIND_NAMES[kind][1] for kind in provider.kinds if kind in KIND_NAMES)
    return link(
        provider_mark(provider.slug, size=28),
        rx.el.span(rx.el.b(provider.name), rx.el.span(brings.capitalize(), class_name="muted small")),
        to=f"/link/{provider.slug}",
        class_name="choice",
    )
