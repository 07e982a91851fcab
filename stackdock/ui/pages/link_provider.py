"""Link a dock, second step: its name and the provider's own credential fields, checked before anything is saved."""

from __future__ import annotations

from typing import Any

import reflex as rx

from stackdock.security.permissions import Area, Level
from stackdock.security.scope import Scope
from stackdock.services.dock_linking import link_dock
from stackdock.services.providers import Provider, list_address_needs
from stackdock.ui.components.buttons import link_button, submit_button
from stackdock.ui.components.cards import card
from stackdock.ui.components.credentials import credential_fields, scope_help
from stackdock.ui.components.empty import empty
from stackdock.ui.components.fields import ActionForm, refusal_line, text_field
from stackdock.ui.components.links import address_part, link
from stackdock.ui.components.providers import PROVIDERS, provider_mark
from stackdock.ui.components.shell_parts import keeper
from stackdock.ui.shell import Screen, page, screen
from stackdock.ui.states.answers import AnswerState
from stackdock.ui.states.handlers import handler
from stackdock.ui.states.notices import notify
from stackdock.ui.states.scopes import slug_of
from stackdock.ui.theme import ADDRESS_LENGTH, NAME_LENGTH

CHECKING = "Asking the provider whether these credentials work. This takes up to 10 seconds."


class LinkState(AnswerState, rx.State):
    address_needs: dict[str, str] = {}  # provider → "required", "optional" or "none"
    is_open: bool = False

    @handler(Area.DOCKS, Level.FULL)
    async def open(self, scope: Scope) -> None:
        """A fresh form, and whether this instance allows another address."""
        self._forget()
        self.address_needs, self.is_open = await list_address_needs(scope), True

    @handler(Area.DOCKS, Level.FULL, background=True)
    async def link(self, scope: Scope, provider: str, form: dict[str, Any]) -> Any:
        """Check and save; then on to the new dock, or a notice for whoever has left the form meanwhile."""
        linked: dict[str, Any] = {}
        name, slug = str(form.get("name", "")).strip()[: NAME_LENGTH + 1], slug_of(self)
        async with self._answering(form, secret="token") as attempt:  # noqa: S106  (a field's name)
            given = {field: value for field, value in form.items() if field not in ("name", "base_url")}
            linked = await link_dock(
                scope, provider=provider, name=name, credentials=given, base_url=form.get("base_url") or None
            )
        if not attempt.is_awaited:
            async with self:
                if linked:
                    await notify(self, f"“{name}” was linked.", "success")
                else:
                    await notify(self, f"“{name}” was not linked. {attempt.refusal}", "error")
            return None
        return rx.redirect(f"/o/{slug}/docks/{linked['id']}") if linked else None


@page(
    "/o/[slug]/link/[provider]",
    "Link a dock",
    permission=(Area.DOCKS, Level.FULL),
    on_open=LinkState.open,
    within="/o/[slug]/docks",
)
def link_provider() -> Screen:
    forms = [(provider.slug, _form(provider)) for provider in PROVIDERS]
    unknown = empty(
        "compass",
        "There is no such provider",
        "Choose one of those that there are.",
        link_button("Choose a provider", to="/link"),
    )
    kept = keeper({LinkState: LinkState.is_open})  # a restart must not take the address field down
    return screen("Link a dock", kept, rx.el.div(rx.match(address_part("provider"), *forms, unknown), class_name="page narrow"))


def _form(provider: Provider) -> rx.Component:
    form_id = f"link-{provider.slug}"
    need = LinkState.address_needs[provider.slug]
    address = text_field(
        "base_url",
        rx.cond(need == "required", "Address", "Another address of the API (optional)"),
        errors=LinkState.field_errors,
        form=form_id,
        help_text="Only for a host that the owner of this instance has listed in STACKDOCK_ALLOW_HOSTS.",
        max_length=ADDRESS_LENGTH,
    )
    fields = ActionForm.create(
        text_field(
            "name",
            "Name",
            errors=LinkState.field_errors,
            form=form_id,
            help_text="How it is called here, for instance after the client: “Acme · production”.",
            max_length=NAME_LENGTH,
            auto_focus=True,
        ),
        *credential_fields(provider, errors=LinkState.field_errors, form=form_id),
        rx.cond((need == "required") | (need == "optional"), address),
        refusal_line(LinkState.refusal),
        rx.el.div(
            submit_button("Check and link"),
            link("Choose another provider", to="/link", class_name="btn quiet"),
            class_name="actions",
        ),
        answered=LinkState.answered,
        failed=LinkState.is_refused,
        label=f"Link {provider.name}",
        busy_words=CHECKING,
        class_name="form body",
        key=provider.slug,
        on_send=lambda form: LinkState.link(provider.slug, form),
    )
    title = rx.el.span(provider_mark(provider.slug, size=20), provider.name, class_name="prov")
    return rx.fragment(scope_help(provider), card(title, fields, label=f"Link {provider.name}"))
