"""What a visitor's frames do, one by one, and what his browser is told of it."""

import asyncio
import time

import jwt
import pytest
from chat_browser import KEY, PATIENCE_S, OwnWidgets, ServedChat

from channels import ChatRefused, Details, NotStored, Standing, Typing

SECRET = "a-secret-of-the-host-site-with-32-bytes"
PERSIAN = "سلام، سفارشم ۳ روز است که نرسیده 😡"


@pytest.fixture
async def chat(aiohttp_client):
    return await ServedChat(own=OwnWidgets(webchat_identity_secrets=SECRET)).start(aiohttp_client)


def identity(user="user-7", *, lives_s=300, audience=KEY):
    now_s = int(time.time())
    claims = {"sub": user, "aud": audience, "iat": now_s - 400, "exp": now_s - 400 + lives_s}
    return jwt.encode(claims, SECRET, algorithm="HS256")


async def known(chat, **hello):
    """A visitor who has written once, his browser and his address."""
    browser = await chat.visitor(**hello)
    await browser.answer(await browser.write("hello"))
    return browser, chat.inbox.received[-1].sender.value


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


# Messages ---------------------------------------------------------------------------------------


async def test_visitor_is_stored_with_his_first_message_and_not_before(chat):
    browser = await chat.visitor(language="fa")
    for frame in (
        {"type": "typing"},
        {"type": "received", "sequence": 3},
        {"type": "seen", "sequence": 3},
    ):
        await browser.say(frame)
    assert (await browser.ask("end"))["code"] == "unknown_visitor"
    assert chat.room.calls == []

    await browser.answer(await browser.write(PERSIAN))
    await browser.answer(await browser.write("more"))

    [address] = chat.room.guests
    assert chat.room.calls == [("keep", address, "fa")]


async def test_message_that_is_sent_again_is_acknowledged_and_is_one_line(chat):
    one = await chat.visitor()
    await one.answer(await one.write("once", id="m-1"))
    await one.socket.close()

    two = await chat.visitor(token=one.token, after=0)
    answer = await two.answer(await two.write("once", id="m-1"))

    assert answer == {"type": "ack", "id": "m-1"}
    assert len({item.external_id for item in chat.inbox.received}) == 1
    assert [frame["text"] for frame in two.frames if frame["type"] == "line"] == ["once"]


async def test_same_id_of_two_visitors_is_two_messages(chat):
    for _ in range(2):
        browser = await chat.visitor()
        await browser.answer(await browser.write("hello", id="m-1"))

    assert len({item.external_id for item in chat.inbox.received}) == 2


async def test_messages_of_a_socket_are_stored_in_the_order_they_were_said(chat):
    browser = await chat.visitor()
    ids = [await browser.write(f"{number}") for number in range(15)]
    for frame_id in ids:
        await browser.answer(frame_id)

    assert [item.text for item in chat.inbox.received] == [str(number) for number in range(15)]


async def test_what_goes_with_a_message_reaches_the_inbox(chat):
    browser = await chat.visitor()

    await browser.answer(await browser.write("", id="m-1", files=["f-1", "f-2"], left=True))

    said = chat.inbox.received[0].said
    assert (said.client_id, said.files, said.is_left) == ("m-1", ("f-1", "f-2"), True)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text": "x" * 4_001}, "too_long"),
        ({"text": "😡" * 4_001}, "too_long"),
        ({"text": ""}, "empty"),
        ({"text": " \n\t"}, "empty"),
        ({"text": "x", "files": ["f"] * 11}, "too_many_files"),
        ({"text": "x\0"}, "bad_text"),
    ],
)
async def test_message_that_cannot_be_taken_is_told_why_and_nothing_is_stored(chat, frame, code):
    browser = await chat.visitor()

    answer = await browser.ask("message", **frame)

    assert answer["code"] == code
    assert answer["message"].endswith(".")
    assert chat.inbox.received == []
    assert chat.room.guests == {}


async def test_longest_message_is_taken(chat):
    browser = await chat.visitor()

    await browser.answer(await browser.write("😡" * 4_000))

    assert len(chat.inbox.received[0].text) == 4_000


