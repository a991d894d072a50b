"""Who gets in at a widget, how many, and the codes with which the others are sent away."""

import asyncio
import json

import pytest
from aiohttp import WSMsgType
from chat_browser import KEY, ORIGIN, OTHER_KEY, PATIENCE_S, OwnWidgets, ServedChat

from channels import NotStored
from channels._webchat.codes import CLOSINGS
from channels._webchat.limits import Limits, Rate


class Clock:
    """Seconds as the test wants them."""

    def __init__(self):
        self.now_s = 1_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
async def chat(aiohttp_client):
    return await ServedChat().start(aiohttp_client)


def hello(**changed):
    return {"type": "hello", "version": 1, "entry_point": KEY, **changed}


async def closed_for(chat, frame, origin=ORIGIN):
    browser = await chat.browser(origin)
    await browser.say(frame)
    code = await browser.closed()
    assert code in CLOSINGS
    assert browser.frames == []
    return code


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://shop.example",
        "https://shop.example.evil.example",
    ],
)
async def test_page_that_is_not_on_the_list_is_sent_away(chat, origin):
    assert await closed_for(chat, hello(), origin) == 4403
    assert chat.room.calls == []


async def test_page_on_another_widgets_list_is_sent_away(chat):
    assert await closed_for(chat, hello(entry_point=OTHER_KEY)) == 4403
    assert await closed_for(chat, hello(), "https://o.example") == 4403


@pytest.mark.parametrize(
    "origin", [ORIGIN, "https://www.shop.example:8443", "HTTPS://Shop.Example"]
)
async def test_every_page_on_the_list_gets_in(chat, origin):
    browser = await chat.browser(origin)

    assert (await browser.hello())["type"] == "welcome"


@pytest.mark.parametrize("key", ["", "shoP", "shop ", "sales", "x" * 200])
async def test_unknown_key_is_told_apart_from_a_foreign_page(chat, key):
    assert await closed_for(chat, hello(entry_point=key)) == 4404


async def test_other_version_is_told_so(chat):
    assert await closed_for(chat, {"type": "hello", "version": 2, "who": "?"}) == 4409


async def test_widget_without_any_origin_lets_nobody_in(aiohttp_client):
    chat = await ServedChat(own=OwnWidgets(webchat_origins="")).start(aiohttp_client)

    assert await closed_for(chat, hello()) == 4403


async def test_widget_has_the_general_list_where_it_has_none_of_its_own(aiohttp_client):
    own = OwnWidgets()
    own.options[KEY] = {}
    chat = await ServedChat(own=own, webchat_origins=ORIGIN).start(aiohttp_client)

    assert (await chat.visitor()).welcome["type"] == "welcome"
    assert await closed_for(chat, hello(), "https://www.shop.example:8443") == 4403


async def test_page_that_is_taken_off_the_list_loses_its_socket_at_the_next_frame(aiohttp_client):
    own = OwnWidgets()
    chat = await ServedChat(own=own).start(aiohttp_client)
    browser = await chat.visitor()

    own.options[KEY] = {"webchat_origins": "https://elsewhere.example"}
    await browser.write("hello?")

    assert await browser.closed() == 4403
    assert chat.inbox.received == []


async def test_who_says_nothing_is_sent_away(aiohttp_client):
    chat = await ServedChat(limits=Limits(hello_s=0.05, close_s=0.3)).start(aiohttp_client)
    browser = await chat.browser()

    assert await browser.closed() == 4408


@pytest.mark.slow
async def test_who_has_said_hello_may_be_silent(aiohttp_client):
    chat = await ServedChat(limits=Limits(hello_s=2, close_s=0.3)).start(aiohttp_client)
    browser = await chat.visitor()

    await asyncio.sleep(2.1)

    await browser.say({"type": "ping", "id": "p-1"})
    assert await browser.next() == {"type": "pong", "id": "p-1"}


async def test_frames_before_hello_are_refused_and_too_many_end_the_socket(chat):
    browser = await chat.browser()
    for number in range(4):
        await browser.write("let me in", id=f"m-{number}")

    assert await browser.closed() == 4400
    assert [(one["code"], one["id"]) for one in browser.frames] == [
        ("hello_first", f"m-{number}") for number in range(4)
    ]
    assert chat.inbox.received == []


async def test_as_many_frames_as_a_program_sends_end_the_socket(aiohttp_client):
    limits = Limits(frames=Rate(10, 1.0), close_s=0.3)
    chat = await ServedChat(limits=limits, clock=Clock()).start(aiohttp_client)
    browser = await chat.visitor()

    for _ in range(12):
        await browser.say({"type": "ping"})

    assert await browser.closed() == 4429
    assert [one["type"] for one in browser.frames] == ["welcome", *["pong"] * 9]


async def test_messages_of_a_visitor_are_bounded_over_all_his_sockets(aiohttp_client):
    clock = Clock()
    chat = await ServedChat(limits=Limits(requests=Rate(3, 2.0)), clock=clock).start(aiohttp_client)
    one = await chat.visitor()
    for number in range(2):
        await one.answer(await one.write(f"{number}"))
    two = await chat.visitor(token=one.token)
    await two.answer(await two.write("third"))

    refused = [await browser.answer(await browser.write("fourth")) for browser in (one, two)]
    clock.now_s += 2.1
    taken = await two.answer(await two.write("fourth", id="again"))
    other = await chat.visitor()

    assert {one["code"] for one in refused} == {"rate_limited"}
    assert taken == {"type": "ack", "id": "again"}
    assert (await other.answer(await other.write("mine")))["type"] == "ack"
    assert [item.text for item in chat.inbox.received] == ["0", "1", "third", "fourth", "mine"]


