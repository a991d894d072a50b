"""The fake Twilio: signs, answers, retries and reports as Twilio documents it."""

import asyncio
import json
import random
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import encode_basic_auth, web
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from channels._twilio_transport import Transport
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.ledger import Entry
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_hooks import Overrides, sign

NOW = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
DESK, SARA = "+982191012345", "+989121234567"


@asynccontextmanager
async def running(**given):
    async with FakeTwilio(
        chance=random.Random(5),
        clock=lambda: NOW,
        **given,
    ) as fake:
        yield fake


@pytest.fixture
async def fake():
    async with running() as fake:
        yield fake


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


class Hook:
    """The product, as far as Twilio sees it: answers with the next of ``statuses``, then 200."""

    def __init__(self, *statuses, wait_s=0.0):
        self.requests = []
        self.forms = []
        self._statuses = list(statuses)
        self._wait_s = wait_s

    async def handle(self, request):
        self.requests.append(request)
        self.forms.append(parse_qsl(await request.text(), keep_blank_values=True))
        await asyncio.sleep(self._wait_s)
        return web.Response(status=self._statuses.pop(0) if self._statuses else 200)

    @property
    def words(self):
        return [dict(form)["MessageStatus"] for form in self.forms]


@pytest.fixture
def serve(aiohttp_server):
    """Serve a hook and return its address."""

    async def start(hook):
        app = web.Application()
        app.router.add_post("/hook", hook.handle)
        return str((await aiohttp_server(app)).make_url("/hook"))

    return start


def rest(fake, session):
    """Twilio's own SDK, pointed at the fake."""
    return Client(
        fake.account_sid,
        fake.auth_token,
        http_client=Transport(session, fake.url, deadline_s=2.0),
        environment={"none": ""},
    )


async def send(fake, session, **changed):
    """Create a message; returns status and document, or None and the kind of failure."""
    form = {"To": SARA, "From": DESK, "Body": "hello"} | changed
    try:
        async with session.post(
            f"{fake.url}/2010-04-01/Accounts/{fake.account_sid}/Messages.json",
            data={name: value for name, value in form.items() if value is not None},
            headers={"Authorization": encode_basic_auth(fake.account_sid, fake.auth_token)},
        ) as answer:
            return answer.status, await answer.json()
    except aiohttp.ServerDisconnectedError as error:
        return None, type(error).__name__


class TestSignature:
    def test_published_vector_is_reproduced(self):
        params = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+12349013030"),
            ("Digits", "1234"),
            ("From", "+12349013030"),
            ("To", "+18005551212"),
        ]

        signature = sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", params)

        assert signature == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="

    @given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=8))
    def test_twilios_library_agrees(self, params):
        try:
            str(params).encode()
        except UnicodeEncodeError:
            return  # half a surrogate pair cannot be posted
        url = "https://desk.example/hooks/sms/message?c=1"

        assert RequestValidator("t").validate(url, MultiDict(params), sign("t", url, params))


