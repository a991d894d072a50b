"""Hooks that never come, or come before anybody knows whose they are: the seconds are the same."""

from datetime import timedelta

import phone_house
import pytest
from phone_house import ANN, MENU, SARA

from contactcenter.fakes.twilio_voice_people import Caller, Reply, accepts

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def test_an_end_that_nobody_told_of_is_asked_for_and_the_agent_is_free(house):
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=112))
    await house.passes(60)
    house.voice.hooks.loses = lambda _: True
    await house.passes(660)
    call = await house.call()
    assert (call["state"], await house.presences(ann)) == ("talking", [[0, "available"]])
    await house.looks_for_lost_calls()
    call = await house.call()
    assert house.times(call) == ["answered", 0, 4, 12, 112]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 112, "completed"],
    ]
    await house.passes(60)
    assert house.figures(call) == [4, 8, 6, 100, 0, 112]
    free = [[0, "available"], [720, "wrap_up"], [721, "available"]]
    assert await house.presences(ann) == free


async def test_a_call_that_reached_us_by_its_last_hook_alone_is_found_in_the_list(house):
    leg = house.voice.calls
    voice_url, leg.voice_url = leg.voice_url, "http://127.0.0.1:9/voice"
    fallback_url, leg.fallback_url = leg.fallback_url, ""
    await house.rings(SARA, Caller(hangs_up_after_s=30))
    await house.passes(5)
    assert house.voice.problems.pop().startswith("+98")
    leg.voice_url, leg.fallback_url = voice_url, fallback_url
    unmatched = await house.row("SELECT count(*) AS n FROM call_hook WHERE call_id IS NULL")
    calls = await house.row("SELECT count(*) AS n FROM call")
    assert (unmatched["n"], calls["n"]) == (1, 0)
    await house.reads_the_list(house.started - timedelta(minutes=5))
    call = await house.call()
    assert house.times(call) == ["short_abandoned", 0, None, None, 0]
    assert house.telephones(call) == [["customer", "customer", 0, 0, None, 0, "completed"]]
    assert call["contact_id"] is not None
    unmatched = await house.row("SELECT count(*) AS n FROM call_hook WHERE call_id IS NULL")
    assert unmatched["n"] == 0
