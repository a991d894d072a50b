"""Twilio's REST API for messages, as far as the product uses it.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from contactcenter.fakes.ledger import Entry
from contactcenter.fakes.twilio_lists import Lists, shown
from contactcenter.fakes.twilio_message import Message, new_sid
from contactcenter.fakes.twilio_refusal import (
    Refusal,
    authorize,
    broken,
    invalid_validity,
    retry_after,
)

if TYPE_CHECKING:
    from contactcenter.fakes.twilio import FakeTwilio


def routes(fake: "FakeTwilio") -> Sequence[web.AbstractRouteDef]:
    """Everything under ``/2010-04-01/Accounts``."""
    rest = _Rest(fake)
    lists = Lists(
        fake.messages,
        authorize=rest.authorize,
        behaviour=lambda: fake.behaviour,
        chance=fake.chance,
        clock=rest.now,
        media_url=lambda: fake.media_url,
    )
    base = "/2010-04-01/Accounts/{account}"
    return [
        web.post(f"{base}/Messages.json", rest.create),
        web.get(f"{base}/Messages.json", lists.list),
        web.get(f"{base}/Messages/{{sid}}.json", lists.fetch),
        web.get(f"{base}/Messages/{{sid}}/Media.json", lists.files),
        web.get(f"{base}/Messages/{{sid}}/Media/{{media}}", lists.media),
    ]


class _Rest:
    def __init__(self, fake: "FakeTwilio") -> None:
        self._fake = fake

    def now(self) -> datetime:
        """The clock of the fake, which may be replaced."""
        return self._fake.clock()

    def authorize(self, request: web.Request) -> None:
        """Raise for a stranger."""
        authorize(request, self._fake.account_sid, self._fake.auth_token)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or fail in one of the ways the behaviour asks for."""
        fake, behaviour, chance = self._fake, self._fake.behaviour, self._fake.chance
        try:
            self.authorize(request)
            await asyncio.sleep(chance.uniform(*behaviour.answer_delay_s))
            self._fail_before_accepting()
            if chance.random() < behaviour.cut_before_accepting:
                return _cut(request)
            body = await request.read()
            message = self._message(parse_qsl(body.decode(), keep_blank_values=True))
            fake.accept(message)
            if chance.random() < behaviour.broken_after_accepting:
                raise broken()
        except Refusal as refusal:
            return refusal.response()
        hangs = chance.random() < behaviour.hanging
        if hangs:
            await asyncio.sleep(behaviour.hang_s)
        if hangs or chance.random() < behaviour.cut_after_accepting:
            return _cut(request)
        return web.json_response(shown(message), status=HTTPStatus.CREATED)

    def _fail_before_accepting(self) -> None:
        behaviour, chance = self._fake.behaviour, self._fake.chance
        wait = retry_after(
            self._fake.clock(), behaviour.retry_after_s, as_date=behaviour.retry_after_is_a_date
        )
        if chance.random() < behaviour.busy:
            status = HTTPStatus.TOO_MANY_REQUESTS
            raise Refusal(status, 20429, "Too Many Requests", retry_after=wait)
        if chance.random() < behaviour.unavailable:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise Refusal(status, 20503, "Service Unavailable", retry_after=wait)
        if chance.random() < behaviour.broken:
            raise broken()

    def _message(self, params: Sequence[tuple[str, str]]) -> Message:
        """Check what was asked in Twilio's order and make a message of it."""
        fake, asked = self._fake, dict(params)
        sender = asked.get("From", "")
        text = asked.get("Body", "")
        media_urls = tuple(value for name, value in params if name == "MediaUrl")
        service_sid = asked.get("MessagingServiceSid")
        validity = asked.get("ValidityPeriod", "36000")
        refusal = invalid_validity(validity) or fake.refusal(
            asked.get("To", ""), sender, text, media_urls, service_sid
        )
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
            valid_s=int(validity),
        )


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
