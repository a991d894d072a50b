"""Twilio's REST API for messages, as far as the product uses it.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from contactcenter.fakes.ledger import Entry
from contactcenter.fakes.twilio_message import Message, new_sid

if TYPE_CHECKING:
    from contactcenter.fakes.twilio import FakeTwilio

_MAX_CHARACTERS = 1600
_PAGE_SIZE, _MAX_PAGE_SIZE = 50, 1000
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_DATE_LENGTH = len("2026-01-31")


class Refusal(Exception):
    """A request Twilio refuses, with its own code."""

    def __init__(
        self, status: HTTPStatus, code: int, detail: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self._retry_after_s = retry_after_s

    def response(self) -> web.Response:
        """The answer in Twilio's form."""
        body = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": int(self.status),
        }
        wait = self._retry_after_s
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return web.json_response(body, status=self.status, headers=headers)


def routes(fake: "FakeTwilio") -> Sequence[web.AbstractRouteDef]:
    """Everything under ``/2010-04-01/Accounts``."""
    rest = _Rest(fake)
    base = "/2010-04-01/Accounts/{account}"
    return [
        web.post(f"{base}/Messages.json", rest.create),
        web.get(f"{base}/Messages.json", rest.list),
        web.get(f"{base}/Messages/{{sid}}.json", rest.fetch),
        web.get(f"{base}/Messages/{{sid}}/Media/{{index:\\d+}}", rest.media),
    ]


class _Rest:
    def __init__(self, fake: "FakeTwilio") -> None:
        self._fake = fake

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or fail in one of the ways the behaviour asks for."""
        fake, behaviour, chance = self._fake, self._fake.behaviour, self._fake.chance
        try:
            _authorize(fake, request)
            await asyncio.sleep(chance.uniform(*behaviour.answer_delay_s))
            self._fail_before_accepting()
            if chance.random() < behaviour.cut_before_accepting:
                return _cut(request)
            body = await request.read()
            message = self._message(parse_qsl(body.decode(), keep_blank_values=True))
            fake.accept(message)
            if chance.random() < behaviour.broken_after_accepting:
                raise _broken()
        except Refusal as refusal:
            return refusal.response()
        hangs = chance.random() < behaviour.hanging
        if hangs:
            await asyncio.sleep(behaviour.hang_s)
        if hangs or chance.random() < behaviour.cut_after_accepting:
            return _cut(request)
        return web.json_response(_shown(message), status=HTTPStatus.CREATED)

    def _fail_before_accepting(self) -> None:
        behaviour, chance = self._fake.behaviour, self._fake.chance
        if chance.random() < behaviour.busy:
            status = HTTPStatus.TOO_MANY_REQUESTS
            wait = behaviour.retry_after_s
            raise Refusal(status, 20429, "Too Many Requests", retry_after_s=wait)
        if chance.random() < behaviour.unavailable:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            wait = behaviour.retry_after_s
            raise Refusal(status, 20503, "Service Unavailable", retry_after_s=wait)
        if chance.random() < behaviour.broken:
            raise _broken()

    async def list(self, request: web.Request) -> web.StreamResponse:
        """List newest first, filtered by To, From and DateSent, in pages."""
        try:
            _authorize(self._fake, request)
            kept = _filter(request.query)
            size = min(_whole(request.query, "PageSize", _PAGE_SIZE), _MAX_PAGE_SIZE)
            number = _whole(request.query, "Page", 0)
        except Refusal as refusal:
            return refusal.response()
        found = [m for m in reversed(self._fake.messages.values()) if kept(m)]
        after = request.query.get("PageToken", "").removeprefix("PA")
        start = next((i + 1 for i, m in enumerate(found) if m.sid == after), 0) if after else 0
        page = found[start : start + size]
        more = start + size < len(found)
        following = (
            {**request.query, "Page": number + 1, "PageToken": f"PA{page[-1].sid}"} if more else {}
        )
        body = {
            "messages": [_shown(message) for message in page],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + len(page) - 1,
            "uri": request.path_qs,
            "first_page_uri": f"{request.path}?PageSize={size}&Page=0",
            "next_page_uri": f"{request.path}?{urlencode(following)}" if more else None,
            "previous_page_uri": None,
        }
        return web.json_response(body)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """Show one message."""
        try:
            _authorize(self._fake, request)
            return web.json_response(_shown(self._known(request)))
        except Refusal as refusal:
            return refusal.response()

    async def media(self, request: web.Request) -> web.StreamResponse:
        """Hand out an attachment of a customer's message."""
        try:
            _authorize(self._fake, request)
            message = self._known(request)
        except Refusal as refusal:
            return refusal.response()
        index = int(request.match_info["index"])
        if index >= len(message.media):
            return _not_found().response()
        content_type, content = message.media[index]
        return web.Response(body=content, content_type=content_type)

    def _known(self, request: web.Request) -> Message:
        message = self._fake.messages.get(request.match_info["sid"])
        if message is None:
            raise _not_found()
        return message

    def _message(self, params: Sequence[tuple[str, str]]) -> Message:
        """Check what was asked in Twilio's order and make a message of it."""
        fake, asked = self._fake, dict(params)
        sender = asked.get("From", "")
        text = asked.get("Body", "")
        media_urls = tuple(value for name, value in params if name == "MediaUrl")
        service_sid = asked.get("MessagingServiceSid")
        refusal = fake.refusal(asked.get("To", ""), sender, text, media_urls, service_sid)
        if refusal:
            fake.ledger.record(
                Entry(
                    at=fake.clock(),
                    kind="refused",
                    from_=sender,
                    to=asked.get("To", ""),
                    code=refusal.code,
                )
            )
            raise refusal
        return Message(
            sid=new_sid("MM" if media_urls else "SM"),
            account_sid=fake.account_sid,
            direction="outbound-api",
            from_=sender,
            to=asked["To"],
            text=text,
            status="accepted" if service_sid else "queued",
            created_at=fake.clock(),
            updated_at=fake.clock(),
            media_urls=media_urls,
            status_callback=asked.get("StatusCallback", ""),
            messaging_service_sid=service_sid,
        )


