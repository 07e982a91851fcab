"""What every form's state remembers between two attempts: what was refused, and which attempt that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import reflex as rx

from stackdock.errors import CredentialsRejected, InvalidInput, NotSignedIn, StackDockError
from stackdock.ui.states.handlers import ATTEMPT


@dataclass
class Attempt:
    """State: asked → answered. `is_awaited`: the form that sent it is still there and has sent nothing newer since."""

    id: str
    is_awaited: bool = True
    refusal: str = ""  # in words, wherever they are shown


class AnswerState(rx.State, mixin=True):
    """A background handler does its work inside `_answering`; the form reads `answered`, `field_errors` and `refusal`."""

    _asked: str = ""  # the newest attempt of the page that is open

    answered: str = ""  # the attempt that the words below answer
    field_errors: dict[str, str] = {}
    refusal: str = ""  # a refusal that no single field is to blame for

    @rx.var
    def is_refused(self) -> bool:
        return bool(self.refusal) or any(self.field_errors.values())

    def _forget(self) -> None:
        """A fresh form: nothing of an earlier attempt, not even its answer when it comes."""
        self._asked, self.field_errors, self.refusal = "", {}, ""

    @asynccontextmanager
    async def _answering(self, form: dict[str, Any], *, secret: str = "", is_shown: bool = False) -> AsyncIterator[Attempt]:
        """Turn a refusal into words beside the form that sent the attempt. What comes after the person has left that page, or
        has sent the form again, is shown nowhere: the caller sees it in the Attempt.

        Takes the attempt's id out of `form`. `secret` names the field to blame for refused credentials. `is_shown`: the browser
        shows the change already, so that a refusal goes on as well: the change is taken back, with a notice.
        """
        attempt = Attempt(str(form.pop(ATTEMPT, ""))[:64])
        async with self:
            self._asked, page = attempt.id, self.router.url.path
        errors: dict[str, str] = {}
        try:
            yield attempt
        except NotSignedIn:
            raise
        except InvalidInput as refused:
            attempt.refusal, errors = refused.message, {refused.field: refused.message} if refused.field else {}
            if is_shown:
                raise
        except CredentialsRejected as refused:
            attempt.refusal, errors = refused.message, {secret: refused.message} if secret else {}
        except StackDockError as refused:
            attempt.refusal = refused.message
            if is_shown:
                raise
        finally:
            async with self:
                attempt.is_awaited = self._asked == attempt.id and self.router.url.path == page
                if attempt.is_awaited:
                    self.field_errors, self.refusal = errors, "" if errors else attempt.refusal
                    self.answered = attempt.id
