"""Turns an operation into what aiohttp calls: admit, read, run, answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar, get_origin

import msgspec
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from msgspec import Struct

from contactcenter import db
from contactcenter.access.actor import Actor
from contactcenter.api import file_answers, guard, idempotency, shedding
from contactcenter.api.call import Answer, Call
from contactcenter.api.idempotency import Key, KeyTaken, StillRunning, Stored
from contactcenter.api.operation import PUBLIC, Operation
from contactcenter.api.paging import Page
from contactcenter.api.problems import RequestTimeout, UnsupportedMediaType
from contactcenter.api.services import Services
from contactcenter.db import Conn
from contactcenter.errors import BadInput, NoDatabase, PreconditionMissing, Stale, TooLarge

log = structlog.get_logger()

T = TypeVar("T")
Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: A request's work on the database ends within this, or is answered 503.
WORK_S: Final = 4.5
#: A body has arrived within this.
BODY_S: Final = 30.0

_ENCODER: Final = msgspec.json.Encoder(uuid_format="canonical")
#: Work that was given up because the database did not answer; it ends when its connection does.
_abandoned: Final[set[asyncio.Task[Any]]] = set()


def handler_of(operation: Operation, services: Services) -> Endpoint:
    """The aiohttp handler of an operation."""
    reads_at_once = operation.via == "read" and operation.is_safe

    async def handle(request: web.Request) -> web.StreamResponse:
        work = _Work(operation, services, request)
        return await (work.read() if reads_at_once else work.change())

    return handle


class _Work:
    """One request on its way through an operation."""

    def __init__(self, operation: Operation, services: Services, request: web.Request) -> None:
        self._operation = operation
        self._services = services
        self._request = request
        self._left_s = WORK_S
        self._given_up = False

    async def read(self) -> web.StreamResponse:
        """Answer with one connection for the look-up of the session and the handler."""
        return await self._in_time(self._read)

    async def change(self) -> web.StreamResponse:
        """Answer without holding a connection while the body arrives."""
        actor = await self._in_time(self._admit)
        _bind(actor)
        raw = await self._body()
        arguments = self._arguments(raw)
        call = self._call(actor)
        key = None
        if self._operation.idempotent:
            key = idempotency.key_of(self._request, call.actor.user_id, raw)
        stored = await self._in_time(lambda: self._once(call, arguments, key))
        return self._response(call, stored)

    async def _read(self) -> web.StreamResponse:
        async with self._services.db.read() as conn:
            actor = await guard.admit(conn, self._request, self._operation, self._services.settings)
            _bind(actor)
            arguments = self._arguments(b"")
            call = self._call(actor)
            call.enter(conn)
            result = await self._operation.handler(call, **arguments)
        return self._response(call, result)

    async def _admit(self) -> Actor | None:
        operation, settings = self._operation, self._services.settings
        if operation.roles is PUBLIC:
            return await guard.admit(None, self._request, operation, settings)
        async with self._services.db.read() as conn:
            return await guard.admit(conn, self._request, operation, settings)

    async def _body(self) -> bytes:
        body = self._operation.inputs.body
        if self._operation.is_safe:
            return b""
        if body is not None and not body.is_raw and self._request.can_read_body:
            if self._request.content_type != "application/json":
                raise UnsupportedMediaType
            charset = self._request.charset
            if charset is not None and charset.lower() not in {"utf-8", "us-ascii"}:
                raise UnsupportedMediaType("JSON is sent as UTF-8.")
        limit = self._operation.max_bytes or self._services.settings.max_body_bytes
        return await _received(self._request, limit)

    def _arguments(self, raw: bytes) -> dict[str, Any]:
        inputs = self._operation.inputs
        return (
            inputs.from_path(self._request.match_info)
            | inputs.from_query(self._request.rel_url.raw_query_string)
            | inputs.from_body(raw)
        )

    def _call(self, actor: Actor | None) -> Call:
        call = Call(self._services, self._request, actor)
        if self._operation.versioned:
            call.based_on(_version(self._request))
        return call

    async def _once(self, call: Call, arguments: dict[str, Any], key: Key | None) -> object:
        if key is None:
            return await db.retried(lambda: self._run(call, arguments, None))
        loop = asyncio.get_running_loop()
        until = loop.time() + idempotency.WAIT_S
        while loop.time() < until:
            try:
                return await db.retried(lambda: self._run(call, arguments, key))
            except KeyTaken:
                await asyncio.sleep(idempotency.LOOK_S)
        raise StillRunning

    async def _run(self, call: Call, arguments: dict[str, Any], key: Key | None) -> object:
        """The handler's result, or with a key the stored answer, after the commit."""

        async def effect() -> object:
            return await self._operation.handler(call, **arguments)

        async def kept() -> Stored:
            return _stored(self._operation.status, await effect())

        async def change(conn: Conn, now: datetime | None) -> object:
            if self._given_up:
                raise NoDatabase  # the client was told so, and may have asked again
            call.enter(conn, now)
            return await (effect() if key is None else idempotency.once(conn, key, kept))

        services = self._services
        match self._operation.via:
            case "none":
                result = await effect()
            case "read":
                async with services.db.read() as conn:
                    result = await change(conn, None)
            case "transaction":
                async with services.db.transaction() as conn:
                    result = await change(conn, None)
            case "dispatch":
                result = await services.dispatcher.submit(change)
        if not self._operation.is_safe:
            services.bell.ring("events", *call.topics)
        return result

    def _response(self, call: Call, result: object) -> web.StreamResponse:
        status, headers = self._operation.status, call.headers
        if isinstance(result, Answer):
            return file_answers.of(result, status, headers)
        version = getattr(result, "version", None)
        if isinstance(result, Stored):
            stored = result
            version = _version_in(stored.body)
            if stored.is_replay:
                headers["Idempotent-Replay"] = "true"
        else:
            stored = _stored(status, result)
        if version is not None:
            headers["ETag"] = f'"{version}"'
        content_type = "application/json" if stored.body else None
        return web.Response(
            status=stored.status,
            body=stored.body or None,
            content_type=content_type,
            headers=headers,
        )

    async def _in_time(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do it in what is left of the time; raises ``NoDatabase`` when that is over.

        A database that stopped answering does not even answer a cancellation: the work is left
        alone then, and its connection is closed by the pool. Raises ``Overloaded`` without having
        begun when there is more to do than can be done.
        """
        with self._services.shedding.entered(_share(self._operation)):
            return await self._timed(work())

    async def _timed(self, work: Coroutine[Any, Any, T]) -> T:
        loop = asyncio.get_running_loop()
        started = loop.time()
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task}, timeout=self._left_s)
        except asyncio.CancelledError:
            task.cancel()
            raise
        self._left_s -= loop.time() - started
        if task.done():
            return task.result()
        self._given_up = True
        task.cancel()
        _abandoned.add(task)
        task.add_done_callback(_forget)
        raise NoDatabase


def _share(operation: Operation) -> int:
    """How long an operation of this kind is let in when more is asked than can be done."""
    if operation.tag == "reports":
        return shedding.REPORTS
    if not operation.is_safe:
        return shedding.CHANGES
    return shedding.LISTS if get_origin(operation.answers) is Page else shedding.READS


class _Versioned(Struct):
    version: int | None = None


def _bind(actor: Actor | None) -> None:
    if actor is not None:
        structlog.contextvars.bind_contextvars(user_id=actor.user_id)


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("abandoned_work_ended", error=type(error).__name__)


def _stored(status: int, result: object) -> Stored:
    if result is None:
        return Stored(status=HTTPStatus.NO_CONTENT, body=b"")
    return Stored(status=status, body=_ENCODER.encode(result))


def _version_in(body: bytes) -> int | None:
    if not body.startswith(b"{"):
        return None
    return msgspec.json.decode(body, type=_Versioned).version


def _version(request: web.Request) -> int:
    """The version in If-Match; raises ``PreconditionMissing``, or ``Stale`` for a foreign one."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionMissing
    digits = given.strip().strip('"')
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 10:  # noqa: PLR2004
        raise Stale("If-Match is the ETag of the version you read.")
    return int(digits)


async def _received(request: web.Request, limit: int) -> bytes:
    """The body, at most ``limit`` bytes of it; raises ``TooLarge`` or ``RequestTimeout``."""
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"At most {limit} bytes are taken.", limit_bytes=limit)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"At most {limit} bytes are taken.", limit_bytes=limit)
    except TimeoutError as error:
        raise RequestTimeout from error
    except (HttpProcessingError, web.RequestPayloadError) as error:
        raise BadInput("body", "The body is damaged.") from error
    return bytes(body)
