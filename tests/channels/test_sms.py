"""The SMS channel beyond the contract: Twilio's oddities in, Twilio's refusals out."""

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import parse_qsl, unquote_to_bytes

import pytest
from contract import PUBLIC_URL, Delivery
from msgspec.structs import replace
from recording_inbox import RecordingInbox
from sms_contract import PATH, STATUS_PATH, SmsContract
from structlog.testing import capture_logs
from twilio_requests import ACCOUNT, FORM, TOKEN, message, report, signed

from channels import Address, BadAddress, Media, NotStored, Size, Unreadable, load

SAMPLES = Path(__file__).parent / "samples" / "sms"


class TestSms(SmsContract):
    """The contract."""


class Desk(SmsContract):
    """The SMS channel with its hooks served and whatever they handed over."""

    def __init__(self, aiohttp_client, http):
        self.inbox = RecordingInbox()
        self._aiohttp_client = aiohttp_client
        self._http = http

    async def open(self, **settings):
        channel = self.create(self.env(self._http, **settings))
        self.client = await self.serve(self._aiohttp_client, channel, self.inbox)
        return self

    async def take(self, delivery):
        return await self.post(self.client, delivery)

    @property
    def only(self):
        [item] = self.inbox.received
        return item


@pytest.fixture
async def desk(aiohttp_client, http):
    return await Desk(aiohttp_client, http).open()


def sample(name):
    """The parameters of a captured form; lines that start with # say what it is."""
    lines = (SAMPLES / f"{name}.form").read_text("utf-8").splitlines()
    body = "".join(line for line in lines if not line.startswith("#"))
    return parse_qsl(body, keep_blank_values=True, strict_parsing=True), body.encode()


def signed_bytes(path, body):
    """A form that is no text, signed as bytes; the fake signs text only."""
    pairs = {
        tuple(unquote_to_bytes(half.replace(b"+", b" ")) for half in part.split(b"=", 1))
        for part in body.split(b"&")
    }
    text = f"{PUBLIC_URL}{path}".encode() + b"".join(n + v for n, v in sorted(pairs))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), text, hashlib.sha1).digest()).decode()
    return Delivery(
        path=path, body=body, headers={"Content-Type": FORM, "X-Twilio-Signature": signature}
    )


def captured(name, path=PATH):
    params, body = sample(name)
    return signed(path, params, body=body)


async def test_captured_english_message_is_understood(desk):
    response = await desk.take(captured("english"))

    assert (response.status, response.content_type) == (200, "text/xml")
    assert await response.text() == "<Response/>"
    assert desk.only.text == "Hi, my order #4417 still hasn't arrived. Can you check?"
    assert desk.only.sender == Address(kind="phone", value="+12025550143")
    assert desk.only.entry_point == "+15017122661"
    assert desk.only.details == {
        "account_sid": ACCOUNT,
        "num_segments": "1",
        "num_media": "0",
        "from_country": "US",
        "from_state": "DC",
        "from_city": "WASHINGTON",
        "from_zip": "20001",
    }


async def test_captured_persian_message_is_understood(desk):
    await desk.take(captured("persian"))

    assert desk.only.text == "سلام، وقت بخیر\nسفارش ۴۴۱۷ هنوز نرسیده. لطفاً پیگیری می‌کنید؟ 🙏"
    assert desk.only.sender == Address(kind="phone", value="+989121234567")
    assert desk.only.details["num_segments"] == "2"


async def test_media_are_taken_by_reference(desk):
    await desk.take(captured("pictures"))

    base = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages"
    sid = "MM9d1ab2c4e7f04d5b8a6c3e2f1d0b9a87"
    assert desk.only.text == ""
    assert desk.only.media == (
        Media(
            url=f"{base}/{sid}/Media/ME0a1b2c3d4e5f60718293a4b5c6d7e8f9", content_type="image/jpeg"
        ),
        Media(
            url=f"{base}/{sid}/Media/ME1b2c3d4e5f60718293a4b5c6d7e8f90a",
            content_type="application/pdf",
        ),
    )


