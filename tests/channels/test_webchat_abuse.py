"""Clients that read slowly, send far too much, or flood: they are cut, and cost nobody else much."""

import asyncio
import resource
from datetime import UTC, datetime

import pytest
from chat_browser import PATIENCE_S, ServedChat
from raw_socket import PING, RawSocket, framed, hello, message

from channels import Line, Typing
from channels._webchat.limits import Limits, Rate

LARGE = "سلام" * 1_000  # 8 KB as it travels


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.fixture
def served(aiohttp_client):
    async def serve(**limits):
        chat = ServedChat(limits=Limits(**{"close_s": 0.2, **limits}))
        return await chat.start(aiohttp_client)

    return serve


@pytest.fixture
async def opened():
    every = []

    async def open_one(chat, **options):
        every.append(await RawSocket.open(chat.client.port, **options))
        return every[-1]

    yield open_one
    for one in every:
        one.close()


async def one_who_wrote(opened, chat, **options):
    """A visitor who reads no more once his first message is acknowledged."""
    browser = await opened(chat, **options)
    await browser.send(hello())
    await browser.send(message("hello"))
    await browser.until(b'"ack"')
    return browser, chat.inbox.received[-1].sender.value


async def test_who_does_not_read_is_cut_once_a_megabyte_waits_for_him(served, opened):
    chat = await served()
    _, address = await one_who_wrote(opened, chat)
    [attendee] = chat.room.attendees

    for _ in range(400):
        chat.room.say(address, LARGE)

    assert attendee.seat._socket.ending.reason == "slow"
    assert attendee.seat._socket._unsent_bytes <= (1 << 20) + 2 * 8_500
    await until(lambda: not chat.room.attendees)


async def test_who_reads_is_not_cut_however_much_is_told_at_once(served):
    chat = await served()
    reader = await chat.visitor()
    await reader.write("hello")
    await reader.lines(1)
    [attendee] = chat.room.attendees
    long = [
        Line(sequence=n, at=datetime(2026, 3, 21, tzinfo=UTC), by="visitor", text="😀" * 4_000)
        for n in range(2, 102)
    ]  # 1.6 MB: a page of what he said

    attendee.seat.tell(long)

    assert [sequence for sequence, _ in await reader.lines(100)] == list(range(2, 102))
    assert attendee.seat._socket.ending is None


async def test_who_was_cut_gets_what_he_missed_when_he_comes_back(served, opened):
    chat = await served(backlog_bytes=200_000)
    _, address = await one_who_wrote(opened, chat)
    for _ in range(150):
        chat.room.say(address, LARGE)
    await until(lambda: not chat.room.attendees)

    token = next(iter(chat.room.guests.values())).token
    again = await chat.visitor(token=token, after=140)

    assert [sequence for sequence, _ in await again.lines(11)] == list(range(141, 152))


async def test_who_reads_a_byte_now_and_then_is_cut_when_what_he_was_sent_grows_old(served, opened):
    chat = await served(backlog_s=0.3)
    browser, address = await one_who_wrote(opened, chat)
    for _ in range(60):  # more than the system holds for him, less than a megabyte
        chat.room.say(address, LARGE)

    async def sip():
        while await browser.read(1):
            await asyncio.sleep(0.02)

    sipping = asyncio.create_task(sip())
    await until(lambda: not chat.room.attendees)
    sipping.cancel()


async def test_who_reads_on_is_never_cut_although_something_always_waits(aiohttp_client, opened):
    now_s = 0.0
    limits = Limits(backlog_s=30, backlog_bytes=10 << 20, close_s=0.2)
    chat = await ServedChat(limits=limits, clock=lambda: now_s).start(aiohttp_client)
    browser, address = await one_who_wrote(opened, chat, buffer_bytes=65_536)
    seat = chat.room.attendees[0].seat._socket
    for _ in range(100):
        chat.room.say(address, LARGE)

    for _ in range(4):
        now_s += 20
        before = seat._written
        for _ in range(100):
            chat.room.say(address, LARGE)
        async with asyncio.timeout(PATIENCE_S):
            while len(browser.received) < before:
                await browser.read(65_536)
        seat._check_speed()
        assert seat._unsent_bytes > 0

    assert seat.ending is None
    now_s += 31
    seat._check_speed()
    now_s += 31
    seat._check_speed()
    assert seat.ending.reason == "slow"


