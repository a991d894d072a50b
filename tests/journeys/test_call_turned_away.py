"""Callers for whom there is no place: full, closed, all away; and who presses what is not there."""

from datetime import timedelta

import phone_house
import pytest
from phone_house import ANN, MENU, REZA, SARA, PhoneHouse

from contactcenter.fakes.twilio_voice_people import Caller, Message, Phone, Reply, accepts

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)
CALL_ME = Reply(press="1", after_s=3, hears="call you back")
MESSAGE = Reply(press="2", after_s=3, hears="message")
#: One may wait for sales.
NARROW = {**MENU, "nodes": {**MENU["nodes"], "sales": {"kind": "queue", "at_most": 1}}}


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        yield house


async def at_lunch(house: PhoneHouse):
    """Ann is signed in and away: whoever calls may wait for her."""
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    await house.does(ann, "/presence", {"presence": "away", "reason": "lunch"})
    return ann


async def entries(house: PhoneHouse, call) -> list[str]:
    page = await house.boss.get(f"/tickets/{call['ticket_id']}/timeline")
    return [item["kind"] for item in page["items"]]


async def test_who_calls_while_all_are_away_waits_for_the_first_who_comes_back(house):
    await house.number(MENU)
    ann = await at_lunch(house)
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=100))
    await house.passes(50)
    await house.comes(ann)
    await house.passes(90)

    call = await house.call()
    assert house.times(call) == ["answered", 0, 4, 58, 100]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 58, 100, "completed"],
        ["Ann", "offer", 50, 56, 58, 100, "completed"],
    ]
    assert house.figures(call) == [4, 54, 6, 42, 0, 100]
    assert house.shares(call) == {"Ann": [42, 0, 30]}
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 4, 58, "assigned"],
        ["Ann", 1, 58, None, None],
    ]
    assert await house.presences(ann) == [
        [0, "available"],
        [0, "away"],
        [50, "available"],
        [100, "wrap_up"],
        [130, "available"],
    ]


async def test_who_finds_the_queue_full_is_called_back_in_his_place(house):
    """Sara waits, so Reza cannot; he is called as soon as Ann is done with her."""
    await house.number(NARROW)
    ann = await at_lunch(house)
    house.voice.phone(REZA, Phone(answers_after_s=5, hangs_up_after_s=45))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=100))
    await house.passes(10)
    reza = await house.rings(REZA, Caller(replies=(SALES, CALL_ME)))
    await house.passes(30)
    await house.comes(ann)
    await house.passes(200)

    assert reza.heard[1].startswith("Too many people are waiting just now.")
    back, asked, saras = (await house.boss.get("/calls?live=false"))["items"]
    assert house.times(saras) == ["answered", 0, 4, 48, 100]
    assert house.times(asked) == ["callback", 10, 17, None, 19]
    assert house.figures(asked) == [9, 0, 0, 0, 0, 9]
    assert house.phases(asked) == [["menu", None, 10, 19]]
    assert house.times(back) == ["answered", 130, None, 143, 188]
    assert house.telephones(back) == [
        ["Ann", "callback", 130, 136, 138, 188, "completed"],
        ["customer", "callback", 138, 143, 143, 188, "completed"],
    ]
    assert house.figures(back) == [0, 0, 6, 45, 0, 45]
    assert house.shares(back) == {"Ann": [45, 0, 30]}
    assert await house.stays(asked["ticket_id"]) == [
        [None, 1, 17, 138, "assigned"],
        ["Ann", 1, 138, None, None],
    ]
    assert await entries(house, asked) == ["call", "call"]


async def test_who_finds_the_queue_full_leaves_a_message(house):
    await house.number(NARROW)
    ann = await at_lunch(house)
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=100))
    await house.passes(10)
    await house.rings(REZA, Caller(replies=(SALES, MESSAGE), message=Message(seconds=9)))
    await house.passes(90)

    call, saras = (await house.boss.get("/calls?live=false"))["items"]
    assert house.times(saras) == ["abandoned", 0, 4, None, 100]
    assert house.times(call) == ["voicemail", 10, None, None, 28]
    assert house.figures(call) == [9, 0, 0, 0, 0, 18]
    assert house.phases(call) == [["menu", None, 10, 19], ["voicemail", None, 19, 28]]
    assert await house.stays(call["ticket_id"]) == [[None, 1, 28, None, None]]
    assert await entries(house, call) == ["voicemail"]
    assert await house.presences(ann) == [[0, "available"], [0, "away"]]


async def test_who_calls_out_of_hours_hears_when_we_open_and_leaves_a_message(house):
    number_id = await house.number(MENU)
    ann = await house.agent("Ann", ANN, tiers=(1,), is_there=False)
    opens = (house.started + timedelta(days=3)).strftime("%A")
    hours = {opens.lower(): [{"opens": "09:00", "closes": "17:00"}]}
    names = {"name_en": "Seldom", "name_fa": "به‌ندرت"}
    calendar = {**names, "time_zone": "UTC", "week": hours}
    calendar_id = (await house.boss.post("/calendars", calendar))["id"]
    change = {"calendar_id": calendar_id}
    await house.boss.patch(f"/entry_points/{number_id}", change, etag='"1"')

    sara = await house.rings(SARA, Caller(replies=(MESSAGE,), message=Message(seconds=9)))
    await house.passes(60)

    assert sara.heard[0].startswith(f"We are closed now. We open again on {opens} at 9:00.")
    call = await house.call()
    assert house.times(call) == ["voicemail", 0, None, None, 14]
    assert house.figures(call) == [5, 0, 0, 0, 0, 14]
    assert house.phases(call) == [["menu", None, 0, 5], ["voicemail", None, 5, 14]]
    assert await house.stays(call["ticket_id"]) == [[None, 1, 14, None, None]]
    assert await entries(house, call) == ["voicemail"]
    assert await house.presences(ann) == []


async def test_who_presses_what_is_not_there_hears_the_menu_again_and_then_has_an_agent(house):
    await house.number(MENU)
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    nines = (Reply(press="9", after_s=4),) * 3
    sara = await house.rings(SARA, Caller(replies=nines, hangs_up_after_s=100))
    await house.passes(140)

    menu = "1 for sales, 2 for repairs."
    again = f"Sorry, I did not understand that. {menu}"
    assert sara.heard[:3] == [menu, again, again]
    call = await house.call()
    assert house.times(call) == ["answered", 0, 12, 20, 100]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 20, 100, "completed"],
        ["Ann", "offer", 12, 18, 20, 100, "completed"],
    ]
    assert house.figures(call) == [12, 8, 6, 80, 0, 100]
    assert house.shares(call) == {"Ann": [80, 0, 30]}
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 12, 20, "assigned"],
        ["Ann", 1, 20, None, None],
    ]
    assert await house.presences(ann) == [[0, "available"], [100, "wrap_up"], [130, "available"]]
