"""The one place where what went wrong becomes an answer: an RFC 9457 problem.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import msgspec
from aiohttp import web
from msgspec import Struct

from contactcenter.db import is_unreachable
from contactcenter.errors import BadInput, Conflict, DomainError, NoDatabase, NotSignedIn

CONTENT_TYPE: Final = "application/problem+json"
#: When it is worth asking again after a 503.
RETRY_AFTER_S: Final = 2


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. Programs go by ``code``, which stays; people read ``detail``.

    ``field`` is the place of a refused value, such as ``body.name`` or ``query.limit``.
    """

    title: str
    status: int
    code: str
    detail: str
    request_id: str
    field: str | None = None


class UnsupportedMediaType(DomainError):
    """Send the body as application/json."""

    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class RequestTimeout(DomainError):
    """The body did not arrive in time."""

    code = "request_timeout"
    status = HTTPStatus.REQUEST_TIMEOUT


class Busy(DomainError):
    """Somebody else is changing the same things; nothing was changed. Try again."""

    code = "busy"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class Overloaded(DomainError):
    """There is more to do than can be done; nothing was changed. Try again."""

    code = "overloaded"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class Unexpected(DomainError):
    """We made a mistake. It was logged under this request_id."""

    code = "internal_error"


def of(error: Exception) -> DomainError | None:
    """The domain error that this error amounts to; None for one that nobody expected."""
    if isinstance(error, DomainError):
        return error
    if is_unreachable(error):
        return NoDatabase()
    return _of_database(error)


def of_http(error: web.HTTPException) -> tuple[int, str, str]:
    """Status, code and detail for what aiohttp itself refused: no such route or method, …."""
    status = HTTPStatus(error.status)
    if isinstance(error, web.HTTPNotFound):
        return status, "not_found", "There is nothing at this address."
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return status, "method_not_allowed", f"Allowed here: {allowed}."
    return status, status.name.lower(), status.phrase


def answer(error: DomainError, request_id: str) -> web.Response:
    """The problem as a response."""
    response = respond(
        int(error.status), error.code, error.detail, request_id=request_id, data=error.data
    )
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if "retry_after_s" in error.data:
        response.headers["Retry-After"] = str(error.data["retry_after_s"])
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="contactcenter"'
    if error.status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT}:
        response.force_close()  # the rest of the body is not wanted
    return response


def respond(
    status: int,
    code: str,
    detail: str,
    *,
    request_id: str,
    data: Mapping[str, Any] | None = None,
) -> web.Response:
    """A problem made of its parts."""
    body = {
        **(data or {}),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    return web.Response(status=status, body=msgspec.json.encode(body), content_type=CONTENT_TYPE)


def _of_database(error: Exception) -> DomainError | None:
    """What the last line of defence, the table itself, says of a value no check had caught."""
    match error:
        case asyncpg.UniqueViolationError() | asyncpg.ForeignKeyViolationError():
            sentence = (error.constraint_name or "conflict").replace("_", " ")
            return Conflict(f"The data does not allow this: {sentence}.")
        case asyncpg.DataError():
            return BadInput("request", "A value is out of range or has characters not allowed.")
        case (
            asyncpg.DeadlockDetectedError()
            | asyncpg.SerializationError()
            | asyncpg.LockNotAvailableError()
            | asyncpg.QueryCanceledError()
        ):
            return Busy()
        case _:
            return None
