"""The tree of domain errors.

Each is named as the fact it states, carries a stable ``code`` for programs and the HTTP status it
maps to, and is translated into an RFC 9457 problem in one place, ``contactcenter.api.problems``.

    DomainError
    ├── BadInput            422  a value that cannot be accepted; names the place
    ├── NotFound            404  no such thing, or not one this person may know of
    ├── NotSignedIn         401
    ├── Forbidden           403
    ├── Conflict            409  the state of the thing does not allow it now
    ├── Stale               412  somebody changed it since it was read
    ├── PreconditionMissing 428  a change must say which version it is based on
    ├── TooLarge            413
    └── NoDatabase          503
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class DomainError(Exception):
    """Something the caller asked for cannot be done."""

    code: ClassVar[str] = "error"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, detail: str = "", **data: Any) -> None:
        super().__init__(detail or (type(self).__doc__ or "").splitlines()[0])
        self.data: Mapping[str, Any] = data

    @property
    def detail(self) -> str:
        """One sentence for a person."""
        return str(self)


class BadInput(DomainError):
    """A value cannot be accepted."""

    code = "bad_input"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, detail: str, **data: Any) -> None:
        """``field`` is the path of the value, such as ``body.name`` or ``query.limit``."""
        super().__init__(detail, field=field, **data)


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class NotSignedIn(DomainError):
    """Sign in first."""

    code = "not_signed_in"
    status = HTTPStatus.UNAUTHORIZED


class Forbidden(DomainError):
    """This is not yours to do."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class Conflict(DomainError):
    """The present state does not allow this."""

    code = "conflict"
    status = HTTPStatus.CONFLICT


class Stale(DomainError):
    """Somebody changed this since you read it."""

    code = "stale"
    status = HTTPStatus.PRECONDITION_FAILED


class PreconditionMissing(DomainError):
    """Send If-Match with the ETag of the version you read."""

    code = "precondition_missing"
    status = HTTPStatus.PRECONDITION_REQUIRED


class TooLarge(DomainError):
    """The body is too large."""

    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class NoDatabase(DomainError):
    """The database cannot be reached; nothing was changed. Try again."""

    code = "no_database"
    status = HTTPStatus.SERVICE_UNAVAILABLE
