"""Twilio's fallback address: another way to the same handler."""

import asyncio
import random
from datetime import UTC, datetime

import pytest
from aiohttp import web
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from sms_contract import PATH, SmsContract
from twilio_requests import ACCOUNT, TOKEN, message, signed

from contactcenter.fakes.twilio import FakeTwilio

SMS = SmsContract()


class Silent(RecordingInbox):
    """Stores, and does not come back in time to say so."""

    async def receive(self, items, *, checkpoint=None):
        await super().receive(items)
        await asyncio.Event().wait()


FALLBACK = "https://desk-2.example/second"


@pytest.mark.parametrize(
    ("base", "status"),
    [
        ("https://desk.example", 200),
        ("https://desk-2.example/second", 200),
        ("https://desk-2.example:443/second", 200),
        ("https://desk-2.example", 403),
        ("http://desk-2.example/second", 403),
        ("https://desk-3.example/second", 403),
    ],
)
async def test_request_to_the_fallback_address_is_authentic_too(aiohttp_client, http, base, status):
    inbox = RecordingInbox()
    channel = SMS.create(SMS.env(http, twilio_fallback_url=f"{FALLBACK}/"))
    client = await SMS.serve(aiohttp_client, channel, inbox)

    response = await SMS.post(client, signed(PATH, message("SM1", "hello"), public_url=base))

    assert response.status == status
    assert len(inbox.received) == (status == 200)


async def test_fallback_address_that_is_not_set_is_not_believed(aiohttp_client, http):
    client = await SMS.serve(aiohttp_client, SMS.create(SMS.env(http)), RecordingInbox())

    response = await SMS.post(client, signed(PATH, message("SM1", "hello"), public_url=FALLBACK))

    assert response.status == 403


async def test_message_comes_by_the_fallback_when_the_first_address_is_silent(aiohttp_server, http):
    silent, reached = Silent(), RecordingInbox()
    handlers = {}

    async def handle(request):
        return await handlers[request.url.port](request)

    servers = []
    for _ in range(2):
        app = web.Application()
        app.router.add_post("/{path:.*}", handle)
        servers.append(await aiohttp_server(app))
    urls = [str(server.make_url("")).rstrip("/") for server in servers]
    env = replace(SMS.env(http, twilio_fallback_url=urls[1]), public_url=urls[0])
    for server, inbox in zip(servers, (silent, reached), strict=True):
        on_message, _ = SMS.create(env).routes(inbox)
        handlers[server.port] = on_message.handler
    async with FakeTwilio(
        chance=random.Random(1),
        clock=lambda: datetime.now(UTC),
        account_sid=ACCOUNT,
        auth_token=TOKEN,
    ) as fake:
        fake.message_url = f"{urls[0]}{PATH}#rt=300&rc=0"
        fake.fallback_url = f"{urls[1]}{PATH}"
        result = await fake.customer_writes("+989121234567", "+982191012345", "hello")

    assert [attempt.error or attempt.status for attempt in result.attempts] == ["rt", 200]
    [late], [item] = silent.received, reached.received
    assert item.external_id == late.external_id == result.sid
    assert item.text == "hello"
