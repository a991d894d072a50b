"""Reads what Twilio posts to us: limits it, authenticates it, turns it into text.

Every channel on Twilio receives through here. A request that cannot be authenticated never gets
further than a log line.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import structlog
from aiohttp import web
from msgspec import Struct

from channels._failures import NotStored
from channels._messages import Raw, Unreadable
from channels._problem import problem
from channels._signature import (
    FORM,
    SETTINGS_HEADER,
    SIGNATURE_HEADER,
    Pairs,
    parse_form,
)
from channels._twilio_keys import Choice

#: More than this is no message of Twilio's: a form of theirs has a few kilobytes.
MAX_BODY_BYTES = 1024 * 1024

#: A form has about thirty parameters; the limit keeps a stranger from making us sort a million.
MAX_PARAMETERS = 1000

#: Where the request's own path and query are kept among a payload's headers, as HTTP/2 names them.
PATH_HEADER = ":path"

_KEPT_HEADERS = ("I-Twilio-Idempotency-Token", "User-Agent")

log = structlog.get_logger()


class Payload(Struct, frozen=True, kw_only=True):
    """An authentic request. ``form`` has the first value of each name; ``query`` likewise."""

    channel: str
    form: Mapping[str, str]
    query: Mapping[str, str]
    raw: Raw


class TwilioHook:
    """One channel's door for Twilio.

    ``choice`` tells by the form with which keys it must be signed.
    ``missing`` are the settings it lacks: then nothing can be authentic and everything is refused.
    A body may take ``deadline_s`` to arrive, and storing as long again.
    """

    def __init__(
        self,
        *,
        channel: str,
        choice: Choice,
        missing: Sequence[str],
        deadline_s: float,
    ) -> None:
        self._channel = channel
        self._missing = missing
        self._deadline_s = deadline_s
        self._choice = choice

    async def read(self, request: web.Request) -> Payload | Unreadable | web.Response:
        """Return what was posted; a response is the refusal to answer with."""
        if self._missing:
            return self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "channel_not_ready", "A setting is missing."
            )
        try:
            body = await self._body(request)
        except TimeoutError:
            return self._refuse(
                HTTPStatus.REQUEST_TIMEOUT, "body_too_slow", "The body did not arrive in time."
            )
        except web.RequestPayloadError:
            return self._refuse(HTTPStatus.BAD_REQUEST, "body_broken", "The body is mangled.")
        if body is None or body.count(b"&") >= MAX_PARAMETERS:
            return self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "body_too_large",
                f"A body may have {MAX_BODY_BYTES} bytes and {MAX_PARAMETERS} parameters.",
            )
        content_type = request.content_type
        pairs = parse_form(body) if content_type == FORM else []
        if not self._choice(pairs).is_authentic(
            raw_path=request.raw_path,
            content_type=content_type,
            body=body,
            pairs=pairs,
            signature=request.headers.get(SIGNATURE_HEADER),
            settings=request.headers.get(SETTINGS_HEADER),
        ):
            return self._refuse(
                HTTPStatus.FORBIDDEN, "forged", "The signature does not fit the request."
            )
        return understood(self._channel, _raw(request, content_type, body), pairs)

    async def _body(self, request: web.Request) -> bytes | None:
        """The body in time, or None when it is over the limit; most have come with the request."""
        if request.content.is_eof() and (request.content_length or 0) <= MAX_BODY_BYTES:
            return request.content.read_nowait()
        async with asyncio.timeout(self._deadline_s):
            return await _body(request)

    async def stored(self, storing: Awaitable[object]) -> web.Response:
        """Answer Twilio: 200 once ``storing`` has returned, 503 when it fails or takes too long."""
        try:
            async with asyncio.timeout(self._deadline_s):
                await storing
        except (NotStored, TimeoutError) as error:
            name = type(error).__name__
            log.error("hook_not_stored", channel=self._channel, error=name)  # noqa: TRY400
            status, detail = (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "It could not be stored; send it again.",
            )
            return problem(status, "not_stored", detail)
        return taken()

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> web.Response:
        log.warning("hook_refused", channel=self._channel, code=code)
        return problem(status, code, detail)


def understood(channel: str, raw: Raw, pairs: Pairs | None = None) -> Payload | Unreadable:
    """Turn an authentic request into text, at the hook or from what was kept of it.

    ``pairs`` are those of the body, if it was split already.
    """
    if raw.content_type != FORM:
        detail = f"The body is {raw.content_type}, not a form."
        return Unreadable(channel=channel, reason="not_a_form", detail=detail, raw=raw)
    pairs = parse_form(raw.body) if pairs is None else pairs
    form = _first_values(pairs)
    if form is None:
        return _unreadable(channel, raw, pairs)
    query: dict[str, str] = {}
    for key, text in parse_qsl(urlsplit(raw.headers.get(PATH_HEADER, "")).query):
        if "\0" in key or "\0" in text:
            detail = "The address holds a NUL character."
            return Unreadable(channel=channel, reason="nul_character", detail=detail, raw=raw)
        query.setdefault(key, text)
    return Payload(channel=channel, form=form, query=query, raw=raw)


def taken() -> web.Response:
    """Answer Twilio that we have it and want nothing done."""
    return web.Response(body=b"<Response/>", content_type="text/xml")


def _raw(request: web.Request, content_type: str, body: bytes) -> Raw:
    kept = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
    kept[PATH_HEADER] = request.raw_path
    return Raw(body=body, content_type=content_type, headers=kept)


def _first_values(pairs: Pairs) -> dict[str, str] | None:
    """The form as text, or None where not all of it can be; decoded in one piece, as most can."""
    flat = [part for pair in reversed(pairs) for part in pair]
    try:
        parts = b"\0".join(flat).decode().split("\0")
    except UnicodeDecodeError:
        return None
    if len(parts) != len(flat):
        return None if flat else {}
    return dict(zip(parts[0::2], parts[1::2], strict=True))


def _unreadable(channel: str, raw: Raw, pairs: Pairs) -> Unreadable:
    """Name the first parameter that cannot be text."""
    name, reason = next(
        (name, reason)
        for name, value in pairs
        if (reason := _reason_unreadable(name) or _reason_unreadable(value))
    )
    shown = name[:40].decode(errors="backslashreplace")
    detail = f"The parameter {shown!r} holds {_NAMED[reason]}."
    sid = _message_sid(pairs)
    return Unreadable(channel=channel, reason=reason, detail=detail, raw=raw, external_id=sid)


_NAMED = {"nul_character": "a NUL character", "invalid_utf8": "bytes that are not UTF-8"}


def _reason_unreadable(text: bytes) -> str | None:
    if b"\0" in text:
        return "nul_character"
    try:
        text.decode()
    except UnicodeDecodeError:
        return "invalid_utf8"
    return None


def _message_sid(pairs: Pairs) -> str | None:
    for name, value in pairs:
        if name == b"MessageSid" and value.isalnum():
            return value.decode()
    return None


async def _body(request: web.Request) -> bytes | None:
    """Read the body, or None when it is over the limit."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return None
    received = bytearray()
    async for chunk in request.content.iter_any():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            return None
    return bytes(received)
