"""Callers who leave a message: because nobody is there, or instead of waiting."""

import phone_house
import pytest
from phone_house import ANN, MENU, SARA

from contactcenter.fakes.twilio_voice_people import Caller, Message, Phone, Reply

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)
MESSAGE = Reply(press="2", after_s=3, hears="message")


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def test_a_caller_leaves_a_message_instead_of_waiting(house):
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, Phone(answers_after_s=None))
    words = Message(seconds=12, words="The chair is green.", key="#")
    await house.rings(SARA, Caller(replies=(SALES, MESSAGE), message=words))
    await house.passes(120)
    call = await house.call()
    assert house.times(call) == ["voicemail", 0, 4, None, 55]
    assert house.figures(call) == [4, 37, 20, 0, 0, 55]
    assert house.phases(call) == [
        ["menu", None, 0, 4],
        ["ringing", "Ann", 4, 24],
        ["waiting", None, 4, 41],
        ["voicemail", None, 43, 55],
    ]
    page = await ann.get(f"/tickets/{call['ticket_id']}/timeline")
    message, arrived = page["items"]
    assert (message["kind"], arrived["kind"]) == ("voicemail", "call")
    assert [file["content_type"] for file in message["attachments"]] == ["audio/mpeg"]


async def test_nobody_is_there_at_all(house):
    await house.agent("Ann", ANN, tiers=(1,), is_there=False)
    words = Message(seconds=9, words="Please call me.")
    await house.rings(SARA, Caller(replies=(SALES, MESSAGE), message=words))
    await house.passes(60)
    call = await house.call()
    assert house.times(call) == ["voicemail", 0, None, None, 18]
    assert house.figures(call) == [9, 0, 0, 0, 0, 18]
    assert house.phases(call) == [["menu", None, 0, 9], ["voicemail", None, 9, 18]]
    assert call["ticket_id"] is not None
