"""The telephone channel: the contract, and what Twilio's hooks are answered with."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from call_contract import CallContract
from contract import PUBLIC_URL, Delivery
from msgspec.structs import replace
from phone_requests import OURS, call, hook, in_room, progress
from phone_requests import document as parsed
from recording_inbox import RecordingInbox
from recording_switchboard import RecordingSwitchboard
from structlog.testing import capture_logs
from twilio_requests import SETTINGS, TOKEN

from channels import Channel, Env, ForeignHook, NotStored, Park, Say
from channels._phone.repeats import PAUSES_S, SORRY
from channels.phone import Phone
from contactcenter.fakes.twilio_hooks import sign


class PhoneContract(CallContract):
    channel = "phone"
    settings = SETTINGS
    entry_point = OURS
    over_limit_bytes = 1024 * 1024 + 1

    def impatient(self, env: Env) -> Channel:
        return Phone(env, ask_deadline_s=0.8, answer_within_s=self.patience_s)

    def asking(self, call_id: str, **query: str) -> Delivery:
        return hook("voice", call(call_id))

    def telling(self, call_id: str, length: int = 0) -> Delivery:
        return hook("status", progress(call_id, "ringing", 1, CallerName="x" * length))

    def forged(self, call_id: str) -> list[Delivery]:
        found = []
        for path, params in (
            ("voice", call(call_id)),
            ("status", progress(call_id, "completed", 3)),
            ("conference?call=7", in_room(call_id, "participant-join", 1)),
        ):
            authentic = hook(path, params)
            unsigned = {"Content-Type": authentic.headers["Content-Type"]}
            found += [
                replace(authentic, headers=unsigned),
                replace(authentic, headers={**unsigned, "X-Twilio-Signature": ""}),
                hook(path, params, token="another-token"),
                hook(path, params, public_url="http://evil.example"),
                replace(authentic, body=authentic.body + b"&Extra=1"),
                replace(authentic, body=authentic.body.replace(b"CallSid", b"CallSad")),
                replace(authentic, path=f"{authentic.path.partition('?')[0]}?call=8"),
                replace(authentic, path="/hooks/phone/gather?step=main.1&was.Digits=1"),
            ]
        return found

    def unreadable(self) -> dict[str, Delivery]:
        json = b'{"CallSid": "c-1"}'
        path = f"/hooks/phone/voice?bodySHA256={sha256(json).hexdigest()}"
        not_a_form = Delivery(
            path=path,
            body=json,
            headers={
                "Content-Type": "application/json",
                "X-Twilio-Signature": sign(TOKEN, PUBLIC_URL + path),
            },
        )
        return {
            "not_a_form": not_a_form,
            "nul_character": hook("voice", call("c-1", CallerName="a\0b")),
            "nul_character/address": hook("gather?step=a%00b", call("c-1")),
            "missing_field/voice": hook("voice", call("c-1", CallSid=None)),
            "missing_field/status": hook("status", call("c-1", CallSid=None)),
        }

    def says(self, body: str, text: str) -> bool:
        return [said.text for said in parsed(body).iter("Say")] == [text]

    def waits(self, body: str) -> bool:
        return [step.tag for step in parsed(body)] == ["Pause", "Redirect"]

    def takes_message(self, body: str) -> bool:
        return parsed(body).find("Record") is not None


class TestPhone(PhoneContract):
    """The contract."""


class Exchange(PhoneContract):
    """The channel with its hooks served."""

    def __init__(self, client, inbox, switchboard):
        self.client = client
        self.inbox = inbox
        self.switchboard = switchboard

    async def say(self, path, params):
        """The document that answers a hook."""
        response = await self.post(self.client, hook(path, params))
        assert response.status == 200
        assert response.content_type == "text/xml"
        return parsed(await response.text())

    async def follow(self, document, params):
        """What the hook that a document leads to is answered with."""
        url = document.find("Redirect").text
        assert url.startswith(PUBLIC_URL)
        return await self.say(url.removeprefix(f"{PUBLIC_URL}/hooks/phone/"), params)


@pytest.fixture
async def exchange(aiohttp_client, http):
    return Exchange(*await PhoneContract().opened(aiohttp_client, http))


@pytest.fixture
async def down(exchange):
    """The same, while nothing can be stored."""
    exchange.switchboard.fault = NotStored("no database")
    return exchange


async def test_log_says_why_nobody_could_be_answered(down):
    down.switchboard.fault.__cause__ = TimeoutError()
    with capture_logs() as logs:
        await down.say("gather?step=main.1&call=7", call("CA1", Digits="2"))

    [told] = [entry for entry in logs if entry["event"] == "call_not_answered"]
    assert (told["hook"], told["error"], told["call_sid"]) == ("gather", "TimeoutError", "CA1")


async def test_telephone_asks_again_until_it_is_answered_and_what_was_pressed_is_not_lost(down):
    document = await down.say("gather?step=main.1&call=7", call("CA1", Digits="2"))
    document = await down.follow(document, call("CA1"))  # a redirect tells no digits
    down.switchboard.fault = None
    down.switchboard.script = (Park(call_id=7),)

    document = await down.follow(document, call("CA1"))

    assert document.find("Enqueue") is not None
    [taken] = down.switchboard.taken
    assert taken.query == {"step": "main.1", "call": "7"}
    assert [event.input for event in taken.events if event.kind == "chose"] == ["2"]


async def test_app_that_cannot_even_be_called_off_is_not_waited_for(aiohttp_client, http):
    """Such as a database that does not answer to a rollback."""
    contract = PhoneContract()
    exchange = Exchange(*await contract.opened(aiohttp_client, http, impatient=True))
    began, ended = asyncio.Event(), asyncio.Event()

    async def take(hook):
        began.set()
        with suppress(asyncio.CancelledError):
            await ended.wait()
        await ended.wait()
        exchange.switchboard.taken.append(hook)
        return ()

    exchange.switchboard.take = take

    async with asyncio.timeout(8):
        document = await exchange.say("voice", call("CA1"))
    assert document.find("Redirect") is not None
    assert began.is_set()
    asyncio.get_running_loop().call_later(0.05, ended.set)
    await contract.opened_channel.hang_up()

    [taken] = exchange.switchboard.taken  # what has begun is stored all the same
    assert taken.leg == "CA1"


async def test_repeat_of_a_hook_has_its_key_and_the_time_at_which_it_came_first(exchange):
    before = datetime.now(UTC)
    await exchange.say("gather?step=main.1", call("CA1", Digits="2"))
    exchange.switchboard.fault = NotStored("no database")
    document = await exchange.say("gather?step=main.1", call("CA1", Digits="2"))
    exchange.switchboard.fault = None

    await exchange.follow(document, call("CA1"))

    first, again = exchange.switchboard.taken
    assert again.key == first.key
    assert (again.received_at - before).total_seconds() < 1
    url = urlsplit(document.find("Redirect").text)
    assert int(parse_qs(url.query)["first"][0]) / 1000 == pytest.approx(
        again.received_at.timestamp(), abs=0.001
    )


async def test_who_has_asked_often_enough_hears_an_apology_and_leaves_a_message(down):
    document = await down.say("voice", call("CA1"))
    pauses = []
    while document.find("Redirect") is not None:
        pauses.append(int(document.find("Pause").get("length")))
        document = await down.follow(document, call("CA1"))

    assert tuple(pauses) == PAUSES_S
    assert [step.tag for step in document] == ["Say", "Record", "Hangup"]
    assert document.find("Say").text == SORRY
    record = document.find("Record")
    assert record.get("action") == f"{PUBLIC_URL}/hooks/phone/voicemail"
    told = record.get("recordingStatusCallback")
    assert told.startswith(f"{PUBLIC_URL}/hooks/phone/recording?kind=voicemail&caller=%2B98912")


@pytest.mark.parametrize(
    "path", ["offer?call=7&leg=9", "agent-done?call=7&leg=9", "join?call=7&leg=9"]
)
async def test_telephones_of_our_own_people_leave_no_message(down, path):
    document = await down.say(path, call("CA1"))
    while document.find("Redirect") is not None:
        document = await down.follow(document, call("CA1"))

    assert [step.tag for step in document] == ["Hangup"]


async def test_who_waits_hears_music_as_long_as_it_takes(down):
    for _ in range(len(PAUSES_S) + 2):
        document = await down.say("wait?call=7", call("CA1", QueueTime="3", QueueSid="QU1"))

        assert [step.tag for step in document] == ["Play"]
        assert document[0].text == f"{PUBLIC_URL}/media/sounds/waiting.wav"


async def test_fallback_apologises_and_takes_a_message_without_the_app(down):
    params = call("CA1", ErrorCode="11200", ErrorUrl=f"{PUBLIC_URL}/hooks/phone/voice")
    document = await down.say("fallback", params)

    assert [step.tag for step in document] == ["Say", "Record", "Hangup"]


async def test_fallback_says_what_the_app_says_if_it_can(exchange):
    exchange.switchboard.script = (Say(text="One moment."),)

    document = await exchange.say("fallback?call=7", call("CA1"))

    assert [step.tag for step in document] == ["Say"]
    assert [hook.name for hook in exchange.switchboard.taken] == ["fallback"]


async def test_recording_of_the_house_apologises_where_there_is_one(aiohttp_client, http):
    url = "https://www.example.com/sorry-fa.mp3"
    exchange = Exchange(
        *await PhoneContract().opened(
            aiohttp_client, http, settings={**SETTINGS, "phone_apology_url": url}
        )
    )
    exchange.switchboard.fault = NotStored("no database")

    document = await exchange.say("fallback", call("CA1"))

    assert (document[0].tag, document[0].text) == ("Play", url)
    assert document.find("Say") is None


async def test_document_that_is_too_long_becomes_an_apology(exchange):
    exchange.switchboard.script = tuple(Say(text="x" * 4000) for _ in range(20))

    document = await exchange.say("voice", call("CA1"))

    assert [step.tag for step in document] == ["Say", "Record", "Hangup"]


async def test_hook_that_makes_no_sense_lets_the_caller_leave_a_message(exchange):
    document = await exchange.say("voice", call("CA1", CallSid=None))

    assert document.find("Record") is not None
    assert len(exchange.inbox.received) == 1


OWN, GENERAL = ("ACown", "the-own-token"), (SETTINGS["twilio_account_sid"], TOKEN)
RECORDED = "https://api.twilio.com/2010-04-01/Accounts/{}/Recordings/RE1"


class Own:
    """One entry point with an account of its own."""

    def of(self, channel, address):
        account = {"twilio_account_sid": OWN[0], "twilio_auth_tokens": OWN[1]}
        return account if (channel, address) == ("phone", "+982191099999") else {}

    def addresses(self, channel):
        return ["+982191099999"] if channel == "phone" else []


@pytest.mark.parametrize(
    ("to", "by", "status"),
    [
        ("+982191099999", OWN, 200),
        ("+982191099999", GENERAL, 403),  # not its account
        ("+982191099999", ("ACown", TOKEN), 403),
        (OURS, OWN, 403),  # who has one account speaks for no other
        (OURS, GENERAL, 200),
        (OURS, (GENERAL[0], OWN[1]), 403),
        (OURS, ("ACstranger", OWN[1]), 403),
    ],
)
async def test_number_belongs_to_its_account(aiohttp_client, http, to, by, status):
    told = hook("voice", call("CA1", To=to, AccountSid=by[0]), token=by[1])
    await _told_of_two_accounts(aiohttp_client, http, told, status)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Direction": None}, 403),
        ({"Direction": "Inbound"}, 403),
        ({"Direction": None, "To": "+982191099999"}, 200),
        ({"Direction": "outbound-api", "From": OURS, "To": "+982191099999"}, 403),
        ({"Direction": "outbound-api", "From": "+982191099999", "To": OURS}, 200),
        ({"To": None, "RecordingUrl": RECORDED.format(GENERAL[0])}, 403),
        ({"To": None, "RecordingUrl": RECORDED.format(OWN[0])}, 200),
    ],
)
async def test_account_that_signs_speaks_for_its_own_number_and_files(
    aiohttp_client, http, told, status
):
    message = hook("voicemail", call("CA1", **{"AccountSid": OWN[0]} | told), token=OWN[1])
    await _told_of_two_accounts(aiohttp_client, http, message, status)


@pytest.mark.parametrize("path", ["voice", "status"])
async def test_what_the_app_does_not_believe_is_forged(exchange, path):
    exchange.switchboard.fault = ForeignHook()

    response = await exchange.post(exchange.client, hook(path, call("CA1")))

    assert response.status == 403
    assert (await response.json())["code"] == "forged"


async def _told_of_two_accounts(aiohttp_client, http, delivery, status):
    switchboard = RecordingSwitchboard()
    env = Env(
        settings=SETTINGS,
        public_url=PUBLIC_URL,
        region="IR",
        http=http,
        own=Own(),
        switchboard=switchboard,
    )
    contract = PhoneContract()
    client = await contract.serve(aiohttp_client, Phone(env), RecordingInbox())

    response = await contract.post(client, delivery)

    assert response.status == status
    assert len(switchboard.taken) == (status == 200)
