"""What else the fake Twilio remembers and withholds: queues, validity, opt-outs, files, silence."""

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import encode_basic_auth, web

from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_media import MediaHost

NOW = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
DESK, OTHER, SARA = "+982191012345", "+982191012399", "+989121234567"


@asynccontextmanager
async def running(**given):
    async with FakeTwilio(chance=random.Random(5), clock=lambda: NOW, **given) as fake:
        yield fake


@pytest.fixture
async def fake():
    async with running() as fake:
        yield fake


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def hook(aiohttp_server):
    """The product's hook; remembers the forms it was posted."""
    forms = []

    async def handle(request):
        forms.append(dict(parse_qsl(await request.text(), keep_blank_values=True)))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", handle)
    handle.url = str((await aiohttp_server(app)).make_url("/hook"))
    handle.forms = forms
    return handle


def key(fake):
    return {"Authorization": encode_basic_auth(fake.account_sid, fake.auth_token)}


def address(fake, path):
    return f"{fake.url}/2010-04-01/Accounts/{fake.account_sid}/{path}"


async def send(fake, session, **changed):
    form = {"To": SARA, "From": DESK, "Body": "hello"} | changed
    form = {name: value for name, value in form.items() if value is not None}
    async with session.post(address(fake, "Messages.json"), data=form, headers=key(fake)) as answer:
        return answer.status, await answer.json(), answer.headers


async def read(fake, session, path):
    async with session.get(address(fake, path), headers=key(fake), allow_redirects=False) as answer:
        body = await answer.json() if answer.content_type == "application/json" else None
        return answer.status, body


@pytest.mark.parametrize("word", ["Stop", "REVOKE", "optout", "end"])
async def test_stop_holds_for_the_pair_and_for_the_whole_service(fake, session, hook, word):
    fake.message_url = hook.url
    await fake.customer_writes(SARA, DESK, word)

    codes = [
        (await send(fake, session, **changed))[1].get("code")
        for changed in (
            {},
            {"From": OTHER},
            {"To": "+989121234568"},
            {"From": None, "MessagingServiceSid": "MG1"},
        )
    ]

    assert codes == [21610, None, None, 21610]
    assert fake.has_stopped(SARA, DESK)
    assert not fake.has_stopped(SARA, OTHER)


async def test_number_sends_in_turn_and_refuses_what_would_wait_too_long(fake, session):
    fake.behaviour = Behaviour(segments_per_s=0.01, queue_s=50)

    statuses = []
    for _ in range(3):
        status, body, _ = await send(fake, session)
        statuses.append((status, body.get("code")))
        await asyncio.sleep(0.01)  # the first takes its turn

    assert statuses == [(201, None), (429, 21611), (429, 21611)]
    assert (await send(fake, session, From=OTHER))[0] == 201


async def test_service_accepts_and_fails_what_would_wait_too_long(fake, session, hook):
    fake.behaviour = Behaviour(segments_per_s=0.01, queue_s=50)
    asked = {"MessagingServiceSid": "MG1", "StatusCallback": hook.url}
    for _ in range(2):
        assert (await send(fake, session, **asked))[0] == 201
    await fake.drain()

    first, second = fake.messages.values()
    assert (first.status, second.status, second.error_code) == ("delivered", "failed", 30001)
    assert hook.forms[-1]["MessageStatus"] in {"failed", "delivered"}
    assert "30001" in {form.get("ErrorCode") for form in hook.forms}


async def test_message_that_is_no_longer_valid_fails_unsent(fake, session, hook):
    fake.behaviour = Behaviour(segments_per_s=0.01)
    await send(fake, session)
    asked = {"ValidityPeriod": "1", "StatusCallback": hook.url}
    await send(fake, session, **asked)
    await fake.drain()

    late = list(fake.messages.values())[-1]
    assert (late.valid_s, late.status, late.error_code) == (1, "failed", 30036)
    assert [form["MessageStatus"] for form in hook.forms] == ["failed"]


@pytest.mark.parametrize("period", ["0", "36001", "soon", "-1"])
async def test_validity_out_of_range_is_refused(fake, session, period):
    status, body, _ = await send(fake, session, ValidityPeriod=period)

    assert (status, body["code"], fake.messages) == (400, 90007, {})


async def test_swallowed_message_is_kept_and_told_to_nobody(fake, session, hook):
    fake.message_url = hook.url
    fake.behaviour = Behaviour(swallowed=1.0)

    result = await fake.customer_writes(SARA, DESK, "hello")

    assert (result.status, result.attempts, hook.forms) == (None, (), [])
    _, body = await read(fake, session, "Messages.json")
    assert [message["sid"] for message in body["messages"]] == [result.sid]


async def test_message_in_the_queue_has_no_date_and_is_in_no_list_by_date(fake, session):
    fake.behaviour = Behaviour(report_delay_s=(30.0, 30.0))
    await send(fake, session)

    _, every = await read(fake, session, "Messages.json")
    _, today = await read(fake, session, "Messages.json?DateSent=2026-04-14")

    assert [message["date_sent"] for message in every["messages"]] == [None]
    assert today["messages"] == []


async def test_list_may_break_and_tells_its_time(fake, session):
    async with session.get(address(fake, "Messages.json"), headers=key(fake)) as answer:
        assert answer.headers["Date"] == "Tue, 14 Apr 2026 09:30:00 GMT"
    fake.behaviour = Behaviour(lists_broken=1.0)

    assert (await read(fake, session, "Messages.json"))[0] == 500


async def test_files_are_listed_and_lie_where_the_webhook_said(fake, session, hook):
    fake.message_url = hook.url
    files = [("image/png", b"a picture"), ("text/vcard", b"a card")]
    sid = (await fake.customer_writes(SARA, DESK, "look", media=files)).sid

    status, body = await read(fake, session, f"Messages/{sid}/Media.json")

    [form] = hook.forms
    listed = [(fake.url + one["uri"].removesuffix(".json")) for one in body["media_list"]]
    assert status == 200
    assert listed == [form["MediaUrl0"], form["MediaUrl1"]]
    assert [one["content_type"] for one in body["media_list"]] == ["image/png", "text/vcard"]
    async with session.get(address(fake, f"Messages/{sid}/Media.json")) as answer:
        assert answer.status == 401
    assert (await read(fake, session, "Messages/MM0/Media.json"))[0] == 404


async def test_files_are_handed_out_by_another_host_without_a_key(fake, session, hook):
    fake.message_url = hook.url
    await fake.customer_writes(SARA, DESK, "look", media=[("image/png", b"a picture")])
    url = hook.forms[0]["MediaUrl0"]
    async with MediaHost(fake.messages) as host:
        fake.media_url = host.url
        async with session.get(url, headers=key(fake), allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"][: len(host.url)]) == (307, host.url)
        async with session.get(url) as answer:
            assert answer.status == 401
        async with session.get(answer.url.with_path("/"), headers=key(fake)) as answer:
            assert answer.status == 404
        async with session.get(url, headers=key(fake)) as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", b"a picture")
        async with session.get(f"{host.url}/MM0/ME0", headers=key(fake)) as answer:
            assert answer.status == 404

        assert host.keys_seen == [key(fake)["Authorization"]]


async def test_waiting_time_may_be_told_as_a_date(fake, session):
    fake.behaviour = Behaviour(busy=1.0, retry_after_s=90, retry_after_is_a_date=True)

    status, _, headers = await send(fake, session)

    assert (status, headers["Retry-After"]) == (429, "Tue, 14 Apr 2026 09:31:30 GMT")