class TestRest:
    async def test_message_is_created_as_twilio_creates_it(self, fake, session):
        message = await rest(fake, session).messages.create_async(to=SARA, from_=DESK, body="سلام")

        assert message.sid.startswith("SM")
        assert len(message.sid) == 34
        assert (message.status, message.num_segments, message.body) == ("queued", "1", "سلام")
        assert message.date_created == NOW

    async def test_ids_are_unique_even_for_equal_seeds(self, fake, session):
        async with running() as other:
            answers = [await send(one, session) for one in (fake, fake, other)]

        assert len({body["sid"] for _, body in answers}) == 3

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"To": None}, 21604),
            ({"From": None}, 21603),
            ({"Body": None}, 21602),
            ({"Body": "x" * 1601}, 21617),
            ({"To": "0912"}, 21211),
            ({"From": "+15005550006"}, 21606),
        ],
    )
    async def test_wrong_message_is_refused_with_twilios_code(self, session, changed, code):
        async with running(numbers=frozenset({DESK})) as fake:
            status, body = await send(fake, session, **changed)

            assert (status, body["code"]) == (400, code)
            assert [entry.code for entry in fake.ledger.of("refused")] == [code]
            assert fake.ledger.of("accepted") == []

    async def test_wrong_key_is_refused(self, fake, session):
        client = rest(fake, session)
        fake.auth_token = "another"

        with pytest.raises(TwilioRestException) as refusal:
            await client.messages.create_async(to=SARA, from_=DESK, body="hello")

        assert (refusal.value.status, refusal.value.code) == (401, 20003)

    async def test_another_account_is_not_found(self, fake, session):
        async with session.get(
            f"{fake.url}/2010-04-01/Accounts/AC1/Messages.json",
            headers={"Authorization": encode_basic_auth(fake.account_sid, fake.auth_token)},
        ) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, 20404)

    async def test_customer_who_wrote_stop_gets_nothing_until_start(self, fake, session, serve):
        fake.message_url = await serve(Hook())

        outcomes = []
        for word in ("stop it", " Stop ", "start"):
            await fake.customer_writes(SARA, DESK, word)
            outcomes.append((await send(fake, session))[1].get("code"))

        assert outcomes == [None, 21610, None]

    async def test_messages_are_listed_newest_first_in_pages(self, fake, session, serve):
        fake.message_url = await serve(Hook())
        sent = [(await send(fake, session, Body=str(n)))[1]["sid"] for n in range(5)]
        written = (await fake.customer_writes(SARA, DESK, "hello")).sid

        listed = await rest(fake, session).messages.list_async(page_size=2)

        assert [message.sid for message in listed] == [written, *reversed(sent)]

    async def test_messages_are_filtered_by_numbers_and_date(self, fake, session):
        await send(fake, session, To="+12025550143")
        sid = (await send(fake, session))[1]["sid"]
        await fake.drain()
        messages = rest(fake, session).messages

        by_numbers = await messages.list_async(to=SARA, from_=DESK)
        since = await messages.list_async(
            to=SARA, date_sent_after=datetime(2026, 4, 14, tzinfo=UTC)
        )
        until = await messages.list_async(date_sent_before=datetime(2026, 4, 14, tzinfo=UTC))
        same_day = await messages.list_async(to=SARA, date_sent=NOW.date())

        assert [m.sid for m in by_numbers] == [m.sid for m in since] == [sid]
        assert [m.sid for m in same_day] == [sid]
        assert until == []

    async def test_one_message_is_shown_as_it_stands(self, fake, session):
        sid = (await send(fake, session))[1]["sid"]
        await fake.drain()
        messages = rest(fake, session).messages

        assert (await messages(sid).fetch_async()).status == "delivered"
        with pytest.raises(TwilioRestException, match="not found"):
            await messages("SM0").fetch_async()

    async def test_attachment_is_handed_out_to_the_account_only(self, fake, session, serve):
        hook = Hook()
        fake.message_url = await serve(hook)
        await fake.customer_writes(SARA, DESK, "look", media=[("image/png", b"a picture")])
        form = dict(hook.forms[0])
        key = {"Authorization": encode_basic_auth(fake.account_sid, fake.auth_token)}

        async with session.get(form["MediaUrl0"], headers=key) as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", b"a picture")
        async with session.get(form["MediaUrl0"]) as answer:
            assert answer.status == 401
        assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")


