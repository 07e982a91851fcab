"""Reflex Vars that read live rows in the browser, and the bridge that the shell places once.

A page names a *slot* and draws it; an event handler binds the slot to a view (`stackdock.live.pages`). Each Var carries the hook
and the import it needs, so it works in pages and inside `@rx.memo` components:

    @rx.memo
    def server_row(row_id: rx.Var[str]) -> rx.Component:
        row = live_row("servers", row_id)
        return rx.table.row(rx.table.cell(row["name"].to(str)), rx.table.cell(row["status"].to(str)))

    rx.foreach(live_ids("servers"), lambda row_id: server_row(row_id=row_id, key=row_id))

Common mistake: `live_row` directly in the function given to `rx.foreach`. Its hook would run outside the loop, where the id does
not exist: put the row into a memo component, which also makes it render alone.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import reflex as rx
from reflex_base.vars import VarData
from reflex_base.vars.base import Var

LIBRARY = "$/public/stackdock/live"
Slots = str | tuple[str, ...]  # several, where more than one slot of the page shows the row
_SLOT = re.compile(r"[a-z][a-z0-9_]*")


def live_ids(slot: str) -> rx.Var[list[str]]:
    """The ids of the slot's rows, in the view's order."""
    return _hooked(slot, "liveIds", "useLiveIds", (_string(slot),), list[str])


def held_ids(slot: str) -> rx.Var[list[str]]:
    """The same for a table inside `HeldRows`: while somebody has a hand on its rows, they stay where they are.

    A row that has gone meanwhile stays too, with `_gone`; what came waits for the person.
    """
    return _hooked(slot, "heldIds", "useHeldIds", (_string(slot),), list[str])


def live_row(slot: str, row_id: Var[str] | str) -> rx.Var[dict[str, Any]]:
    """One row: its cells by name, `id`, `_pending` while a patch of the browser's own is unanswered."""
    return _hooked(slot, "liveRow", "useLiveRow", (_string(slot), _string(row_id)), dict[str, Any], row_id)


def live_changed(slot: str, row_id: Var[str] | str, cell: str) -> rx.Var[int]:
    """How recently a cell changed: 0 if it did not since the row was loaded, else a number that grows with each change.

    As a component's `key` it restarts a CSS animation at each change.
    """
    row = live_row(slot, row_id)
    return Var(
        _js_expr=f"({row!s}?._changed?.[{_string(cell)}] ?? 0)", _var_type=int, _var_data=row._get_all_var_data()
    ).guess_type()


def live_meta(slot: str, field: str, type_: type = bool) -> rx.Var[Any]:
    """What is known of the slot.

    `ready` (rows have come) · `loading` (another view is on its way) · `more` (beyond the window) · `stale` (its query fails at
    the moment, the rows are old) · `count` (rows shown).
    """
    meta = _hooked(slot, "liveMeta", "useLiveMeta", (_string(slot),), dict[str, Any])
    return Var(_js_expr=f"{meta!s}.{field}", _var_type=type_, _var_data=meta._get_all_var_data()).guess_type()


def live_value(slot: str, row_id: Var[str] | str, cell: str, type_: type = int) -> rx.Var[Any]:
    """One cell of one row, for counts and other single values. Undefined until the row has come."""
    return _hooked(slot, "liveValue", "useLiveValue", (_string(slot), _string(row_id), _string(cell)), type_, row_id)


def live_status() -> rx.Var[str]:
    """The connection: `connecting`, `live`, `reconnecting` or `ended` (by the server, on purpose)."""
    return _hooked("", "liveStatus", "useLiveStatus", (), str)


def optimistic_patch(slots: Slots, row_id: Var[str] | str, cells: dict[str, Any], mutation: Var[str] | str = "") -> rx.Var[str]:
    """Show `cells` in the row at the click, before any round trip. The value is the mutation's id: `mutation`, or a new one.

    Pass it to the handler, which ends with `pages.acknowledge(self, mutation)`:

        on_click=DocksState.rename(row_id, name, optimistic_patch("docks", row_id, {"name": name}))

    Until then the row has `_pending`.
    """
    return _mutation("patchRow", slots, row_id, mutation, cells)


def optimistic_insert(slots: Slots, row_id: Var[str] | str, cells: dict[str, Any], mutation: Var[str] | str = "") -> rx.Var[str]:
    """Show a new row at the top of the slot until the mutation is answered."""
    return _mutation("insertRow", slots, row_id, mutation, cells)


def optimistic_remove(slots: Slots, row_id: Var[str] | str, mutation: Var[str] | str = "") -> rx.Var[str]:
    """Hide the row until the mutation is answered."""
    return _mutation("removeRow", slots, row_id, mutation)


def _refusal(mutation: Var[str], error: Var[str]) -> tuple[Var[str], Var[str]]:
    return mutation, error


class LiveBridge(rx.Component):
    """Feeds the browser's store from Reflex's socket. Placed once, in the shell."""

    library = LIBRARY
    tag = "LiveBridge"

    has_answered: rx.Var[bool]  # whether the server has spoken to this page: until then it is connecting
    on_gap: rx.EventHandler[rx.event.no_args_event_spec]  # → a handler that calls pages.resend(self)
    on_refused: rx.EventHandler[_refusal]  # mutation id, the server's sentence


def _hooked(slot: str, prefix: str, hook: str, arguments: tuple[str, ...], type_: Any, *parts: Any) -> Any:
    """A Var that stands for the result of a hook. Equal calls share one name and therefore one hook."""
    if slot and not _SLOT.fullmatch(slot):
        raise ValueError(f"{slot!r} is not a slot's name: lower case letters, digits and underscores")
    call = f"{hook}({', '.join(arguments)})"
    name = f"{prefix}_{slot}_{sha256(call.encode()).hexdigest()[:8]}"
    data = VarData(imports={LIBRARY: [hook]}, hooks={f"const {name} = {call}": None})
    inner = [part._get_all_var_data() for part in parts if isinstance(part, Var)]
    return Var(_js_expr=name, _var_type=type_, _var_data=VarData.merge(*inner, data)).guess_type()


def _mutation(
    function: str, slots: Slots, row_id: Var[str] | str, mutation: Var[str] | str, cells: dict[str, Any] | None = None
) -> Any:
    values = [] if cells is None else [Var.create(cells)]
    names = " ".join([slots] if isinstance(slots, str) else slots)
    arguments = ", ".join([_string(names), _string(row_id), *(str(value) for value in values), _string(mutation)])
    inner = [part._get_all_var_data() for part in (row_id, mutation, *values) if isinstance(part, Var)]
    data = VarData.merge(*inner, VarData(imports={LIBRARY: [function]}))
    return Var(_js_expr=f"{function}({arguments})", _var_type=str, _var_data=data).guess_type()


def _string(value: Var[str] | str) -> str:
    return str(value) if isinstance(value, Var) else str(Var.create(value))
