"""What a browser tab knows, in Python: the same rules as `assets/stackdock/live_store.js`, without patches of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ViewModel:
    seq: int
    cells: list[str]
    rows: dict[str, dict[str, Any]]
    order: list[str]
    meta: dict[str, Any]


@dataclass
class PageModel:
    views: dict[str, ViewModel] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)  # slot → view
    answers: dict[str, str | None] = field(default_factory=dict)  # mutation → error
    ended: str | None = None
    gaps: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)

    def receive(self, message: dict[str, Any]) -> None:
        self.log.append(message)
        if "only" in message:
            self.wanted = {slot: view_id for slot, view_id in self.wanted.items() if slot in message["only"]}
            self.views = {known: view for known, view in self.views.items() if known in self.wanted.values()}
        for slot, view_id in message.get("b", {}).items():
            if view_id is None:
                self.wanted.pop(slot, None)
            else:
                self.wanted[slot] = view_id
            used = set(self.wanted.values())
            self.views = {known: view for known, view in self.views.items() if known in used}
        if "r" in message:
            self._take_snapshot(message)
        elif "v" in message:
            self._take_patch(message)
        if "k" in message:
            mutation, is_done, error = message["k"]
            assert is_done == (error is None)
            self.answers[mutation] = error
        if "end" in message:
            self.ended = message["end"]

    def rows(self, slot: str) -> list[dict[str, Any]] | None:
        """What the slot shows, in order; None before its first snapshot."""
        view = self.views.get(self.wanted.get(slot, ""))
        return None if view is None else [view.rows[row_id] for row_id in view.order]

    def meta(self, slot: str) -> dict[str, Any]:
        return self.views[self.wanted[slot]].meta

    def _take_snapshot(self, message: dict[str, Any]) -> None:
        rows = {values[0]: {"id": values[0], **dict(zip(message["c"], values[1:], strict=True))} for values in message["r"]}
        self.views[message["v"]] = ViewModel(message["s"], message["c"], rows, list(rows), dict(message["m"]))

    def _take_patch(self, message: dict[str, Any]) -> None:
        view = self.views.get(message["v"])
        if view is not None and message["s"] <= view.seq:
            return
        if view is None or message["s"] != view.seq + 1:
            self.gaps += 1
            return
        view.seq = message["s"]
        for row_id, cells in message.get("u", {}).items():
            view.rows[row_id] = {**view.rows[row_id], **cells}
        for row_id, values in message.get("a", {}).items():
            view.rows[row_id] = {"id": row_id, **dict(zip(view.cells, values, strict=True))}
        removed = message.get("d", [])
        for row_id in removed:
            del view.rows[row_id]
        if "i" in message:
            view.order = message["i"]
        else:
            placed = message.get("o", [])
            leaving = {*removed, *(row_id for row_id, _ in placed)}
            view.order = [row_id for row_id in view.order if row_id not in leaving]
            for row_id, index in placed:
                view.order.insert(index, row_id)
        view.meta |= message.get("m", {})
        assert set(view.rows) == set(view.order), "rows and order differ after a patch"
