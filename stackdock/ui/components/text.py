"""Text put together in the browser."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.vars import VarData


def joined(*parts: Any) -> rx.Var[str]:
    """The parts one after the other: words, and Vars of whatever is known only in the browser."""
    made = [rx.Var.create(part) for part in parts]
    data = VarData.merge(*[part._get_all_var_data() for part in made])
    text = f"[{', '.join(str(part) for part in made)}].join('')"
    return rx.Var(text, _var_type=str, _var_data=data).guess_type()
