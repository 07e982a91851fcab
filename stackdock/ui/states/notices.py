"""Notices: one line for the person, shown by the console as a toast.

They travel as an ordinary var. A server-made `rx.toast` would reach the browser as text to evaluate, which the console's
Content-Security-Policy forbids; so does anything else that a handler returns as a script.
"""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from stackdock.columns import new_id

Tone = Literal["error", "warning", "info", "success"]


class NoticeState(rx.State):
    notice: dict[str, str] = {"id": "", "tone": "info", "text": "", "attempt": ""}  # a new id is a new notice


async def notify(state: Any, text: str, tone: Tone = "info", *, attempt: str = "") -> None:
    """Show `text` to the person behind `state`: as a toast, or beside the form that sent this `attempt`, if it is there.

    In a background handler, call it inside `async with self`.
    """
    notices = await state.get_state(NoticeState)
    notices.notice = {"id": new_id(), "tone": tone, "text": text, "attempt": attempt}