class TestMisbehaviour:
    @pytest.mark.parametrize(
        ("behaviour", "status", "accepted"),
        [
            (Behaviour(busy=1.0), 429, 0),
            (Behaviour(unavailable=1.0), 503, 0),
            (Behaviour(broken=1.0), 500, 0),
            (Behaviour(cut_before_accepting=1.0), None, 0),
            (Behaviour(broken_after_accepting=1.0), 500, 1),
            (Behaviour(cut_after_accepting=1.0), None, 1),
            (Behaviour(hanging=1.0, hang_s=0.05), None, 1),
            (Behaviour(answer_delay_s=(0.01, 0.02)), 201, 1),
        ],
    )
    async def test_ledger_tells_what_was_accepted_whatever_was_answered(
        self, session, behaviour, status, accepted
    ):
        async with running(behaviour=behaviour) as fake:
            answered, _ = await send(fake, session)

            assert answered == status
            assert len(fake.ledger.of("accepted")) == accepted
            assert len(fake.messages) == accepted

    async def test_waiting_time_is_told(self, fake, session):
        fake.behaviour = Behaviour(busy=1.0, retry_after_s=9)
        url = f"{fake.url}/2010-04-01/Accounts/{fake.account_sid}/Messages.json"
        key = {"Authorization": encode_basic_auth(fake.account_sid, fake.auth_token)}

        async with session.post(url, data={}, headers=key) as answer:
            assert answer.headers["Retry-After"] == "9"

    async def test_chances_are_drawn_for_every_request(self, fake, session):
        fake.behaviour = Behaviour(broken=0.5)

        statuses = {(await send(fake, session))[0] for _ in range(20)}

        assert statuses == {201, 500}


class TestReports:
    async def reported(self, fake, session, serve, behaviour, **changed):
        hook = Hook()
        fake.behaviour = behaviour
        await send(fake, session, StatusCallback=f"{await serve(hook)}?c=7%3A1", **changed)
        await fake.drain()
        return hook

    async def test_message_moves_on_to_delivered(self, fake, session, serve):
        hook = await self.reported(fake, session, serve, Behaviour())

        assert hook.words == ["sending", "sent", "delivered"]
        assert dict(hook.forms[-1])["RawDlrDoneDate"] == "2604140930"
        assert [message.status for message in fake.messages.values()] == ["delivered"]
        assert fake.ledger.of("accepted")[0].correlation == "7:1"

    async def test_report_is_signed_with_its_query(self, fake, session, serve):
        hook = await self.reported(fake, session, serve, Behaviour())

        for request, form in zip(hook.requests, hook.forms, strict=True):
            signature = request.headers["X-Twilio-Signature"]
            assert request.raw_path == "/hook?c=7%3A1"
            assert RequestValidator(fake.auth_token).validate(
                f"http://{request.host}{request.raw_path}", MultiDict(form), signature
            )

    async def test_messaging_service_reports_the_queue_too(self, fake, session, serve):
        hook = await self.reported(
            fake, session, serve, Behaviour(), MessagingServiceSid="MG1", From=None
        )

        assert hook.words == ["queued", "sending", "sent", "delivered"]

    async def test_undelivered_message_says_why(self, fake, session, serve):
        hook = await self.reported(fake, session, serve, Behaviour(undelivered=1.0))

        assert hook.words == ["sending", "sent", "undelivered"]
        assert dict(hook.forms[-1])["ErrorCode"] == "30003"

    async def test_reports_come_twice(self, fake, session, serve):
        hook = await self.reported(fake, session, serve, Behaviour(doubled=1.0))

        assert hook.words == ["sending", "sending", "sent", "sent", "delivered", "delivered"]

    async def test_reports_never_come(self, fake, session, serve):
        hook = await self.reported(fake, session, serve, Behaviour(dropped=1.0))

        assert hook.words == []
        assert [message.status for message in fake.messages.values()] == ["delivered"]

    async def test_reports_come_in_any_order_but_the_message_ends_delivered(
        self, fake, session, serve
    ):
        orders = set()
        for _ in range(12):
            hook = await self.reported(fake, session, serve, Behaviour(shuffled=1.0))
            orders.add(tuple(hook.words))

        assert len(orders) > 2
        assert {message.status for message in fake.messages.values()} == {"delivered"}

    async def test_reports_are_delayed(self, fake, session, serve):
        hook = Hook()
        fake.behaviour = Behaviour(report_delay_s=(0.05, 0.06))

        await send(fake, session, StatusCallback=await serve(hook))

        assert hook.words == []
        await fake.drain()
        assert len(hook.words) == 3


