"""A dock in words (`assets/stackdock/dock_rows.js`). `dock` is a row of the live view "docks"."""

from __future__ import annotations

from typing import Any

import reflex as rx

LIBRARY = "$/public/stackdock/dock_rows"


class DockStatus(rx.Component):
    library = LIBRARY
    tag = "DockStatus"

    dock: rx.Var[Any]


class DockNow(rx.Component):
    """Progress while it syncs, the complaint after a failure, else how much it holds."""

    library = LIBRARY
    tag = "DockNow"

    dock: rx.Var[Any]


class DockNext(rx.Component):
    """When the next sync is due, ticking."""

    library = LIBRARY
    tag = "DockNext"

    dock: rx.Var[Any]


class DockFigure(rx.Component):
    """One figure of all docks: resources, fresh, needy or held."""

    library = LIBRARY
    tag = "DockFigure"

    label: rx.Var[str]
    figure: rx.Var[str]


class NextSync(rx.Component):
    library = LIBRARY
    tag = "NextSync"


class Needs(rx.Component):
    """How many docks wait for a person; with `empty`, the sentence for when none does."""

    library = LIBRARY
    tag = "Needs"

    empty: rx.Var[str]


class RunKinds(rx.Component):
    """What a sync run did for each kind, in one line. Reads the live view "run_kinds"."""

    library = LIBRARY
    tag = "RunKinds"

    run: rx.Var[Any]


class ReplaceToken(rx.Component):
    """Scrolls to the form that takes a dock's new credentials, and puts the cursor into it."""

    library = LIBRARY
    tag = "ReplaceToken"
