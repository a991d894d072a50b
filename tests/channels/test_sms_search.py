"""Finding a message in Twilio's list: what is equal, what is too old, what cannot be trusted."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import encode_basic_auth, web
from msgspec.structs import replace
from sms_contract import SmsContract
from twilio_requests import ACCOUNT, TOKEN

from channels import AccountRefused, Listed, Unavailable
from channels.sms import Sms

SMS = SmsContract()
OUTBOUND = SMS.outbound("c-1")
SINCE = datetime(2026, 4, 14, 9, 30, 0, 500_000, tzinfo=UTC)
URI = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def resource(sid="SM1", **changed):
    return {
        "sid": sid,
        "direction": "outbound-api",
        "status": "sent",
        "from": OUTBOUND.entry_point,
        "to": OUTBOUND.recipient.value,
        "body": OUTBOUND.text,
        "messaging_service_sid": None,
        "num_segments": "2",
        "num_media": "0",
        "error_code": None,
        "date_created": "Tue, 14 Apr 2026 09:30:00 +0000",
        "date_sent": None,
    } | changed


class Lists:
    """A server that answers with the next of ``answers`` and remembers what it was asked."""

    def __init__(self):
        self.answers = []
        self.requests = []

    async def handle(self, request):
        self.requests.append(request)
        status, body, headers = self.answers.pop(0)
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=headers)

    def page(self, *messages, following=None):
        body = {"messages": messages, "next_page_uri": following, "page": 0}
        self.answers.append((200, body, {}))


@pytest.fixture
async def lists(aiohttp_server):
    lists = Lists()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", lists.handle)
    lists.url = str((await aiohttp_server(app)).make_url("/"))
    return lists


@pytest.fixture
def channel(lists, http):
    return SMS.create(SMS.env(http, twilio_api_base=lists.url))


@pytest.fixture
def service(lists, http):
    settings = {"twilio_api_base": lists.url, "twilio_messaging_service_sid": "MG1"}
    return SMS.create(SMS.env(http, **settings))


async def test_twilio_is_asked_for_all_messages_to_the_customer(lists, channel):
    lists.page()

    assert await channel.find(OUTBOUND, SINCE) == []

    [request] = lists.requests
    assert (request.method, request.path) == ("GET", URI)
    assert dict(request.query) == {"To": "+989121234567", "PageSize": "200"}
    assert request.headers["Authorization"] == encode_basic_auth(ACCOUNT, TOKEN)


async def test_what_is_found_is_told_in_our_words(lists, channel):
    lists.page(resource(status="undelivered", error_code=30005), resource("SM2", status="accepted"))

    found = await channel.find(OUTBOUND, SINCE)

    created_at = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
    assert found == [
        Listed(
            external_id="SM1",
            status="undelivered",
            created_at=created_at,
            segments=2,
            error_code="30005",
        ),
        Listed(external_id="SM2", status="queued", created_at=created_at, segments=2),
    ]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"body": f"\n {OUTBOUND.text}\n"}, True),
        ({"body": f"Sent from your Twilio trial account - {OUTBOUND.text}"}, True),
        ({"from": "+98 21 9101 2345"}, True),
        ({"direction": "outbound-reply"}, True),
        ({"direction": "inbound"}, False),
        ({"body": f"{OUTBOUND.text}!"}, False),
        ({"body": OUTBOUND.text.replace("!", ".")}, False),
        ({"body": None}, False),
        ({"to": "+989121234568"}, False),
        ({"from": "+982191012346"}, False),
        ({"from": None}, False),
        ({"from": "whatsapp:+982191012345"}, False),
        ({"messaging_service_sid": "MG1", "from": "+982191012346"}, False),
        ({"date_created": "Tue, 14 Apr 2026 09:29:54 +0000"}, False),
        ({"date_created": "Tue, 14 Apr 2026 09:29:55 +0000"}, True),
        ({"date_created": "Tue, 14 Apr 2026 13:00:00 +0330"}, True),
        ({"date_created": None}, False),
        ({"date_created": "yesterday"}, False),
    ],
)
async def test_equal_are_recipient_text_and_sender_since_then(lists, channel, changed, found):
    lists.page(resource(**changed))

    assert bool(await channel.find(OUTBOUND, SINCE)) == found


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"messaging_service_sid": "MG1", "from": "+15005550006"}, True),
        ({"messaging_service_sid": "MG2", "from": "+15005550006"}, False),
        ({"messaging_service_sid": "MG1", "from": None}, True),
        ({"body": "He said \"no\" - it's 5 o'clock..."}, True),
        ({"body": "He said \"yes\" - it's 5 o'clock..."}, False),
    ],
)
async def test_messaging_service_chooses_the_number_and_may_change_signs(
    lists, service, changed, found
):
    outbound = replace(OUTBOUND, text="He said “no” — it’s 5 o’clock…")
    lists.page(resource(**{"body": outbound.text, **changed}))

    assert bool(await service.find(outbound, SINCE)) == found


@pytest.mark.parametrize(
    ("sid", "num_media", "found"), [("MM1", "0", True), ("SM1", "1", True), ("SM1", "0", False)]
)
async def test_message_with_files_is_found_among_those_with_files(
    lists, channel, sid, num_media, found
):
    outbound = replace(OUTBOUND, media_urls=("https://desk.example/media/1",))
    lists.page(resource(sid, num_media=num_media))

    assert bool(await channel.find(outbound, SINCE)) == found


async def test_pages_are_followed_until_nothing_is_new_enough(lists, channel):
    old = resource("SM0", date_created="Tue, 14 Apr 2026 08:00:00 +0000")
    lists.page(old, resource("SM1"), following=f"{URI}?Page=1&PageToken=PASM1&To=%2B98")
    lists.page(old, resource("SM2"), following=f"{URI}?Page=2")
    lists.page(old, following=f"{URI}?Page=3")

    found = await channel.find(OUTBOUND, SINCE)

    assert [one.external_id for one in found] == ["SM1", "SM2"]
    assert [str(request.rel_url) for request in lists.requests][1:] == [
        f"{URI}?Page=1&PageToken=PASM1&To=%2B98",
        f"{URI}?Page=2",
    ]


async def test_longer_list_than_can_be_looked_through_is_not_taken_for_an_empty_one(lists, channel):
    for _ in range(26):
        lists.page(resource(body="another"), following=f"{URI}?Page=1")

    with pytest.raises(Unavailable, match="more than 5000"):
        await channel.find(OUTBOUND, SINCE)

    assert len(lists.requests) == 25


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/2010-04-01/Accounts",
        "//evil.example/2010-04-01/",
        "@evil.example/2010-04-01/",
        ".evil.example/2010-04-01/",
        "/elsewhere",
    ],
)
async def test_next_page_elsewhere_is_not_asked_with_our_key(lists, channel, following):
    lists.page(resource(body="another"), following=following)

    with pytest.raises(Unavailable, match="not its own"):
        await channel.find(OUTBOUND, SINCE)

    assert len(lists.requests) == 1


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ((401, {"code": 20003}, {}), (AccountRefused, "20003", None)),
        ((403, {"code": 20005}, {}), (AccountRefused, "20005", None)),
        ((429, {"code": 20429}, {"Retry-After": "7"}), (Unavailable, "20429", 7.0)),
        ((503, "busy", {"Retry-After": "7"}), (Unavailable, None, 7.0)),
        ((500, {"code": 20500}, {}), (Unavailable, "20500", None)),
        ((307, "", {"Location": "/elsewhere"}), (Unavailable, None, None)),
        ((200, "<html>", {}), (Unavailable, None, None)),
        ((200, '{"messages": null}', {}), (Unavailable, None, None)),
        ((200, '{"messages": [{}]}', {}), (Unavailable, None, None)),
        ((200, "", {}), (Unavailable, None, None)),
    ],
)
async def test_list_that_is_not_given_is_never_taken_for_an_empty_one(
    lists, channel, answer, meant
):
    lists.answers.append(answer)

    with pytest.raises(Unavailable) as failure:
        await channel.find(OUTBOUND, SINCE)

    error = failure.value
    assert (type(error), error.code, error.retry_after_s) == meant
    assert len(lists.requests) == 1


async def test_list_that_does_not_come_is_not_waited_for(http):
    async with SMS.provider("accepted") as settings:
        channel = Sms(SMS.env(http, **settings), send_deadline_s=0.0001)

        with pytest.raises(Unavailable):
            await channel.find(OUTBOUND, SINCE)


async def test_message_still_in_the_queue_is_found(http):
    async with SMS.provider("accepted") as settings:
        SMS.fake.behaviour = replace(SMS.fake.behaviour, segments_per_s=0.01)
        channel = SMS.create(SMS.env(http, **settings))
        sent = [await channel.send(OUTBOUND) for _ in range(2)]

        found = await channel.find(OUTBOUND, datetime.now(UTC) - timedelta(minutes=1))

        assert {one.external_id for one in found} == {one.external_id for one in sent}
        assert "queued" in {one.status for one in found}
