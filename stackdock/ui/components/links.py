"""Links inside the console. Every address of a tenant begins with the organization's slug, which is in the page's own address."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.vars import VarData
from reflex_base.vars.base import Var
from reflex_components_core.react_router.dom import ReactRouterLink

from stackdock.ui.components.text import joined

_ADDRESS = VarData(imports={"react-router": ["useParams"]}, hooks={"const address = useParams()": None})


def address_part(name: str) -> rx.Var[str]:
    """A part of the page's address: `address_part("slug")` on a page whose route has `[slug]`.

    The slug is also found in an address of no page, which the route of all others ("*") takes whole.
    """
    other = 'address["*"]?.match(/^o\\/([^/]+)/)?.[1] ?? ' if name == "slug" else ""
    return Var(_js_expr=f'(address.{name} ?? {other}"")', _var_type=str, _var_data=_ADDRESS).guess_type()


def inside(path: str | rx.Var[str]) -> rx.Var[str]:
    """`path` in the organization of the page: "/docks" → "/o/acme/docks"."""
    return joined("/o/", address_part("slug"), path)


def in_address(text: rx.Var[str]) -> rx.Var[str]:
    """`text` as it may stand behind an address's question mark."""
    return Var(f"encodeURIComponent({text!s})", _var_type=str, _var_data=text._get_all_var_data()).guess_type()


def link(*children: Any, to: str | rx.Var[str], **props: Any) -> rx.Component:
    """A link to another page of the console, without a reload. `to` is the path inside the organization."""
    return ReactRouterLink.create(*children, to=inside(to), **props)


def home_link(words: str, *, class_name: str = "btn") -> rx.Component:
    """To the person's own console. Asked of the server, which knows where that is: no page of the browser's stands at "/"."""
    return ReactRouterLink.create(words, to="/", reload_document=True, class_name=class_name)


def outer_link(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """A link that leaves the console, in a new tab that learns nothing of this one."""
    unseen = rx.el.span(" (opens in a new tab)", class_name="unseen")
    return rx.el.a(*children, unseen, href=href, target="_blank", rel="noopener noreferrer", **props)


def query_part(name: str) -> rx.Var[str]:
    """What stands behind the question mark of the page's address under this name, or ""."""
    data = VarData(imports={"react-router": ["useSearchParams"]}, hooks={"const [query] = useSearchParams()": None})
    return Var(_js_expr=f'(query.get("{name}") ?? "")', _var_type=str, _var_data=data).guess_type()
