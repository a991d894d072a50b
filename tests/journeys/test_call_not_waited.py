"""A caller who does not wait is called back in his place; a Persian menu is played, not spoken."""

import phone_house
import pytest
from phone_house import ANN, MENU, SARA

from contactcenter.fakes.twilio_voice_people import Caller, Phone, Reply, accepts

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)
PERSIAN = {
    "start": "main",
    "languages": ["fa"],
    "nodes": {
        "main": {"kind": "menu", "prompt": "main", "options": {"1": "sales"}},
        "sales": {"kind": "queue"},
    },
}


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        yield house


async def test_a_caller_is_called_back_in_his_place(house):
    await house.number(MENU)
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, Phone(answers_after_s=None), accepts(4, thinks_s=2))
    house.voice.phone(SARA, Phone(answers_after_s=5, hangs_up_after_s=65))
    keys = (SALES, Reply(press="1", after_s=3, hears="call you back"))
    await house.rings(SARA, Caller(replies=keys))
    await house.passes(300)
    back, first = (await house.boss.get("/calls?live=false"))["items"]
    assert house.times(first) == ["callback", 0, 4, None, 43]
    assert house.figures(first) == [4, 37, 20, 0, 0, 43]
    assert house.telephones(back) == [
        ["Ann", "callback", 84, 88, 90, 160, "completed"],
        ["customer", "callback", 90, 95, 95, 160, "completed"],
    ]
    assert house.shares(back) == {"Ann": [65, 0, 30]}
    assert await house.stays(first["ticket_id"]) == [
        [None, 1, 4, 90, "assigned"],
        ["Ann", 1, 90, None, None],
    ]
    assert await house.presences(ann) == [[0, "available"], [160, "wrap_up"], [190, "available"]]


async def test_a_persian_menu_is_played_from_recordings(house):
    for name in ("main", "sorry", "position_next", "offer_both"):
        await house.recorded(name, "fa")
    await house.number(PERSIAN, language="fa")
    await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    caller = await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=62))
    await house.passes(62)
    call = await house.call()
    assert (call["language"], house.times(call)) == ("fa", ["answered", 0, 4, 12, 62])
    assert house.figures(call) == [4, 8, 6, 50, 0, 62]
    assert caller.heard
    assert all("/media/" in heard for heard in caller.heard)