class TestCustomer:
    async def test_message_is_posted_signed_and_in_full(self, fake, serve):
        hook = Hook()
        fake.message_url = await serve(hook)

        result = await fake.customer_writes(SARA, DESK, "سلام", extra=[("Extra", "۱")])

        [form], [request] = hook.forms, hook.requests
        assert result.status == 200
        assert len(result.attempts) == 1
        assert RequestValidator(fake.auth_token).validate(
            fake.message_url, MultiDict(form), request.headers["X-Twilio-Signature"]
        )
        named = dict(form)
        assert (named["MessageSid"], named["From"], named["To"]) == (result.sid, SARA, DESK)
        assert (named["Body"], named["FromCountry"], named["Extra"]) == ("سلام", "IR", "۱")
        assert named["FromCity"] == ""

    async def test_stop_is_posted_with_its_kind(self, fake, serve):
        hook = Hook()
        fake.message_url = await serve(hook)

        await fake.customer_writes(SARA, DESK, "unsubscribe")

        assert dict(hook.forms[0])["OptOutType"] == "STOP"

    async def test_redelivery_is_the_same_message(self, fake, serve):
        hook = Hook()
        fake.message_url = await serve(hook)
        first = await fake.customer_writes(SARA, DESK, "hello")

        again = await fake.customer_writes(SARA, DESK, "hello", sid=first.sid)

        assert again.sid == first.sid
        assert hook.forms[0] == hook.forms[1]
        assert len(fake.ledger.of("written")) == 1

    async def test_acknowledged_message_may_come_again(self, fake, serve):
        hook = Hook()
        fake.message_url = await serve(hook)
        fake.behaviour = Behaviour(redelivered=1.0)

        result = await fake.customer_writes(SARA, DESK, "hello")

        assert len(result.attempts) == 2
        assert hook.forms[0] == hook.forms[1]

    async def test_webhook_that_was_not_set_is_named(self, fake):
        with pytest.raises(RuntimeError, match="message_url"):
            await fake.customer_writes(SARA, DESK, "hello")

    async def test_simulated_customers_hear_what_is_sent(self, session, serve):
        heard = []

        async def answer(message):
            heard.append(message.text)
            if len(heard) < 3:
                await fake.customer_writes(message.to, message.from_, "go on")
                await send(fake, session, Body=f"{len(heard)}")

        async with running(on_message=answer) as fake:
            fake.message_url = await serve(Hook())
            queue = fake.follow()
            await send(fake, session, Body="0")
            await fake.drain()

            assert heard == ["0", "1", "2"]
            assert [queue.get_nowait().text for _ in range(queue.qsize())] == heard