async def test_opt_out_is_told(desk):
    await desk.take(captured("stop"))

    assert desk.only.text == "STOP"
    assert desk.only.details["opt_out_type"] == "STOP"
    assert desk.only.details["messaging_service_sid"] == "MG9752274e9e519418a7406176694466fa"


@pytest.mark.parametrize("name", ["english", "persian", "pictures", "stop"])
async def test_no_captured_message_is_taken_with_another_key(desk, name):
    params, body = sample(name)

    response = await desk.take(signed(PATH, params, body=body, token="not-ours"))

    assert response.status == 403
    assert (await response.json())["code"] == "forged"
    assert desk.inbox.received == []


async def test_media_are_read_whatever_their_number_claims(desk):
    urls = {
        "NumMedia": "many",
        "MediaUrl0": "https://a.example/1",
        "MediaUrl1": "https://a.example/2",
    }
    await desk.take(signed(PATH, message("SM1", "look", **urls)))

    assert [media.url for media in desk.only.media] == [
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert {media.content_type for media in desk.only.media} == {"application/octet-stream"}


async def test_unknown_and_repeated_parameters_are_accepted(desk):
    params = [
        *message("SM1", "first"),
        ("Body", "first"),
        ("Body", "second"),
        ("ChannelMetadata", '{"type":"x"}'),
        ("", "a value without a name"),
        ("A name without a value", ""),
    ]

    response = await desk.take(signed(PATH, params))

    assert response.status == 200
    assert desk.only.text == "first"


async def test_text_is_kept_as_it_was_written(desk):
    text = "  two  spaces, a tab\t, +plus & = % signs,\r\nnew line, \u200f\u202a\u06f1\u0661🙂  "

    await desk.take(signed(PATH, message("SM1", text)))

    assert desk.only.text == text


async def test_missing_body_is_an_empty_text(desk):
    await desk.take(signed(PATH, message("SM1", "", Body=None)))

    assert desk.only.text == ""


@pytest.mark.parametrize("field", ["Body", "FromCity", "From", "MessageSid", "Anything"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"%d8%00%ff", "nul_character"),
        (b"\0", "nul_character"),
        (b"%d8", "invalid_utf8"),
        (b"\xff", "invalid_utf8"),
        (b"%ed%a0%80", "invalid_utf8"),  # half of a surrogate pair
    ],
)
async def test_authentic_bytes_that_are_no_text_are_kept(desk, field, value, reason):
    body = f"MessageSid=SM1&From=%2B989121234567&To=12345&{field}=".encode() + value

    response = await desk.take(signed_bytes(PATH, body))

    assert response.status == 200
    assert isinstance(desk.only, Unreadable)
    assert desk.only.reason == reason
    assert desk.only.raw.body == body


async def test_a_character_cut_in_two_by_an_equals_sign_is_no_text(desk):
    await desk.take(signed_bytes(PATH, b"MessageSid=SM1&From=%2B989121234567&To=1&City%d8=%b3"))

    assert desk.only.reason == "invalid_utf8"
    assert desk.only.detail.startswith("The parameter 'City\\\\xd8' holds")


async def test_what_is_wrong_is_said_with_its_place(desk):
    await desk.take(signed_bytes(PATH, b"MessageSid=SM1&From=%2B989121234567&FromCity=%ff&To=1"))

    assert desk.only.reason == "invalid_utf8"
    assert desk.only.detail == "The parameter 'FromCity' holds bytes that are not UTF-8."
    assert desk.only.external_id == "SM1"
    assert desk.only.raw.headers[":path"] == PATH


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+989121234567", Address(kind="phone", value="+989121234567")),
        ("09121234567", Address(kind="phone", value="+989121234567")),
        ("۰۹۱۲۱۲۳۴۵۶۷", Address(kind="phone", value="+989121234567")),
        ("12345", Address(kind="sender", value="12345")),
        ("MyBank", Address(kind="sender", value="MyBank")),
        ("+266696687", Address(kind="withheld", value="SM-own")),
        ("+86282452253", Address(kind="withheld", value="SM-own")),
        ("Anonymous", Address(kind="withheld", value="SM-own")),
    ],
)
async def test_sender_is_read_for_what_it_is(desk, number, expected):
    await desk.take(signed(PATH, message("SM-own", "hello", From=number)))

    assert desk.only.sender == expected


