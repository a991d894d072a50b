"""Sending an SMS: the request as Twilio sees it, and every answer for what it means."""

import asyncio
import json
from urllib.parse import parse_qsl

import pytest
from aiohttp import encode_basic_auth, web
from msgspec.structs import replace
from sms_contract import SmsContract
from structlog.testing import capture_logs
from twilio_requests import ACCOUNT, TOKEN

from channels import (
    AccountRefused,
    Address,
    OptedOut,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._retry_after import wait_of
from channels._twilio_errors import ERRORS

SMS = SmsContract()
OUTBOUND = SMS.outbound("c-1")
CREATED = {"sid": "SM1", "status": "queued", "num_segments": "2"}


class Provider:
    """A server that answers every request alike and remembers what it was asked."""

    def __init__(self, status, body, headers):
        self._answer = (status, body if isinstance(body, str) else json.dumps(body), headers)
        self.requests = []
        self.forms = []

    async def handle(self, request):
        self.requests.append(request)
        self.forms.append(parse_qsl(await request.text(), keep_blank_values=True))
        status, body, headers = self._answer
        return web.Response(
            status=status, text=body, headers=headers, content_type="application/json"
        )


@pytest.fixture
def answering(aiohttp_server, http):
    """Start such a provider; gives it and the channel that sends to it."""

    async def start(status, body, headers=None, **settings):
        provider = Provider(status, body, headers or {})
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", provider.handle)
        server = await aiohttp_server(app)
        base = str(server.make_url("/base/"))
        return provider, SMS.create(SMS.env(http, twilio_api_base=base, **settings))

    return start


async def failure_of(channel, outbound=OUTBOUND):
    with pytest.raises(SendFailure) as raised:
        await channel.send(outbound)
    return raised.value


async def test_request_is_the_one_twilio_documents(answering):
    provider, channel = await answering(201, CREATED)

    receipt = await channel.send(OUTBOUND)

    [request], [form] = provider.requests, provider.forms
    assert (receipt.external_id, receipt.status, receipt.segments) == ("SM1", "queued", 2)
    assert request.method == "POST"
    assert request.path == f"/base/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert request.headers["Authorization"] == encode_basic_auth(ACCOUNT, TOKEN)
    assert sorted(form) == [
        ("Body", "سلام! سفارش شما فردا می‌رسد."),
        ("From", "+982191012345"),
        ("StatusCallback", "https://desk.example/hooks/sms/status?c=c-1"),
        ("To", "+989121234567"),
    ]


async def test_media_and_messaging_service_are_named(answering):
    provider, channel = await answering(201, CREATED, twilio_messaging_service_sid="MG1")
    urls = ("https://desk.example/m/1", "https://desk.example/m/2")

    await channel.send(replace(OUTBOUND, text="", media_urls=urls))

    [form] = provider.forms
    assert [value for name, value in form if name == "MediaUrl"] == list(urls)
    assert ("MessagingServiceSid", "MG1") in form
    assert ("From", "+982191012345") in form
    assert "Body" not in dict(form)


async def test_first_key_is_used_to_send(answering):
    provider, channel = await answering(201, CREATED, twilio_auth_tokens="new,old")

    await channel.send(OUTBOUND)

    assert provider.requests[0].headers["Authorization"] == encode_basic_auth(ACCOUNT, "new")


@pytest.mark.parametrize(
    ("status", "expected"), [("accepted", "queued"), ("sent", "sent"), ("a new word", "queued")]
)
async def test_first_status_is_told_in_our_words(answering, status, expected):
    _, channel = await answering(201, CREATED | {"status": status, "num_segments": None})

    receipt = await channel.send(OUTBOUND)

    assert (receipt.status, receipt.segments) == (expected, None)


REFUSALS = {
    "number": Undeliverable,
    "consent": OptedOut,
    "policy": Undeliverable,
    "content": Undeliverable,
    "transient": Unavailable,
    "late": Undeliverable,
    "account": AccountRefused,
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=lambda error: str(error.code))
async def test_refusal_with_a_known_code_is_the_failure_of_its_kind(answering, error):
    body = {"code": error.code, "message": "Why it is so", "more_info": "…", "status": 400}
    _, channel = await answering(400, body)

    failure = await failure_of(channel)

    assert type(failure) is REFUSALS[error.kind]
    assert (failure.code, failure.kind) == (str(error.code), error.kind)


@pytest.mark.parametrize(
    ("status", "code", "expected", "kind"),
    [
        (400, 21606, Undeliverable, None),  # a code that is not in the table
        (429, 20429, Unavailable, "transient"),
        (401, 20003, AccountRefused, "account"),  # wrong key
        (401, 20006, AccountRefused, "account"),  # access denied
        (403, 20005, AccountRefused, "account"),  # account closed
        (404, 20404, AccountRefused, "account"),  # no such account
        (500, 20500, OutcomeUnknown, None),
        (502, 20502, OutcomeUnknown, None),
        (503, 20503, OutcomeUnknown, None),
        (504, 20504, OutcomeUnknown, None),
        (500, 21610, OutcomeUnknown, None),  # an error of the server says nothing of the message
        (503, 20429, OutcomeUnknown, None),
    ],
)
async def test_twilios_answer_becomes_the_failure_it_means(answering, status, code, expected, kind):
    body = {"code": code, "message": "Why it is so", "more_info": "…", "status": status}
    _, channel = await answering(status, body, {"Retry-After": "2"})

    failure = await failure_of(channel)

    assert type(failure) is expected
    assert (failure.code, failure.kind) == (str(code), kind)


async def test_reason_of_a_refusal_is_twilios_own(answering):
    _, channel = await answering(400, {"code": 21610, "message": "Unsubscribed", "status": 400})

    assert str(await failure_of(channel)) == "Unsubscribed"


async def test_refusal_as_a_problem_document_is_read_too(answering):
    body = {"type": "…", "title": "Bad", "status": 400, "code": 21211, "detail": "No number"}
    _, channel = await answering(400, body)

    failure = await failure_of(channel)

    assert isinstance(failure, Undeliverable)
    assert (failure.code, str(failure)) == ("21211", "No number")


async def test_wrong_key_is_an_error_somebody_must_act_on(answering):
    _, channel = await answering(401, {"code": 20003, "message": "Authenticate", "status": 401})

    with capture_logs() as logs:
        await failure_of(channel)

    assert logs == [
        {
            "event": "twilio_account_refused",
            "code": 20003,
            "http_status": 401,
            "log_level": "error",
        }
    ]


@pytest.mark.parametrize(
    ("retry_after", "date", "wait_s"),
    [
        ("30", None, 30.0),
        ("0", None, 0.0),
        ("", None, None),
        ("soon", None, None),
        ("-3", None, None),
        ("1.5", None, None),
        ("٣", None, None),
        ("9" * 400, None, 86400.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:15 GMT", 45.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:00 GMT", 0.0),
        ("Fri, 21 Oct 2044 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:00 GMT", 86400.0),
        ("Wed, 21 Oct 2026 07:28:00 -0000", "Wed, 21 Oct 2026 07:27:15 GMT", 45.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "yesterday", None),
        ("Wed, 99 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:00 GMT", None),
    ],
)
def test_wait_asked_for_is_read_as_seconds_and_as_a_date(retry_after, date, wait_s):
    assert wait_of({"Retry-After": retry_after, "Date": date or ""}) == wait_s


@pytest.mark.parametrize(
    ("retry_after", "wait_s"), [("30", 30.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 45.0)]
)
async def test_wait_is_the_one_twilio_asks_for(answering, retry_after, wait_s):
    headers = {"Retry-After": retry_after, "Date": "Wed, 21 Oct 2026 07:27:15 GMT"}
    _, channel = await answering(429, {"code": 20429}, headers)

    failure = await failure_of(channel)

    assert isinstance(failure, Unavailable)
    assert (failure.retry_after_s, failure.kind) == (wait_s, "transient")


@pytest.mark.parametrize(
    ("valid_s", "asked"),
    [(None, None), (1, "1"), (14400, "14400"), (36000, "36000"), (0, "1"), (36001, "36000")],
)
async def test_answer_is_dropped_when_it_is_no_longer_valid(answering, valid_s, asked):
    provider, channel = await answering(201, CREATED)

    await channel.send(replace(OUTBOUND, valid_s=valid_s))

    assert dict(provider.forms[0]).get("ValidityPeriod") == asked


@pytest.mark.parametrize("status", [403, 404, 407, 413])
async def test_refusal_of_something_before_twilio_is_not_the_messages_fault(answering, status):
    _, channel = await answering(status, "<html>Blocked by the firewall</html>")

    failure = await failure_of(channel)

    assert isinstance(failure, Unavailable)
    assert failure.code is None


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "<html>", '{"sid": null}', '{"sid": ""}'])
async def test_success_without_an_id_is_an_unknown_outcome(answering, body):
    _, channel = await answering(201, body)

    assert isinstance(await failure_of(channel), OutcomeUnknown)