async def test_message_that_is_not_stored_is_told_so_and_the_next_try_succeeds(chat):
    browser, _ = await known(chat)
    chat.inbox.fault = NotStored("no database")
    refused = await browser.answer(await browser.write("again", id="m-1"))
    chat.inbox.fault = None

    assert (refused["code"], refused["id"]) == ("not_stored", "m-1")
    assert (await browser.answer(await browser.write("again", id="m-1")))["type"] == "ack"


async def test_room_that_is_away_for_the_first_message_leaves_a_stranger_who_may_try_again(chat):
    browser = await chat.visitor()
    chat.room.fault = NotStored("no database")
    refused = await browser.answer(await browser.write("hello", id="m-1"))
    chat.room.fault = None

    assert refused["code"] == "not_stored"
    assert (await browser.answer(await browser.write("hello", id="m-1")))["type"] == "ack"


async def test_fault_of_ours_ends_the_socket_without_a_word_of_what_it_was(chat):
    browser = await chat.visitor()
    chat.inbox.fault = RuntimeError("row (4711, secret)")
    await browser.write("hello")

    assert await browser.closed() == 1011
    await until(lambda: not chat.room.attendees)
    assert "secret" not in str(browser.frames)


# What else he may ask for -------------------------------------------------------------------------


async def test_details_are_told_to_the_room_before_or_after_the_first_message(chat):
    browser = await chat.visitor()
    answer = await browser.ask("details", name="سارا", email="sara@example.com", topic="سفارش")

    [address] = chat.room.guests
    assert answer["type"] == "ack"
    assert chat.room.calls[1] == (
        "details", address, Details(name="سارا", email="sara@example.com", topic="سفارش"),
    )  # fmt: skip


async def test_end_rating_and_transcript_are_asked_of_the_room(chat):
    browser, address = await known(chat)

    answers = [
        await browser.ask("end"),
        await browser.ask("rate", score=5, comment="خوب بود"),
        await browser.ask("rate", score=1),
        await browser.ask("transcript", email="sara@example.com"),
    ]

    assert [one.get("code") for one in answers] == [None, None, "already_rated", None]
    assert chat.room.calls[1:] == [
        ("end", address),
        ("rate", address, 5, "خوب بود"),
        ("transcript", address, "sara@example.com"),
    ]


async def test_room_that_is_away_declines_what_is_asked_of_it_for_now(chat):
    browser, _ = await known(chat)
    chat.room.fault = NotStored("no database")

    assert [(await browser.ask(kind))["code"] for kind in ("end", "end")] == ["not_stored"] * 2
    chat.room.fault = ChatRefused("too_many_transcripts", "One an hour.")
    assert (await browser.ask("transcript", email="a@b.example"))["code"] == "too_many_transcripts"


# What is over in a moment -------------------------------------------------------------------------


class Clock:
    """Seconds as the test wants them."""

    def __init__(self):
        self.now_s = 1_000.0

    def __call__(self):
        return self.now_s


async def test_typing_is_told_at_most_every_two_seconds(aiohttp_client):
    clock = Clock()
    chat = await ServedChat(clock=clock).start(aiohttp_client)
    browser, _ = await known(chat)
    [attendee] = chat.room.attendees

    async def type_at(at_s, count):
        clock.now_s = 1_000 + at_s
        for _ in range(count):
            await browser.say({"type": "typing"})
        await browser.say({"type": "ping"})
        await browser.next("pong")
        return attendee.typed

    assert [await type_at(1, 5), await type_at(2.9, 5), await type_at(3.1, 5)] == [1, 1, 2]


async def test_how_far_the_browser_is_goes_to_the_room_once_and_never_beyond_what_it_was_told(chat):
    browser, address = await known(chat)
    chat.room.say(address, "two")
    [attendee] = chat.room.attendees

    for kind, sequence in [
        ("received", 1),
        ("received", 1),
        ("seen", 1),
        ("received", 99),
        ("seen", 99),
        ("seen", 0),
    ]:
        await browser.say({"type": kind, "sequence": sequence})
    await browser.say({"type": "ping"})
    await browser.next("pong")

    assert attendee.said == [("received", 1), ("seen", 1), ("received", 2), ("seen", 2)]


async def test_seeing_a_line_is_to_have_received_it(chat):
    browser, _ = await known(chat)
    [attendee] = chat.room.attendees

    await browser.say({"type": "seen", "sequence": 1})
    await until(lambda: len(attendee.said) == 2)

    assert attendee.said == [("received", 1), ("seen", 1)]


