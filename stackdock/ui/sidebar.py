"""The sidebar, and what becomes of it on a phone: a bar at the bottom and a drawer."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

import reflex as rx

from stackdock.ui.components.links import link
from stackdock.ui.components.shell_parts import Connection, Panel, SignOut, ThemeChoice
from stackdock.ui.components.text import joined
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.session import SessionState
from stackdock.ui.states.visits import PAGES, PageDeclaration

GROUPS = ("", "Infrastructure", "Accounts")


def sidebar(here: PageDeclaration | None, *, where: str) -> rx.Component:
    """`where` tells the two on a page apart: "side" and "drawer". `here` is None at an address of no page."""
    groups = [
        _group(title, list(pages), here)
        for title, pages in groupby(_entries(), key=lambda page: page.nav.group if page.nav else "")
    ]
    return rx.el.div(
        _organization(where),
        rx.el.nav(*groups, class_name="places", aria_label="Main" if where == "side" else "Main, in the menu"),
        rx.el.div(_person(where), Connection.create(), class_name="foot"),
        class_name="side",
    )


def tabbar(here: PageDeclaration | None) -> rx.Component:
    return rx.el.nav(
        *[
            _visible(page, link(rx.icon(page.nav.icon, size=20), page.nav.words, to=_path(page), **_current(page, here)))
            for page in _entries()
            if page.nav and page.nav.is_tab
        ],
        class_name="tabbar",
        aria_label="Main, at the bottom",
    )


def first_open(drawn: Callable[[str, str], Any], otherwise: Any) -> Any:
    """`drawn(words, path)` of the first page in the sidebar that this person may open; `otherwise` where there is none."""
    entries = [(page, page.nav.words) for page in _entries() if page.nav]
    return reduce(lambda rest, one: rx.cond(_may_open(one[0]), drawn(one[1], _path(one[0])), rest), reversed(entries), otherwise)


def _entries() -> list[PageDeclaration]:
    pages = [page for page in PAGES.values() if page.nav]
    return sorted(pages, key=lambda page: (GROUPS.index(page.nav.group), page.nav.position) if page.nav else (0, 0))


def _group(title: str, pages: list[PageDeclaration], here: PageDeclaration | None) -> rx.Component:
    heading = [rx.el.h2(title)] if title else []
    is_any_open = reduce(or_, [_may_open(page) for page in pages])
    return rx.cond(is_any_open, rx.el.div(*heading, *[_entry(page, here) for page in pages], class_name="group"))


def _entry(page: PageDeclaration, here: PageDeclaration | None) -> rx.Component:
    if page.nav is None:
        return rx.fragment()
    count = page.nav.count() if page.nav.count else rx.fragment()
    marked = link(
        rx.icon(page.nav.icon, size=16), page.nav.words, count, to=_path(page), class_name="nav", **_current(page, here)
    )
    return _visible(page, marked)


def _visible(page: PageDeclaration, entry: rx.Component) -> rx.Component:
    """No entry for a page that this person may not open."""
    return rx.cond(_may_open(page), entry)


def _may_open(page: PageDeclaration) -> Any:
    return ConsoleState.levels[page.area.value] >= int(page.level)


def _path(page: PageDeclaration) -> str:
    return page.route.removeprefix("/o/[slug]")


def _current(page: PageDeclaration, here: PageDeclaration | None) -> dict[str, dict[str, str]]:
    is_here = here is not None and (
        page is here or page.route == here.within or (_path(page) != "" and here.route.startswith(page.route + "/"))
    )
    return {"custom_attrs": {"aria-current": "page"}} if is_here else {}


def _organization(where: str) -> rx.Component:
    name = SessionState.organization_name
    others = rx.foreach(
        SessionState.organizations,
        lambda one: rx.el.a(
            rx.icon(
                "check",
                size=14,
                style={"visibility": rx.cond(one["slug"] == SessionState.organization_slug, "visible", "hidden")},
            ),
            rx.el.span(one["name"], class_name="clip"),
            href=joined("/o/", one["slug"]),
            class_name="nav",
        ),
    )
    return Panel.create(
        rx.fragment(
            _initials(name, "mark"),
            rx.el.span(name, class_name="clip"),
            rx.icon("chevron-down", size=14, class_name="faint push"),
        ),
        rx.fragment(rx.el.span("Your organizations", class_name="label"), others),
        id=f"{where}-organizations",
        label=joined("Organization: ", name),
        class_name="org",
        panel_class="at-top",
    )


def _person(where: str) -> rx.Component:
    name, email = SessionState.person_name, SessionState.person_email
    return Panel.create(
        rx.fragment(_initials(name, "avatar"), rx.el.span(name, class_name="clip")),
        rx.fragment(
            rx.el.span(rx.el.b(name, class_name="clip"), rx.el.span(email, class_name="clip faint small"), class_name="who"),
            rx.el.span("Theme", class_name="label"),
            ThemeChoice.create(name=f"{where}-theme"),
            SignOut.create(),
        ),
        id=f"{where}-person",
        label=joined("You: ", name),
        class_name="person",
        panel_class="at-bottom",
    )


def _initials(name: Any, look: str) -> rx.Component:
    """ "Acme Agency" → "AA"; one word gives its first two letters. Drawn by the style sheet: they are an ornament, not text."""
    words = f"({name!s} ?? '').trim().split(/\\s+/)"
    text = f"((words) => (words.length > 1 ? words[0][0] + words.at(-1)[0] : words[0].slice(0, 2)).toUpperCase())({words})"
    letters = rx.Var(text, _var_type=str, _var_data=name._get_all_var_data()).guess_type()
    return rx.el.span(class_name=look, custom_attrs={"data-letters": letters})
