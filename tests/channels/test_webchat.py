"""The web chat's socket: who is greeted, what is acknowledged, and which lines come."""

import pytest
from chat_browser import KEY, OwnWidgets, ServedChat

PERSIAN = "سلام، سفارشم ۳ روز است که نرسیده 😡"


@pytest.fixture
async def chat(aiohttp_client):
    return await ServedChat().start(aiohttp_client)


async def test_stranger_is_welcomed_with_a_token_and_nothing_is_stored(chat):
    browser = await chat.visitor()

    assert browser.welcome["is_known"] is False
    assert browser.welcome["is_identified"] is False
    assert browser.welcome["last_sequence"] == 0
    assert len(browser.token) > 10
    assert browser.welcome["standing"] == {
        "state": "new", "is_open": True, "read_sequence": 0, "rating": "none",
    }  # fmt: skip
    assert chat.room.guests == {}


async def test_message_is_acknowledged_once_it_is_stored_and_comes_back_as_a_line(chat):
    browser = await chat.visitor()
    chat.inbox.gate.clear()

    await browser.write(PERSIAN, id="m-1")
    await browser.say({"type": "ping"})
    chat.inbox.gate.set()
    answer = await browser.answer("m-1")

    assert answer == {"type": "ack", "id": "m-1"}
    [item] = chat.inbox.received
    assert (item.channel, item.entry_point, item.text) == ("webchat", KEY, PERSIAN)
    line = next(frame for frame in browser.frames if frame["type"] == "line")
    assert (line["sequence"], line["by"], line["id"], line["text"]) == (
        1,
        "visitor",
        "m-1",
        PERSIAN,
    )


async def test_returning_visitor_gets_the_lines_after_the_last_he_has(chat):
    first = await chat.visitor()
    await first.answer(await first.write("one"))
    await first.socket.close()
    [address] = chat.room.lines
    for text in ("two", "three"):
        chat.room.say(address, text)

    again = await chat.visitor(token=first.token, after=1)

    assert again.welcome["is_known"] is True
    assert again.welcome["token"] == first.token
    assert await again.lines(2) == [(2, "two"), (3, "three")]


async def test_agents_line_comes_to_every_tab_of_the_visitor(chat):
    one = await chat.visitor()
    await one.answer(await one.write("hello"))
    two = await chat.visitor(token=one.token)
    await two.lines(1)
    [address] = chat.room.lines

    chat.room.say(address, "I look after it.", name="Sara")

    for browser in (one, two):
        line = await browser.next("line")
        assert (line["by"], line["name"], line["text"]) == ("agent", "Sara", "I look after it.")


async def test_settings_of_the_widget_come_in_the_language_that_was_asked_for(aiohttp_client):
    own = OwnWidgets(
        webchat_title_en="Support", webchat_title_fa="پشتیبانی",
        webchat_form="name*,email", webchat_topics_fa="سفارش,مرجوعی", webchat_colour="#0a7d5c",
    )  # fmt: skip
    chat = await ServedChat(own=own).start(aiohttp_client)

    browser = await chat.visitor(language="fa-IR")

    assert browser.welcome["settings"] == {
        "language": "fa",
        "title": "پشتیبانی",
        "greeting": None,
        "colour": "#0a7d5c",
        "form": [{"name": "name", "required": True}, {"name": "email", "required": False}],
        "topics": ["سفارش", "مرجوعی"],
    }