async def test_agents_typing_and_how_it_stands_are_told_at_once(chat):
    browser, address = await known(chat)

    chat.room.tell(address, [Typing(agent="Sara"), Standing(state="talking", agent="Sara")])

    assert await browser.next() == {"type": "typing", "agent": "Sara"}
    assert (await browser.next("standing"))["agent"] == "Sara"


async def test_seat_is_left_when_the_browser_goes_however_it_goes(chat):
    one, _ = await known(chat)
    two, _ = await known(chat)
    await one.socket.close()
    two.socket._response.connection.transport.abort()

    await until(lambda: not chat.room.attendees)


async def test_room_may_send_a_browser_away_to_come_back(chat):
    browser, _ = await known(chat)
    [attendee] = chat.room.attendees

    attendee.seat.end()

    assert await browser.closed() == 1001


# Who he is ----------------------------------------------------------------------------------------


async def test_token_that_nobody_issued_makes_a_stranger_with_another_token(chat):
    browser = await chat.visitor(token="guessed", after=7)

    assert browser.welcome["is_known"] is False
    assert browser.token != "guessed"


async def test_browser_that_has_more_lines_than_there_are_gets_all_of_them(chat):
    one, address = await known(chat)
    chat.room.say(address, "two")

    again = await chat.visitor(token=one.token, after=9)

    assert again.welcome["last_sequence"] == 2
    assert [sequence for sequence, _ in await again.lines(2)] == [1, 2]


async def test_stranger_whom_the_host_signed_in_is_identified_with_his_first_message(chat):
    browser = await chat.visitor(identity=identity(lives_s=700))
    assert browser.welcome["is_identified"] is True
    assert chat.room.calls == []

    await browser.answer(await browser.write("hello"))

    [address] = chat.room.guests
    assert chat.room.calls == [("keep", address, "en"), ("identify", address, "user-7")]


async def test_visitor_we_know_is_identified_at_once(chat):
    one, address = await known(chat)

    again = await chat.visitor(token=one.token, after=1, identity=identity(lives_s=700))

    assert again.welcome["is_identified"] is True
    assert "identity_problem" not in again.welcome
    assert chat.room.calls[-1] == ("identify", address, "user-7")


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        (identity(lives_s=300), "expired"),
        (identity(lives_s=700, audience="other"), "invalid"),
        ("not.a.token", "invalid"),
        ("", "invalid"),
    ],
)
async def test_identity_that_does_not_count_leaves_an_anonymous_chat_and_says_so(
    chat, token, problem
):
    browser = await chat.visitor(identity=token)

    assert browser.welcome["identity_problem"] == problem
    assert browser.welcome["is_identified"] is False
    assert (await browser.answer(await browser.write("hello")))["type"] == "ack"
    assert [call[0] for call in chat.room.calls] == ["keep"]


async def test_browser_that_changed_hands_gets_a_conversation_of_its_own(chat):
    one, _ = await known(chat, identity=identity("sara", lives_s=700))
    chat.room.say(chat.inbox.received[0].sender.value, "for Sara alone")

    other = await chat.visitor(token=one.token, after=0, identity=identity("reza", lives_s=700))

    assert other.welcome["identity_problem"] == "other_visitor"
    assert other.token != one.token
    await other.answer(await other.write("hello"))
    assert "for Sara alone" not in str(other.frames)
    assert chat.room.calls[-1][2] == "reza"


async def test_who_signs_in_meanwhile_is_identified_and_another_is_refused(chat):
    browser, address = await known(chat)

    answers = [
        await browser.ask("identify", identity=identity("sara", lives_s=700)),
        await browser.ask("identify", identity=identity("sara", lives_s=300)),
        await browser.ask("identify", identity=identity("reza", lives_s=700)),
    ]

    assert [one.get("code") for one in answers] == [None, "expired", "other_visitor"]
    assert ("identify", address, "sara") in chat.room.calls


async def test_stranger_who_signs_in_meanwhile_stays_unknown_until_he_writes(chat):
    browser = await chat.visitor()

    answer = await browser.ask("identify", identity=identity("sara", lives_s=700))
    assert (answer["type"], chat.room.calls) == ("ack", [])
    await browser.answer(await browser.write("hello"))

    assert [call[0] for call in chat.room.calls] == ["keep", "identify"]
