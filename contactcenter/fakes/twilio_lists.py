"""What Twilio remembers, as its REST API lists it: messages and their files.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio_message import Message
from contactcenter.fakes.twilio_refusal import Refusal, broken, not_found

_PAGE_SIZE, _MAX_PAGE_SIZE = 50, 1000
_DATE_LENGTH = len("2026-01-31")

#: As long as a message is here, it was not sent, and has no ``DateSent``.
_UNSENT = frozenset({"accepted", "queued", "sending"})


class Lists:
    """Reads ``messages``; ``authorize`` raises for a stranger.

    ``media_url`` names the host that hands out the files, to which Twilio redirects; while it is
    empty they are handed out here.
    """

    def __init__(
        self,
        messages: dict[str, Message],
        *,
        authorize: Callable[[web.Request], None],
        behaviour: Callable[[], Behaviour],
        chance: random.Random,
        clock: Callable[[], datetime],
        media_url: Callable[[], str],
    ) -> None:
        self._messages = messages
        self._authorize = authorize
        self._behaviour = behaviour
        self._chance = chance
        self._clock = clock
        self._media_url = media_url

    async def list(self, request: web.Request) -> web.StreamResponse:
        """List newest first, filtered by To, From and DateSent, in pages."""
        try:
            self._authorize(request)
            broken_now = self._behaviour().lists_broken
            if broken_now and self._chance.random() < broken_now:
                raise broken()
            kept = _filter(request.query)
            size = min(_whole(request.query, "PageSize", _PAGE_SIZE), _MAX_PAGE_SIZE)
            number = _whole(request.query, "Page", 0)
        except Refusal as refusal:
            return refusal.response()
        found = [m for m in reversed(self._messages.values()) if kept(m)]
        after = request.query.get("PageToken", "").removeprefix("PA")
        start = next((i + 1 for i, m in enumerate(found) if m.sid == after), 0) if after else 0
        page = found[start : start + size]
        more = start + size < len(found)
        following = (
            {**request.query, "Page": number + 1, "PageToken": f"PA{page[-1].sid}"} if more else {}
        )
        body = {
            "messages": [shown(message) for message in page],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + len(page) - 1,
            "uri": request.path_qs,
            "first_page_uri": f"{request.path}?PageSize={size}&Page=0",
            "next_page_uri": f"{request.path}?{urlencode(following)}" if more else None,
            "previous_page_uri": None,
        }
        now = format_datetime(self._clock(), usegmt=True)
        return web.json_response(body, headers={"Date": now})

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """Show one message."""
        try:
            self._authorize(request)
            return web.json_response(shown(self._known(request)))
        except Refusal as refusal:
            return refusal.response()

    async def media(self, request: web.Request) -> web.StreamResponse:
        """Hand out an attachment of a customer's message."""
        try:
            self._authorize(request)
            message = self._known(request)
        except Refusal as refusal:
            return refusal.response()
        place = request.match_info["media"]
        if place not in message.media_sids:
            return not_found().response()
        index = message.media_sids.index(place)
        if host := self._media_url():
            raise web.HTTPTemporaryRedirect(f"{host}/{message.sid}/{place}")
        content_type, content = message.media[index]
        return web.Response(body=content, content_type=content_type)

    async def files(self, request: web.Request) -> web.StreamResponse:
        """List the attachments of a message."""
        try:
            self._authorize(request)
            message = self._known(request)
        except Refusal as refusal:
            return refusal.response()
        files = [
            {
                "sid": sid,
                "account_sid": message.account_sid,
                "parent_sid": message.sid,
                "content_type": content_type,
                "date_created": format_datetime(message.created_at),
                "date_updated": format_datetime(message.created_at),
                "uri": f"{message.path}/Media/{sid}.json",
            }
            for sid, (content_type, _) in zip(message.media_sids, message.media, strict=True)
        ]
        return web.json_response({"media_list": files, "page": 0, "next_page_uri": None})

    def _known(self, request: web.Request) -> Message:
        message = self._messages.get(request.match_info["sid"])
        if message is None:
            raise not_found()
        return message


def _filter(query: Mapping[str, str]) -> Callable[[Message], bool]:
    def kept(message: Message) -> bool:
        day = query.get("DateSent")
        if message.status in _UNSENT and any(name.startswith("DateSent") for name in query):
            return False
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


def shown(message: Message) -> dict[str, Any]:
    """The resource of one message."""
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
        "date_sent": (None if message.status in _UNSENT else format_datetime(message.created_at)),
        "date_updated": format_datetime(message.updated_at),
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }
