"""A listing endpoint of a JSON API, as data."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stackdock.adapters.contract import Page
from stackdock.adapters.mapper import Item, dig
from stackdock.adapters.paginate import NextPage
from stackdock.errors import UnexpectedResponse

if TYPE_CHECKING:
    from stackdock.adapters.session import Session


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """GET a path under the base URL, page after page.

    `next_page` None means that the API does not page this listing. `total_at` names the provider's own count, where it
    tells one: a listing that ends with fewer items lost a page.
    """

    path: str
    items_at: str
    next_page: NextPage | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    total_at: str | None = None

    async def pages(self, session: Session) -> AsyncGenerator[Page]:
        url = session.url(self.path, self.params)
        seen: set[str] = set()
        while url is not None:
            seen.add(str(url))
            body = await session.get(url)
            items = self._items(body)
            following = self.next_page(url, body) if self.next_page else None
            if not items and (following or len(seen) > 1):
                raise UnexpectedResponse(f"The listing {self.path} has an empty page in it.")
            if following is not None and str(following) in seen:
                raise UnexpectedResponse(f"The listing {self.path} leads back to a page already read.")
            yield Page(items, self._total(body))
            url = following

    def _items(self, body: Any) -> list[Item]:
        items = dig(body, self.items_at)
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            raise UnexpectedResponse(f"The listing {self.path} came without its list of {self.items_at}.")
        return items

    def _total(self, body: Any) -> int | None:
        total = dig(body, self.total_at) if self.total_at else None
        return total if isinstance(total, int) and not isinstance(total, bool) else None