async def test_who_does_not_answer_our_pings_is_gone(served, opened):
    chat = await served(ping_every_s=0.1)
    browser, _ = await one_who_wrote(opened, chat)

    await until(lambda: not chat.room.attendees)

    await browser.to_the_end()
    assert b"\x89\x00" in browser.received


@pytest.mark.slow
async def test_who_answers_our_pings_stays(served):
    chat = await served(ping_every_s=1)
    browser = await chat.visitor()
    await browser.answer(await browser.write("hello"))
    reading = asyncio.create_task(browser.next("typing"))

    await asyncio.sleep(2.5)  # two pings, each answered by the client's library

    assert chat.room.attendees
    chat.room.tell(chat.inbox.received[0].sender.value, [Typing(agent="Sara")])
    assert (await reading)["agent"] == "Sara"


async def test_frame_of_a_hundred_megabytes_is_refused_by_its_header(served, opened):
    chat = await served()
    browser, _ = await one_who_wrote(opened, chat)

    await browser.send(framed(b"x" * 100, length=100 << 20))

    assert await browser.to_the_end() == 1009


async def test_endless_fragments_are_refused_as_one_frame_would_be(served, opened):
    chat = await served()
    browser, _ = await one_who_wrote(opened, chat)

    for number in range(10):
        await browser.send(framed(b"x" * 60_000, kind=1 if number == 0 else 0, final=False))

    assert await browser.to_the_end() == 1009


async def test_frame_over_our_limit_is_an_error_first(served, opened):
    chat = await served()
    browser, _ = await one_who_wrote(opened, chat)

    await browser.send(message("x" * 70_000))
    await browser.until(b'"too_large"')

    assert chat.room.attendees
    for _ in range(3):
        await browser.send(message("x" * 70_000))
    assert await browser.to_the_end() == 4400
    assert len(chat.inbox.received) == 1


async def test_flood_of_pings_is_cut(served, opened):
    chat = await served()
    browser, _ = await one_who_wrote(opened, chat)

    await browser.send(framed(b"p" * 125, PING) * 200)

    assert await browser.to_the_end() == 4429
    assert browser.received.count(b"p" * 125) < 70


@pytest.mark.parametrize(
    "data",
    [
        framed(b"\xff\xfe\xfd"),
        framed(b"x", kind=0x3),
        framed(b"{}", kind=0x2) * 4,
        b"\x81\x02{}",  # no mask
        b"\xff" * 64,
        b"GET / HTTP/1.1\r\n\r\n" * 4,
    ],
)
async def test_bytes_that_are_no_frames_end_the_socket(served, opened, data):
    chat = await served(bad_frames=0)
    browser = await opened(chat)

    await browser.send(data)

    assert await browser.to_the_end() in {1002, 1007, 1009, 4400}
    assert chat.room.calls == []


@pytest.mark.slow
async def test_a_hundred_abusers_cost_less_than_a_hundred_megabytes(served, opened):
    chat = await served(conversations_an_address=Rate(200, 1.0))
    honest = await chat.visitor()
    await honest.answer(await honest.write("hello"))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    abusers = [await one_who_wrote(opened, chat) for _ in range(100)]
    for number, (browser, address) in enumerate(abusers):
        if number % 3 == 0:
            for _ in range(250):
                chat.room.say(address, LARGE)
        elif number % 3 == 1:
            await browser.send(framed(b"x" * 4_096, length=100 << 20))
        else:
            await browser.send(framed(b"p" * 125, PING) * 100)

    await until(lambda: len(chat.room.attendees) == 1)
    answer = await honest.answer(await honest.write("still here"))
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb

    assert answer["type"] == "ack"
    assert grown_kb < 100 * 1024