async def test_two_hidden_callers_are_two_people(desk):
    await desk.take(signed(PATH, message("SM1", "hello", From="+266696687")))
    await desk.take(signed(PATH, message("SM2", "hello", From="+266696687")))

    one, other = (item.sender for item in desk.inbox.received)
    assert one != other


async def test_both_keys_are_taken_while_one_replaces_the_other(aiohttp_client, http):
    desk = await Desk(aiohttp_client, http).open(twilio_auth_tokens=" new , old ,")

    statuses = [
        (
            await desk.take(signed(PATH, message(f"SM-{token}", "hello", To="12345"), token=token))
        ).status
        for token in ("new", "old", "", "new , old", "older")
    ]

    assert statuses == [200, 200, 403, 403, 403]


async def test_forged_request_leaves_one_log_line_without_its_content(desk):
    forged = signed(PATH, message("SM1", "a secret text"), token="not-ours")

    with capture_logs() as logs:
        response = await desk.take(forged)

    problem = await response.json()
    assert logs == [
        {"event": "hook_refused", "channel": "sms", "code": "forged", "log_level": "warning"}
    ]
    assert problem["status"] == 403
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert "secret" not in json.dumps(problem)


@pytest.mark.parametrize("path", [PATH, STATUS_PATH])
async def test_what_cannot_be_stored_is_asked_for_again(aiohttp_client, http, path):
    desk = Desk(aiohttp_client, http)
    desk.client = await desk.serve(aiohttp_client, desk.impatient(desk.env(http)), desk.inbox)
    delivery = signed(path, [*message("SM1", "hello"), ("MessageStatus", "sent")])

    desk.inbox.fault = NotStored("no database")
    refused = await desk.take(delivery)
    desk.inbox.gate.clear()
    given_up = await desk.take(delivery)

    for response in (refused, given_up):
        assert response.status == 503
        assert (await response.json())["code"] == "not_stored"


async def test_too_many_parameters_are_over_the_limit(desk):
    params = [*message("SM1", "hello"), *((f"p{number}", "") for number in range(1000))]

    response = await desk.take(signed(PATH, params))

    assert response.status == 413
    assert desk.inbox.received == []


async def test_body_of_unknown_length_is_cut_off_at_the_limit(desk):
    async def endless():
        for _ in range(64):
            yield b"x" * 65536

    response = await desk.client.post(
        PATH, data=endless(), headers=signed(PATH, message("SM1", "hello")).headers
    )

    assert response.status == 413
    assert desk.inbox.received == []


async def spoken(desk, *parts, headers):
    """What is answered to bytes no well-behaved client would send, a moment between the parts."""
    head = [f"POST {PATH} HTTP/1.1", "Host: desk.example", f"Content-Type: {FORM}", *headers]
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.client.port)
    writer.write("".join(f"{line}\r\n" for line in [*head, ""]).encode())
    for part in parts:
        await asyncio.sleep(0.05)
        writer.write(part)
    async with asyncio.timeout(5):
        answer = await reader.readline()
    writer.close()
    return int(answer.split()[1])