async def test_whatever_else_a_visitor_asks_for_counts_like_a_message(aiohttp_client):
    limits = Limits(requests=Rate(3, 2.0))
    chat = await ServedChat(limits=limits, clock=Clock()).start(aiohttp_client)
    browser = await chat.visitor()
    await browser.answer(await browser.write("hello"))

    answers = [await browser.ask("details", name="Sara") for _ in range(3)]
    ended = await browser.ask("end")

    assert [one.get("code") for one in answers] == [None, None, "rate_limited"]
    assert ended["code"] == "rate_limited"
    assert [call[0] for call in chat.room.calls] == ["keep", "details", "details"]


def from_header(request):
    return request.headers.get("X-Test-Address", "127.0.0.1")


async def test_sockets_from_one_address_are_bounded_and_a_place_that_is_left_is_free(
    aiohttp_client,
):
    limits = Limits(sockets_an_address=2, close_s=0.3)
    chat = await ServedChat(limits=limits, address=from_header).start(aiohttp_client)
    first, second = [await chat.visitor() for _ in range(2)]

    third = await chat.browser()
    assert await third.closed() == 4429
    elsewhere = await chat.browser(more={"X-Test-Address": "192.0.2.7"})
    await elsewhere.hello()
    await first.socket.close()

    async with asyncio.timeout(PATIENCE_S):
        while (await _came_in(chat)) is None:
            await asyncio.sleep(0.01)
    assert not second.socket.closed


async def _came_in(chat):
    browser = await chat.browser()
    await browser.say(hello())
    message = await browser.socket.receive()
    return browser if message.type is WSMsgType.TEXT else None


async def test_openings_from_one_address_are_bounded_in_time(aiohttp_client):
    clock = Clock()
    limits = Limits(openings_an_address=Rate(2, 5.0), close_s=0.3)
    chat = await ServedChat(limits=limits, clock=clock).start(aiohttp_client)
    for _ in range(2):
        await (await chat.visitor()).socket.close()

    assert await (await chat.browser()).closed() == 4429
    clock.now_s += 5.1
    assert (await chat.visitor()).welcome["type"] == "welcome"


async def test_sockets_of_a_process_are_bounded(aiohttp_client):
    chat = await ServedChat(limits=Limits(sockets=1, close_s=0.3)).start(aiohttp_client)
    await chat.visitor()

    assert await (await chat.browser()).closed() == 1013


async def test_conversations_that_begin_at_one_address_are_bounded(aiohttp_client):
    clock = Clock()
    limits = Limits(conversations_an_address=Rate(2, 60.0))
    chat = await ServedChat(limits=limits, clock=clock).start(aiohttp_client)
    known = await chat.visitor()
    await known.answer(await known.write("one"))
    await (two := await chat.visitor()).answer(await two.write("two"))
    third = await chat.visitor()

    refused = await third.answer(await third.write("three"))
    more = await known.answer(await known.write("still here"))
    clock.now_s += 61
    taken = await third.answer(await third.write("three", id="again"))

    assert refused["code"] == "rate_limited"
    assert more["type"] == taken["type"] == "ack"
    assert len(chat.room.guests) == 3


async def test_those_who_come_at_once_are_greeted_a_few_at_a_time(aiohttp_client):
    limits = Limits(admitted_at_once=2, turn_s=0.2, close_s=0.3)
    chat = await ServedChat(limits=limits).start(aiohttp_client)
    chat.room.gate.clear()
    browsers = [await chat.browser() for _ in range(3)]
    for browser in browsers:
        await browser.say(hello())

    answers = [asyncio.create_task(browser.socket.receive()) for browser in browsers]
    async with asyncio.timeout(PATIENCE_S):
        done, waiting = await asyncio.wait(answers, return_when="FIRST_COMPLETED")
        chat.room.gate.set()
        greeted = [(await one).type for one in waiting]

    assert [(one.result().type, one.result().data) for one in done] == [(WSMsgType.CLOSE, 1013)]
    assert greeted == [WSMsgType.TEXT] * 2


async def test_room_that_cannot_be_reached_sends_away_for_later(chat):
    chat.room.fault = NotStored("no database")

    assert await closed_for(chat, hello()) == 1013


async def test_room_that_does_not_answer_sends_away_for_later(aiohttp_client):
    chat = await ServedChat(limits=Limits(room_s=0.05, close_s=0.3)).start(aiohttp_client)
    chat.room.gate.clear()

    assert await closed_for(chat, hello()) == 1013
    chat.room.gate.set()


async def test_process_that_stops_sends_everybody_to_another(chat):
    browsers = [await chat.visitor() for _ in range(3)]
    stopping = asyncio.create_task(chat.channel.hang_up())

    assert [await browser.closed() for browser in browsers] == [1001] * 3
    await stopping
    assert await (await chat.browser()).closed() == 1001
    assert chat.room.attendees == []


async def test_request_that_is_no_handshake_is_told_so(chat):
    response = await chat.client.get("/hooks/webchat/socket")

    assert response.status == 426
    assert json.loads(await response.read())["code"] == "upgrade_required"


async def test_settings_are_read_by_pages_on_the_list_alone(chat):
    path = f"/hooks/webchat/settings?entry_point={KEY}&language=fa"
    allowed = await chat.client.get(path, headers={"Origin": ORIGIN})
    foreign = await chat.client.get(path, headers={"Origin": "https://evil.example"})
    unknown = await chat.client.get("/hooks/webchat/settings", headers={"Origin": ORIGIN})

    assert (allowed.status, foreign.status, unknown.status) == (200, 403, 404)
    assert (await allowed.json())["language"] == "fa"
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Origin" not in foreign.headers
    assert "Origin" in allowed.headers["Vary"]
    assert (await foreign.json(content_type=None))["code"] == "origin_refused"