def refusal_of(
    to: str, sender: str, text: str, media_urls: Sequence[str], service_sid: str | None
) -> Refusal | None:
    """Say why Twilio refuses such a message, whoever sends it.

    Source: https://www.twilio.com/docs/api/errors
    """
    bad = HTTPStatus.BAD_REQUEST
    if not to:
        return Refusal(bad, 21604, "A 'To' phone number is required.")
    if not sender and not service_sid:
        return Refusal(bad, 21603, "A 'From' phone number is required.")
    if not text and not media_urls:
        return Refusal(bad, 21602, "Message body is required.")
    if len(text) > _MAX_CHARACTERS:
        detail = "The concatenated message body exceeds the 1600 character limit."
        return Refusal(bad, 21617, detail)
    if not _NUMBER.fullmatch(to):
        return Refusal(bad, 21211, f"Invalid 'To' Phone Number: {to}")
    return None


def _authorize(fake: "FakeTwilio", request: web.Request) -> None:
    wanted = base64.b64encode(f"{fake.account_sid}:{fake.auth_token}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {wanted}":
        raise Refusal(HTTPStatus.UNAUTHORIZED, 20003, "Authenticate")
    if request.match_info["account"] != fake.account_sid:
        raise _not_found()


def _not_found() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, 20404, "The requested resource was not found")


def _broken() -> Refusal:
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, 20500, "Internal Server Error")


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _filter(query: Mapping[str, str]) -> Callable[[Message], bool]:
    def kept(message: Message) -> bool:
        day = query.get("DateSent")
        return (
            query.get("To", message.to) == message.to
            and query.get("From", message.from_) == message.from_
            and (not day or _moment(day) <= message.created_at < _moment(day) + timedelta(days=1))
            and ("DateSent>" not in query or message.created_at >= _moment(query["DateSent>"]))
            and ("DateSent<" not in query or message.created_at <= _moment(query["DateSent<"]))
        )

    return kept


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise Refusal(HTTPStatus.BAD_REQUEST, 20001, f"Invalid {name}: {text}")
    return int(text)


def _moment(text: str) -> datetime:
    if len(text) == _DATE_LENGTH:
        text += "T00:00:00Z"
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, 20001, f"Invalid DateSent: {text}") from None


def _shown(message: Message) -> dict[str, Any]:
    uri = message.path
    return {
        "sid": message.sid,
        "account_sid": message.account_sid,
        "messaging_service_sid": message.messaging_service_sid,
        "api_version": "2010-04-01",
        "direction": message.direction,
        "from": message.from_,
        "to": message.to,
        "body": message.text,
        "status": message.status,
        "error_code": message.error_code,
        "error_message": None,
        "num_segments": str(message.segments),
        "num_media": str(len(message.media) + len(message.media_urls)),
        "date_created": format_datetime(message.created_at),
        "date_sent": format_datetime(message.created_at),
        "date_updated": format_datetime(message.updated_at),
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }
