"""One committed change of one row, as the outbox records it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Routes = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    table: str
    row_id: str | None  # None: any row of the table
    operation: str  # I, U, D, or * for any
    routes_json: str  # routing column → its old and new values; {}: not known

    @property
    def routes(self) -> Routes:
        return _parse_routes(self.routes_json)


@lru_cache(maxsize=4096)
def _parse_routes(text: str) -> Routes:
    return {column: tuple(values) for column, values in json.loads(text or "{}").items()}