class TestRetries:
    @pytest.mark.parametrize(
        ("fragment", "statuses", "expected"),
        [
            ("", [503], [503]),  # by itself Twilio repeats only what did not connect
            ("#rc=3&rp=all", [503, 404], [503, 404, 200]),
            ("#rc=3&rp=5xx", [503, 404], [503, 404]),
            ("#rc=3&rp=4xx", [404, 503], [404, 503]),
            ("#rc=2&rp=all", [503, 503, 503, 503], [503, 503, 503]),
            ("#rc=0&rp=all", [503], [503]),
        ],
    )
    async def test_overrides_of_the_address_decide(self, fake, serve, fragment, statuses, expected):
        hook = Hook(*statuses)
        fake.message_url = await serve(hook) + fragment

        result = await fake.customer_writes(SARA, DESK, "hello")

        assert [attempt.status for attempt in result.attempts] == expected
        assert result.status == expected[-1]
        assert len({r.headers["I-Twilio-Idempotency-Token"] for r in hook.requests}) == 1
        assert [entry.attempt for entry in fake.ledger.of("hook_answered")] == [
            *range(1, len(expected) + 1)
        ]

    async def test_silent_hook_is_given_up(self, fake, serve):
        fake.message_url = await serve(Hook(wait_s=5)) + "#rt=100&rc=1&rp=rt"

        result = await fake.customer_writes(SARA, DESK, "hello")

        assert result.status is None
        assert [attempt.error for attempt in result.attempts] == ["rt", "rt"]
        assert [entry.error for entry in fake.ledger.of("hook_failed")] == ["rt", "rt"]

    async def test_all_tries_together_end_in_time(self, fake, serve):
        fake.message_url = await serve(Hook(wait_s=5)) + "#rt=100&tt=150&rc=5&rp=all"

        result = await fake.customer_writes(SARA, DESK, "hello")

        assert len(result.attempts) in (1, 2)  # as many as fit; six if each had its time

    async def test_hook_that_is_gone_is_tried_twice(self, fake, unused_tcp_port):
        fake.message_url = f"http://127.0.0.1:{unused_tcp_port}/hook"

        result = await fake.customer_writes(SARA, DESK, "hello")

        assert result.status is None
        assert [attempt.error for attempt in result.attempts] == ["ct", "ct"]

    async def test_fallback_gets_the_same_message(self, fake, serve):
        primary, fallback = Hook(500), Hook()
        fake.message_url, fake.fallback_url = await serve(primary), await serve(fallback)

        result = await fake.customer_writes(SARA, DESK, "hello")

        form = dict(fallback.forms[0])
        assert result.status == 200
        assert form["MessageSid"] == result.sid
        assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", fake.message_url)
        assert RequestValidator(fake.auth_token).validate(
            fake.fallback_url,
            MultiDict(fallback.forms[0]),
            fallback.requests[0].headers["X-Twilio-Signature"],
        )

    def test_recommended_overrides_are_understood(self):
        url = "https://desk.example/hooks/sms/message#rc=3&rp=all&ct=2000&rt=4000&tt=15000"

        assert Overrides.of(url) == Overrides(
            rc=3, rp=frozenset({"all"}), ct=2000, rt=4000, tt=15000
        )


class TestLedger:
    async def test_file_holds_every_fact_in_order(self, session, serve, tmp_path):
        path = tmp_path / "ledger.jsonl"
        async with running(ledger_path=path) as fake:
            fake.message_url = await serve(Hook(503))
            written = await fake.customer_writes(SARA, DESK, "سلام")
            _, sent = await send(fake, session, StatusCallback="", Body="درود")
            await fake.drain()
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]

        assert lines == [
            {"at": "2026-04-14T09:30:00Z", "kind": "written", "sid": written.sid, "from_": SARA,
             "to": DESK, "text": "سلام"},
            {"at": "2026-04-14T09:30:00Z", "kind": "hook_answered", "sid": written.sid,
             "url": fake.message_url, "attempt": 1, "status": 503},
            {"at": "2026-04-14T09:30:00Z", "kind": "accepted", "sid": sent["sid"], "from_": DESK,
             "to": SARA, "text": "درود"},
        ]  # fmt: skip
        assert fake.ledger.of("written") == [
            Entry(at=NOW, kind="written", sid=written.sid, from_=SARA, to=DESK, text="سلام")
        ]


async def test_fake_runs_alone(session, serve):
    hook = Hook()
    url = await serve(hook)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "contactcenter.fakes.twilio", "--message-url", url, "--auth-token", "t"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    settings = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    wanted = {"from": SARA, "to": DESK, "text": "سلام"}

    async with session.post(
        f"{settings['twilio_api_base']}/fake/customer_messages", json=wanted
    ) as answer:
        result = await answer.json()
    process.send_signal(signal.SIGINT)

    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert result["status"] == 200
    assert dict(hook.forms[0])["Body"] == "سلام"
    assert RequestValidator("t").validate(
        url, MultiDict(hook.forms[0]), hook.requests[0].headers["X-Twilio-Signature"]
    )
