"""What a page declares: a result set that is kept true in every browser that watches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import CompoundSelect, Select

AnySelect = Select | CompoundSelect

MAX_LIMIT = 500  # re-running a query for thousands of rows at every change is too dear


@dataclass(frozen=True)
class LiveView:
    """A declared view. `key` names every parameter and the scope's `view_key`.

        LiveView(
            name="servers",
            key=scope.view_key(Area.RESOURCES) + (search,),
            select=lambda: servers.select_servers(scope, search=search),
            scope=scope,
        )

    The select has columns (not entities), each with the name its cell has in the browser, a total order that ends in a unique
    column, and no limit. Conditions of the form `column == value` or `column.in_(values)` on a table's routing columns spare the
    view the changes that cannot touch it.

    Two people share one query only if `name`, `key`, `limit` *and the statement with its parameters* are equal, so that a key
    that forgets the scope leaks nothing: the scope's condition is in the statement.
    """

    name: str
    key: tuple[Hashable, ...]
    select: Callable[[], AnySelect]
    scope: object = field(default=None, compare=False)  # handed to the app's query function; the live engine does not look at it
    id_cell: str = "id"  # the column that identifies a row; its values are text in the browser
    limit: int = 50  # how many rows are shown
    max_limit: int = MAX_LIMIT  # as far as `grown` goes
    page_size: int = 50  # how many more each time
    min_interval_seconds: float = 0.0  # between two runs: for aggregates, which every change touches

    @cached_property
    def statement(self) -> AnySelect:
        return self.select()

    @cached_property
    def identity(self) -> tuple[Hashable, ...]:
        """What two subscriptions must agree in to share one result."""
        compiled = self.statement.compile()
        return (self.name, self.key, self.limit, self.id_cell, str(compiled), repr(sorted(compiled.params.items())))

    @property
    def query(self) -> AnySelect:
        """The statement as it is run: one row more than is shown tells whether there are more."""
        return self.statement.limit(self.limit + 1) if isinstance(self.statement, Select) else self.statement

    def grown(self) -> LiveView:
        """The same view with one page more, up to `max_limit`."""
        return replace(self, limit=min(self.limit + self.page_size, max(self.max_limit, self.limit)))

    def cells_of(self) -> tuple[str, ...]:
        """The names of the cells, in the order of the statement's columns."""
        names = tuple(self.statement.selected_columns.keys())
        if self.id_cell not in names:
            raise ValueError(f"the view {self.name!r} has no column {self.id_cell!r}; it has {', '.join(names)}")
        return names


# The app's function: runs `view.query` in a transaction that begins with the call, and returns its rows.
RunQuery = Callable[[LiveView], Awaitable[Sequence[Sequence[Any]]]]
