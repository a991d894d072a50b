"""What every request passes, whoever answers it: its id, its one log line, its last safety net.

Bodies, query strings and addresses are never logged.
"""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from contactcenter import logs
from contactcenter.api import guard, problems
from contactcenter.api.services import Services
from contactcenter.errors import DomainError

REQUEST_ID: Final = web.RequestKey("request_id", str)

_API: Final = "/api"
_HOOKS: Final = "/hooks/"
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PREFLIGHT_AGE_S: Final = 600
_ALLOWED_HEADERS: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, X-CSRF-Token, X-Request-Id"
)
_EXPOSED_HEADERS: Final = "ETag, Idempotent-Replay, Retry-After, X-Request-Id"
#: Nothing we answer is a page, except the pages that say so.
_CSP: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"

log = structlog.get_logger()


def install(app: web.Application, services: Services) -> None:
    """Put the application's middleware and headers in place; the outermost comes first."""
    app.middlewares.append(_observed)
    app.middlewares.append(_cors(guard.origins(services.settings)))
    app.on_response_prepare.append(_headers(services))


@web.middleware
async def _observed(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = time.perf_counter()
    request_id = _request_id(request)
    request[REQUEST_ID] = request_id
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    status = 0
    try:
        response = await _answered(request, handler, request_id)
        status = response.status
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        # What a provider's hook has taken is a row already, and there are thousands of them.
        is_taken = request.path.startswith(_HOOKS) and 0 < status < HTTPStatus.BAD_REQUEST
        if not is_taken or logs.is_debugging():
            _tell(
                request, status, time.perf_counter() - started, log.debug if is_taken else log.info
            )
    return response


def _tell(
    request: web.Request, status: int, duration_s: float, tell: Callable[..., object]
) -> None:
    actor = request.get(guard.ACTOR)
    tell(
        "request_finished",
        method=request.method,
        route=_route(request),
        status=status,
        duration_ms=round(duration_s * 1000, 1),
        **({} if actor is None else {"user_id": actor.user_id}),
    )


async def _answered(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith(_API) or error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _of_aiohttp(error, request_id)
    except Exception as error:
        known = problems.of(error)
        if known is None:
            log.exception("request_failed", route=_route(request), exc_info=logs.unquoted(error))
            known = problems.Unexpected()
        elif not isinstance(error, DomainError):
            log.warning("request_refused", route=_route(request), exc_info=logs.unquoted(error))
        return problems.answer(known, request_id)


def _of_aiohttp(error: web.HTTPException, request_id: str) -> web.Response:
    status, code, detail = problems.of_http(error)
    response = problems.respond(status, code, detail, request_id=request_id)
    if hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response


def _request_id(request: web.Request) -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if _SANE_ID.fullmatch(given) else secrets.token_hex(12)


def _route(request: web.Request) -> str:
    """The template of the path, so that no id and no guess of an attacker becomes a word."""
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical


def _cors(origins: frozenset[str]) -> Middleware:
    """Let the pages of allowed origins read what the API answers."""

    @web.middleware
    async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get(hdrs.ORIGIN)
        if (
            request.method == hdrs.METH_OPTIONS
            and origin is not None
            and origin.lower() in origins
            and request.path.startswith(_API)
            and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        ):
            return web.Response(
                status=HTTPStatus.NO_CONTENT,
                headers={
                    hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, PATCH, DELETE",
                    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _ALLOWED_HEADERS,
                    hdrs.ACCESS_CONTROL_MAX_AGE: str(_PREFLIGHT_AGE_S),
                },
            )
        return await handler(request)

    return cors


def _headers(services: Services) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    origins = guard.origins(services.settings)
    every = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": _CSP,
        "X-Frame-Options": "DENY",
    }
    if guard.is_https(services.settings):
        every["Strict-Transport-Security"] = "max-age=31536000"

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers[hdrs.SERVER] = "contactcenter"  # the versions of our parts are nobody's business
        for name, value in every.items():
            headers.setdefault(name, value)
        if (request_id := request.get(REQUEST_ID)) is not None:
            headers["X-Request-Id"] = request_id
        if not request.path.startswith(_API):
            return
        headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
        headers.add(hdrs.VARY, "Origin")
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and origin.lower() in origins:
            headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
            headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED_HEADERS

    return on_prepare
