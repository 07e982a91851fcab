"""@page: a page's address, its place in the sidebar, the permission it needs, its live views, and the frame around it.

    @page("/o/[slug]/servers", "Servers", nav=Nav("Servers", "server", "Infrastructure"),
          permission=(Area.RESOURCES, Level.READ), views=lambda visit: {"servers": …})
    def servers() -> Screen:
        return screen("Servers", live_table(SERVERS, empty=…))

One file in `pages` is one page; it is found by being there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from stackdock.live.vars import LiveBridge
from stackdock.security.permissions import Area, Level
from stackdock.ui.components.arriving import arriving
from stackdock.ui.components.buttons import link_button
from stackdock.ui.components.empty import empty
from stackdock.ui.components.freshness import Freshness
from stackdock.ui.components.links import home_link
from stackdock.ui.components.shell_parts import ConnectionLine, Drawer, FocusedTitle, SignOut, Toaster, keeper
from stackdock.ui.components.text import joined
from stackdock.ui.sidebar import first_open, sidebar, tabbar
from stackdock.ui.states.console import ConsoleState
from stackdock.ui.states.notices import NoticeState
from stackdock.ui.states.session import SessionState
from stackdock.ui.states.visits import PAGES, Nav, PageDeclaration, Views, declare, no_views

Draw = Callable[[], "Screen"]


@rx.memo
def page_companions() -> rx.Component:
    """What is there before any page and stays when the page changes: the live rows' way in, and the notices."""
    return rx.fragment(
        keeper({ConsoleState: ConsoleState.has_arrived, SessionState: SessionState.person_email}),
        LiveBridge.create(has_answered=rx.State.is_hydrated, on_gap=ConsoleState.fill_gap),
        Toaster.create(notice=NoticeState.notice),
    )


def page(
    route: str,
    title: str,
    *,
    permission: tuple[Area, Level],
    nav: Nav | None = None,
    views: Views = no_views,
    on_open: Any = None,
    within: str = "",
) -> Callable[[Draw], Draw]:
    """Declare a page.

    `views` says which live view each of its slots shows, for one visit; it runs only if the person may see the page.
    `on_open` is a handler of the page's own State that runs at each visit. `within` is the route of the page that this one
    belongs to, where its own does not begin with that.
    """

    def decorate(draw: Draw) -> Draw:
        area, level = permission
        declare(PageDeclaration(route, title, draw, area, level, nav, views, on_open, within))
        return draw

    return decorate


def find_pages() -> None:
    """Import every module of `pages`, each of which declares its own."""
    pages = importlib.import_module("stackdock.ui.pages")
    for module in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}."):
        importlib.import_module(module.name)


def add_pages(app: rx.App) -> None:
    """Add every page to the app, with one for all other addresses."""
    find_pages()
    for declared in PAGES.values():
        app.add_page(
            lambda declared=declared: _frame(declared),
            route=declared.route.strip("/"),
            title=f"{declared.title} · StackDock",
            on_load=[SessionState.enter, ConsoleState.arrive, *([declared.on_open] if declared.on_open else [])],
        )
    app.add_page(_no_page, route="404", title="Not found · StackDock", on_load=[SessionState.enter, ConsoleState.arrive])


@dataclass(frozen=True)
class Screen:
    """What a page draws: its header and its content. `beside` stands after the title, `actions` at the header's end.

    `fresh` stands in place of how fresh everything is, where the page is about less.
    """

    title: str | rx.Var[str]
    content: tuple[Any, ...]
    beside: Any = None
    actions: Any = None
    fresh: Any = None


Part = Callable[[Screen], Any]


def screen(title: str | rx.Var[str], *content: Any, beside: Any = None, actions: Any = None, fresh: Any = None) -> Screen:
    """At most one of the `actions` is primary."""
    return Screen(title, content, beside, actions, fresh)


def allowed(area: Area, level: Level, *children: Any) -> rx.Component:
    """Draw only for those who may. A courtesy: the services check for themselves."""
    return rx.cond(ConsoleState.levels[area.value] >= int(level), rx.fragment(*children))


def _frame(declared: PageDeclaration) -> rx.Component:
    may_see = ConsoleState.levels[declared.area.value] >= int(declared.level)
    drawn, closed, missing = declared.draw(), _no_permission(declared), _no_organization()
    before = screen(declared.title, arriving())

    def choose(part: Part) -> Any:
        arrived = rx.cond(SessionState.is_missing, part(missing), rx.cond(may_see, part(drawn), part(closed)))
        return rx.cond(ConsoleState.has_arrived, arrived, part(before))

    return _console(_draw(choose, declared), declared)


def _console(stage: rx.Component, declared: PageDeclaration | None) -> rx.Component:
    return rx.el.div(
        rx.el.a("Skip to content", href="#content", class_name="skip"),
        sidebar(declared, where="side"),
        rx.el.div(stage, class_name="stage"),
        tabbar(declared),
        class_name="console",
    )


def _draw(choose: Callable[[Part], Any], declared: PageDeclaration | None) -> rx.Component:
    """Header and content. Only their parts are chosen by what the server has said: what somebody has opened or focused before it
    spoke (the menu, the title) stays."""
    return rx.fragment(
        rx.el.header(
            Drawer.create(rx.icon("menu", size=20), sidebar(declared, where="drawer"), label="Menu"),
            FocusedTitle.create(choose(lambda one: rx.fragment(one.title)), class_name="clip"),
            choose(lambda one: rx.fragment(one.beside) if one.beside is not None else rx.fragment()),
            choose(lambda one: rx.fragment(one.fresh) if one.fresh is not None else Freshness.create()),
            choose(lambda one: rx.el.div(one.actions, class_name="right") if one.actions is not None else rx.fragment()),
            ConnectionLine.create(),
            class_name="top",
        ),
        rx.el.main(choose(lambda one: rx.fragment(*one.content)), id="content", tab_index=-1, class_name="content"),
    )


def _no_permission(declared: PageDeclaration) -> Screen:
    """Why, and the first page that is open; where none is, the person's other organizations and the way out."""
    why = f"Your role in this organization does not include {declared.area.value}. An owner can change that."
    nothing = "Your role in this organization opens no page. An owner can change that. Until then there is nothing here for you."
    elsewhere = rx.foreach(
        SessionState.organizations,
        lambda one: rx.cond(
            one["slug"] != SessionState.organization_slug,
            rx.el.a(joined("Go to ", one["name"]), href=joined("/o/", one["slug"]), class_name="btn"),
        ),
    )
    refusal = empty(
        "lock",
        "This page is not open to you",
        first_open(lambda _words, _path: why, nothing),
        first_open(lambda words, path: link_button(f"Go to {words}", to=path), rx.fragment(elsewhere, SignOut.create())),
    )
    return screen(declared.title, refusal)


def _no_organization() -> Screen:
    refusal = empty(
        "compass",
        "There is no such organization",
        "It does not exist, or you do not belong to it. Choose one of yours at the top left.",
        home_link("Go to your own"),
    )
    return screen("Not found", refusal)


def _no_page() -> rx.Component:
    """An address of no page, in the frame: all that the person may open is a click away."""
    way_back = home_link("Go to the console", class_name="btn primary")
    lost = empty("compass", "There is no such page", "The address is mistyped, or what it named is gone.", way_back)
    nowhere = screen("Not found", lost)
    return _console(_draw(lambda part: part(nowhere), None), None)
