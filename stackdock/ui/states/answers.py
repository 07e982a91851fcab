"""What every form's state remembers between two attempts: what was refused, and that there was an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from stackdock.errors import CredentialsRejected, InvalidInput, NotSignedIn, StackDockError


class AnswerState(rx.State, mixin=True):
    """A background handler does its work inside `answering`; the form reads `answered`, `field_errors` and `refusal`."""

    answered: int = 0
    field_errors: dict[str, str] = {}
    refusal: str = ""  # a refusal that no single field is to blame for

    @rx.var
    def is_refused(self) -> bool:
        return bool(self.refusal) or any(self.field_errors.values())

    @asynccontextmanager
    async def _answering(self, *, secret: str = "") -> AsyncIterator[None]:
        """Turn a refusal into words beside the form. `secret` names the field to blame for refused credentials."""
        errors: dict[str, str] = {}
        refusal = ""
        try:
            yield
        except NotSignedIn:
            raise
        except InvalidInput as refused:
            errors, refusal = ({refused.field: refused.message}, "") if refused.field else ({}, refused.message)
        except CredentialsRejected as refused:
            errors, refusal = ({secret: refused.message}, "") if secret else ({}, refused.message)
        except StackDockError as refused:
            refusal = refused.message
        finally:
            async with self:
                self.field_errors, self.refusal = errors, refusal
                self.answered += 1