@pytest.mark.parametrize(
    ("header", "parts", "expected"),
    [
        ("Content-Length: 10", [b"Body"], 408),
        ("Content-Length: 2000000", [b"Body"], 413),
        # aiohttp tells a handler nothing of a broken chunk: only our deadline ends the wait
        ("Transfer-Encoding: chunked", [b"4\r\nBody\r\n", b"no number\r\n"], 408),
        ("Content-Encoding: gzip\r\nContent-Length: 4", [b"Body"], 400),
    ],
)
async def test_body_that_never_arrives_whole_is_refused(
    aiohttp_client, http, header, parts, expected
):
    desk = Desk(aiohttp_client, http)
    channel = desk.impatient(desk.env(http))
    desk.client = await desk.serve(aiohttp_client, channel, desk.inbox)

    status = await spoken(desk, *parts, headers=[header])

    assert status == expected
    assert desk.inbox.received == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("accepted", "queued"),
        ("scheduled", "queued"),
        ("queued", "queued"),
        ("sending", "sending"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("read", "read"),
    ],
)
async def test_twilios_word_becomes_our_status(desk, word, expected):
    path = f"{STATUS_PATH}?c=42%3Aa%20b"

    response = await desk.take(signed(path, report("SM1", word, ErrorCode="30003")))

    [update] = desk.inbox.updates
    assert response.status == 200
    assert (update.status, update.error_code) == (expected, "30003")
    assert (update.external_id, update.correlation_id) == ("SM1", "42:a b")


@pytest.mark.parametrize("word", ["receiving", "received"])
async def test_report_on_a_message_to_us_is_passed_over(desk, word):
    response = await desk.take(signed(STATUS_PATH, report("SM1", word)))

    assert response.status == 200
    assert desk.inbox.updates == []


async def test_unknown_status_is_kept(desk):
    response = await desk.take(signed(STATUS_PATH, report("SM1", "teleported")))

    [update] = desk.inbox.updates
    assert response.status == 200
    assert isinstance(update, Unreadable)
    assert (update.reason, update.external_id) == ("unknown_status", "SM1")
    assert update.detail == "MessageStatus is “teleported”, which is not a status we know."


@pytest.mark.parametrize("lost", ["MessageSid", "MessageStatus"])
async def test_report_without_its_essentials_is_kept(desk, lost):
    await desk.take(signed(STATUS_PATH, report("SM1", "sent", **{lost: None})))

    [update] = desk.inbox.updates
    assert (update.reason, update.detail) == ("missing_field", f"The form has no {lost}.")


async def test_forged_report_is_refused(desk):
    authentic = signed(f"{STATUS_PATH}?c=1", report("SM1", "delivered"))

    for forged in (
        replace(authentic, path=f"{STATUS_PATH}?c=2"),
        replace(authentic, path=STATUS_PATH),
        replace(authentic, body=authentic.body.replace(b"delivered", b"failed")),
    ):
        assert (await desk.take(forged)).status == 403
    assert desk.inbox.updates == []


async def test_path_of_the_public_address_is_signed_too(aiohttp_client, http):
    desk = Desk(aiohttp_client, http)
    public_url = "https://proxy.example:8443/contact"
    channel = load(replace(desk.env(http), public_url=public_url))["sms"]
    desk.client = await desk.serve(aiohttp_client, channel, desk.inbox)

    taken = await desk.take(signed(PATH, message("SM1", "hello"), public_url=public_url))
    refused = await desk.take(signed(PATH, message("SM2", "hello")))

    assert (taken.status, refused.status) == (200, 403)


class TestAddress:
    def read(self, http, text):
        return load(SmsContract().env(http))["sms"].address(text)

    async def test_number_is_read_as_it_was_typed(self, http):
        assert self.read(http, " ۰۹۱۲-۱۲۳ ۴۵۶۷\u200f") == Address(
            kind="phone", value="+989121234567"
        )

    async def test_what_is_no_number_is_refused_in_words(self, http):
        with pytest.raises(BadAddress, match="“1234” is not a complete phone number"):
            self.read(http, "1234")


async def test_size_tells_encoding_and_segments(http):
    channel = load(SmsContract().env(http))["sms"]

    assert channel.size("hello") == Size(encoding="GSM-7", segments=1)
    assert channel.size("سلام" * 20) == Size(encoding="UCS-2", segments=2)