async def test_redirection_is_not_followed(answering):
    provider, channel = await answering(307, "", {"Location": "/elsewhere"})

    assert isinstance(await failure_of(channel), OutcomeUnknown)
    assert len(provider.requests) == 1


async def test_answer_cut_in_its_middle_is_an_unknown_outcome(http):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"sid": "SM1"')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        channel = SMS.create(SMS.env(http, twilio_api_base=f"http://127.0.0.1:{port}"))

        assert isinstance(await failure_of(channel), OutcomeUnknown)


async def test_provider_that_does_not_speak_tls_was_certainly_not_told(http):
    def serve(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        channel = SMS.create(SMS.env(http, twilio_api_base=f"https://127.0.0.1:{port}"))

        assert isinstance(await failure_of(channel), Unavailable)


@pytest.mark.parametrize(
    "base", ["http://no-such-host.invalid", "not an address", "ftp://a.example"]
)
async def test_address_that_leads_nowhere_was_certainly_not_told(http, base):
    channel = SMS.create(SMS.env(http, twilio_api_base=base))

    assert isinstance(await failure_of(channel), Unavailable)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": "x" * 1601}, "21617"),
        ({"text": "م" * 1601}, "21617"),
        ({"text": ""}, "21602"),
        ({"text": " \n\t "}, "21602"),
        ({"recipient": Address(kind="withheld", value="SM1")}, None),
        ({"recipient": Address(kind="sender", value="MyBank")}, None),
        ({"recipient": Address(kind="email", value="a@b.example")}, None),
    ],
)
async def test_what_twilio_would_refuse_is_refused_without_asking(answering, changed, code):
    provider, channel = await answering(201, CREATED)

    failure = await failure_of(channel, replace(OUTBOUND, **changed))

    assert isinstance(failure, Undeliverable)
    assert failure.code == code
    assert provider.requests == []


async def test_longest_text_is_sent(answering):
    provider, channel = await answering(201, CREATED)

    await channel.send(replace(OUTBOUND, text="م" * 1600))

    assert len(dict(provider.forms[0])["Body"]) == 1600


async def test_environment_of_the_process_does_not_lead_elsewhere(answering, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "from-the-environment")
    provider, channel = await answering(201, CREATED)

    await channel.send(OUTBOUND)

    [request] = provider.requests
    assert request.path == f"/base/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert request.headers["Authorization"] == encode_basic_auth(ACCOUNT, TOKEN)
