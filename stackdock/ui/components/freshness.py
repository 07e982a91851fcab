"""What the browser works out from the small live views "docks", "dock_kinds" and "counts", which the shell keeps bound."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.vars import VarData

LIBRARY = "$/public/stackdock/docks"


def broken_count() -> rx.Var[int]:
    """How many docks could not be read at their last sync."""
    data = VarData(imports={LIBRARY: ["useBrokenCount"]}, hooks={"const brokenCount = useBrokenCount()": None})
    return rx.Var("brokenCount", _var_type=int, _var_data=data).guess_type()


class Freshness(rx.Component):
    """How fresh everything on the page is. Once per page, in its header."""

    library = LIBRARY
    tag = "Freshness"


class Seen(rx.Component):
    """When a row's kind was last listed completely at its dock, marked when that is too long ago."""

    library = LIBRARY
    tag = "Seen"

    dock_id: rx.Var[Any]
    kind: rx.Var[str]


class KindCount(rx.Component):
    library = LIBRARY
    tag = "KindCount"

    kind: rx.Var[str]


class DockCount(rx.Component):
    """The number of docks; red, with a word, when somebody is needed."""

    library = LIBRARY
    tag = "DockCount"


class RowCount(rx.Component):
    """ "187", or "12 of 187" while a filter is set, beside a page's title."""

    library = LIBRARY
    tag = "RowCount"

    kind: rx.Var[str]
    filtered: rx.Var[bool]


class StatusBar(rx.Component):
    """A kind's rows by status, as a thin bar."""

    library = LIBRARY
    tag = "StatusBar"

    kind: rx.Var[str]


class KindTotal(rx.Component):
    """How many rows of a kind there are, in large."""

    library = LIBRARY
    tag = "KindTotal"

    kind: rx.Var[str]


class DemoNote(rx.Component):
    """Draws its children, as a note, while a demo dock is linked."""

    library = LIBRARY
    tag = "DemoNote"


class DemoContent(rx.Component):
    """What goes with the demo, in numbers: "2 docks, 214 resources"."""

    library = LIBRARY
    tag = "DemoContent"
