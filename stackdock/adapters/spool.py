"""Where the rows of a listing wait until it is complete: on disk, so that memory does not grow with the estate."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from stackdock.adapters.mapper import Item, Mapper
from stackdock.resources import ResourceFields

_PARAMETERS_AT_ONCE = 500


class Listing:
    """One complete listing, in the provider's order, each external id once.

    The spool is SQLite's private temporary database: a file without a name that is gone with the connection, also after
    a crash. It is filled by one thread at a time. Close it, or use it as a context manager.
    """

    def __init__(self, mapper: Mapper, keep: Callable[[Item], bool] | None = None) -> None:
        self._mapper = mapper
        self._keep = keep
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA cache_size = -1024")  # KiB; beyond it the rows go to disk
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("CREATE TABLE listed (position INTEGER PRIMARY KEY, external_id TEXT NOT NULL UNIQUE, fields TEXT)")
        # A cancelled reader closes the spool while the thread it left behind may still be filling it.
        self._filling = threading.Lock()
        self._length = 0
        self.calls = 0
        """Requests the listing took, retries included."""

    def add_page(self, page: Sequence[Item]) -> int:
        """Normalize and keep one page; the number of ids that are new. For `read_listing` alone."""
        with self._filling:
            return self._add_page(page)

    def _add_page(self, page: Sequence[Item]) -> int:
        new = 0
        self._rows.execute("BEGIN")
        for item in page:
            external_id = self._mapper.external_id(item)
            # An item left out keeps its id without fields: a page full of them still brings something new.
            fields = self._mapper(item).model_dump_json() if self._keep is None or self._keep(item) else None
            inserted = self._rows.execute(
                "INSERT OR IGNORE INTO listed (external_id, fields) VALUES (?, ?)", (external_id, fields)
            )
            if inserted.rowcount:
                new += 1
            else:
                self._rows.execute("UPDATE listed SET fields = ? WHERE external_id = ?", (fields, external_id))
        self._rows.execute("COMMIT")
        return new

    def seal(self, calls: int) -> None:
        """The last page has come. For `read_listing` alone."""
        with self._filling:
            self.calls = calls
            (self._length,) = self._rows.execute("SELECT count(*) FROM listed WHERE fields IS NOT NULL").fetchone()

    def __len__(self) -> int:
        return self._length

    def fields(self, batch_size: int = 500) -> Iterator[list[ResourceFields]]:
        """Every resource, in the provider's order, in batches. May be read again."""
        after = 0
        while batch := self._rows.execute(
            "SELECT position, fields FROM listed WHERE position > ? AND fields IS NOT NULL ORDER BY position LIMIT ?",
            (after, batch_size),
        ).fetchall():
            after = batch[-1][0]
            yield [self._mapper.kind.model_validate_json(fields) for _, fields in batch]

    def missing(self, external_ids: Sequence[str]) -> list[str]:
        """Those of the ids that the provider did not list, in the order given."""
        listed: set[str] = set()
        for start in range(0, len(external_ids), _PARAMETERS_AT_ONCE):
            asked = external_ids[start : start + _PARAMETERS_AT_ONCE]
            marks = ", ".join("?" * len(asked))
            query = f"SELECT external_id FROM listed WHERE fields IS NOT NULL AND external_id IN ({marks})"  # noqa: S608 - only marks
            listed.update(external_id for (external_id,) in self._rows.execute(query, list(asked)))
        return [external_id for external_id in external_ids if external_id not in listed]

    def close(self) -> None:
        with self._filling:
            self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
