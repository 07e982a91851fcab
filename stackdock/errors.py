"""Every error StackDock raises on purpose; the class decides what happens next.

StackDockError             carries a sentence written for the user
├ AdapterError             a provider could not be read
│ ├ CredentialsRejected    the dock needs a person; not retried
│ ├ AccessRefused          the credential may not read this one listing: that kind is skipped, never empty
│ ├ RateLimited            retried after `retry_after_seconds`
│ ├ ProviderUnavailable    network, timeout, 5xx: retried with backoff
│ └ UnexpectedResponse     an answer the adapter does not understand; not retried soon, nothing is pruned
├ AddressRefused           an outbound address that this instance does not allow
├ PermissionDenied         audited; shown in plain words
├ NotSignedIn              the login session is missing or ended: sign in again
├ NotFound                 missing, or not yours: the two answer alike
├ Conflict                 somebody, or an earlier request, was first
├ InvalidInput             says what to change; nothing was changed
├ Throttled                too many attempts; says when to try again
├ LeaseLost                another worker owns the dock now; this one writes nothing
└ StartRefused             the instance cannot start as it is set up; says why and what to do

Anything else is a bug: it propagates, is logged with its traceback, and the user sees a reference number.
"""


class StackDockError(Exception):
    """An error on purpose. `message` is a sentence for the person who reads it."""

    message = "Something went wrong."
    is_recorded = False  # whether an audit entry tells of it already

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class AdapterError(StackDockError):
    """A provider could not be read."""


class CredentialsRejected(AdapterError):
    """401, or the provider's own way to say that the credential is not valid."""


class AccessRefused(AdapterError):
    """The credential is valid but may not read this listing (403)."""


class RateLimited(AdapterError):
    """429. `retry_after_seconds` comes from the provider where it says, else it is None."""

    def __init__(self, message: str | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(AdapterError):
    """Network failure, timeout or 5xx. `retry_after_seconds` as in RateLimited."""

    def __init__(self, message: str | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UnexpectedResponse(AdapterError):
    """The answer is not what the adapter expects: a changed API, a proxy's HTML, a broken page, a pagination loop."""


class AddressRefused(StackDockError):
    """The host is private, local or a metadata service and STACKDOCK_ALLOW_HOSTS does not list it."""


class PermissionDenied(StackDockError):
    message = "You do not have permission to do this. Ask an owner of the organization."


class NotSignedIn(StackDockError):
    message = "Your session has ended. Sign in again."


class NotFound(StackDockError):
    message = "This does not exist, or you may not see it."


class Conflict(StackDockError):
    message = "Somebody else changed this first."


class InvalidInput(StackDockError):
    """`field` names the form field at fault, where there is one."""

    def __init__(self, message: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Throttled(StackDockError):
    """Too many attempts."""

    def __init__(self, message: str | None = None, retry_after_seconds: float = 60.0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class LeaseLost(StackDockError):
    message = "Another worker has taken over this dock."


class StartRefused(StackDockError):
    message = "StackDock cannot start with this configuration."
