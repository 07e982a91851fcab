"""One kind's items in a simulator, and the arithmetic of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]
"""One resource as the provider writes it: the raw JSON object."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, before the provider's own envelope is put around it. Pages are numbered from 1."""

    items: list[Item]
    number: int
    per_page: int
    total: int
    next_number: int | None
    next_origin: str | None = None  # "https://host" of another host, when the next link is made to lead there

    @property
    def last_number(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None


class Listing:
    """Items by external id, in the order they were created.

    `name` is the path's last segment and the key of the list in the answer. `make` returns a new, complete item; the
    values inside an item may be shared with other items, so an item is changed field by field, never inside a field.
    """

    def __init__(self, name: str, make: Callable[[], Item], *, id_key: str = "id", is_paged: bool = True) -> None:
        self.name = name
        self.id_key = id_key
        self.is_paged = is_paged
        self.initial_count = 0
        self._make = make
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, external_id: object) -> bool:
        return str(external_id) in self._items

    def __getitem__(self, external_id: object) -> Item:
        return self._items[str(external_id)]

    @property
    def path(self) -> str:
        return f"/{self.name}"

    def fill(self, count: int) -> None:
        """Create the items the simulator starts with."""
        for _ in range(count):
            self.add()
        self.initial_count = len(self._items)

    def add(self, **fields: Any) -> Item:
        item = self._make() | fields
        self._items[str(item[self.id_key])] = item
        return item

    def remove(self, external_id: object) -> None:
        del self._items[str(external_id)]

    def change(self, external_id: object, /, **fields: Any) -> Item:
        item = self[external_id]
        item.update(fields)
        return item

    def page(self, number: int, per_page: int) -> Page:
        start = (number - 1) * per_page
        items = list(self._items.values())[start : start + per_page]
        has_next = start + per_page < len(self._items)
        return Page(items, number, per_page, total=len(self._items), next_number=number + 1 if has_next else None)
