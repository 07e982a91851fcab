"""The frame's parts that behave by themselves in the browser (`assets/stackdock/shell.js`)."""

from __future__ import annotations

from typing import Any

import reflex as rx

LIBRARY = "$/public/stackdock/shell"


class Connection(rx.Component):
    """Live, reconnecting, or ended; announced when it changes."""

    library = LIBRARY
    tag = "Connection"


class ConnectionLine(rx.Component):
    """The same in a phone's header, only while it is down."""

    library = LIBRARY
    tag = "ConnectionLine"


class Drawer(rx.Component):
    """A menu button (the first child) and the modal drawer that it opens (the second), on a phone."""

    library = LIBRARY
    tag = "Drawer"

    label: rx.Var[str]


class FocusedTitle(rx.Component):
    """The page's `h1`, which takes the focus when the page was reached from another one."""

    library = LIBRARY
    tag = "FocusedTitle"


class Keeper(rx.Component):
    """Keeps the page as it is while a restarted server fills its states anew: {a state's full name: its var's name there}."""

    library = LIBRARY
    tag = "Keeper"

    keeps: rx.Var[dict[str, str]]


def keeper(marks: dict[type[rx.State], Any]) -> rx.Component:
    """`marks`: a state, and the var of it that is empty until the state has arrived."""
    return Keeper.create(keeps={state.get_full_name(): str(mark).rpartition(".")[2] for state, mark in marks.items()})


class Panel(rx.Component):
    """A button (the first child) and the panel it opens (the second). `id` is unique on the page."""

    library = LIBRARY
    tag = "Panel"

    label: rx.Var[str]
    panel_class: rx.Var[str]


class SignOut(rx.Component):
    """Posts to /sign-out, without the socket."""

    library = LIBRARY
    tag = "SignOut"


class ThemeChoice(rx.Component):
    library = LIBRARY
    tag = "ThemeChoice"

    name: rx.Var[str]


class Toaster(rx.Component):
    library = LIBRARY
    tag = "Toaster"

    notice: rx.Var[dict[str, str]]


class SearchField(rx.Component):
    """A filter that is kept in the page's address, as `q`."""

    library = LIBRARY
    tag = "SearchField"

    label: rx.Var[str]
    placeholder: rx.Var[str]


def search_field(label: str, placeholder: str) -> rx.Component:
    return SearchField.create(rx.icon("search", size=14), label=label, placeholder=placeholder)
