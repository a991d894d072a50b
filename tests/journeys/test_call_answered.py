"""Calls that are answered, or not, from the first ring to the end of wrapping up."""

import phone_house
import pytest
from phone_house import ANN, BOB, MENU, SARA, PhoneHouse

from contactcenter.fakes.twilio_voice_hooks import HookBehaviour
from contactcenter.fakes.twilio_voice_people import Caller, Reply, accepts, voicemail

pytestmark = pytest.mark.slow

#: He presses 1 four seconds after he was answered.
SALES = Reply(press="1", after_s=4)


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def answered(house: PhoneHouse):
    """Ann answers after 6 s, presses the key 2 s later, talks for 100 s and wraps up for 25 s."""
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    caller = Caller(replies=(SALES,), hangs_up_after_s=112, verstat="TN-Validation-Passed-A")
    await house.rings(SARA, caller)
    await house.passes(137)
    call = await house.call()
    await ann.post(f"/tickets/{call['ticket_id']}/solutions", {"disposition": "solved"})
    await house.passes(60)
    return ann, await house.call()


async def check_answered(house, _ann, call):
    assert house.times(call) == ["answered", 0, 4, 12, 112]
    assert call["attestation"] == "full"
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 112, "completed"],
    ]
    assert house.figures(call) == [4, 8, 6, 100, 0, 112]
    assert house.shares(call) == {"Ann": [100, 0, 25]}
    assert house.phases(call) == [
        ["menu", None, 0, 4],
        ["ringing", "Ann", 4, 10],
        ["waiting", None, 4, 12],
        ["talk", "Ann", 12, 112],
        ["wrap_up", "Ann", 112, 137],
    ]
    assert [one[0] for one in await house.stays(call["ticket_id"])] == [None, "Ann"]


async def test_a_call_is_answered_at_the_first_time(house):
    ann, call = await answered(house)
    await check_answered(house, ann, call)
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 4, 12, "assigned"],
        ["Ann", 1, 12, 137, "solved"],
    ]
    assert await house.presences(ann) == [[0, "available"], [112, "wrap_up"], [137, "available"]]


@pytest.mark.parametrize(
    "behaviour",
    [
        HookBehaviour(report_delay_s=(0, 9), doubled=0.5),
        HookBehaviour(report_delay_s=(0, 2), doubled=1.0, asked_twice=1.0),
    ],
    ids=["late", "twice"],
)
async def test_hooks_that_come_late_shuffled_and_twice_tell_the_same(house, behaviour):
    house.voice.hooks.behaviour = behaviour
    await check_answered(house, *await answered(house))


async def test_a_caller_who_hangs_up_while_the_key_is_pressed_leaves_nobody_alone(house):
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    caller = await house.rings(SARA, Caller(replies=(SALES,)))

    def gone(posting):
        if posting.get("Digits") == "1" and "/offer" in posting.url:
            caller.hang_up()

    house.voice.hooks.on_posting = gone
    await house.passes(60)
    call = await house.call()
    assert house.times(call) == ["abandoned", 0, 4, None, 12]
    assert house.figures(call) == [4, 8, 6, 0, 0, 12]
    customer, hers = house.telephones(call)
    assert customer == ["customer", "customer", 0, 0, None, 12, "completed"]
    assert hers[:4] == ["Ann", "offer", 4, 10]
    assert 12 <= hers[5] <= 14  # let go at once, or after the words that the call is gone
    assert house.phases(call) == [
        ["menu", None, 0, 4],
        ["ringing", "Ann", 4, 10],
        ["waiting", None, 4, 12],
    ]
    assert house.shares(call) == {}
    assert await house.stays(call["ticket_id"]) == [[None, 1, 4, 12, "abandoned"]]
    assert await house.presences(ann) == [[0, "available"]]
    offer = await house.row("SELECT state FROM offer")
    assert offer == {"state": "withdrawn"}
    agent = await house.row("SELECT load, misses FROM agent WHERE id = $1", ann.id)
    assert agent == {"load": 0, "misses": 0}


async def test_a_voicemail_that_picks_up_takes_no_call(house):
    ann = await house.agent("Ann", ANN, tiers=(1,))
    await house.passes(1)
    bob = await house.agent("Bob", BOB, tiers=(1,))
    house.voice.phone(ANN, voicemail(5))
    house.voice.phone(BOB, accepts(3, thinks_s=1))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=100))
    await house.passes(140)
    call = await house.call()
    assert house.times(call) == ["answered", 1, 5, 24, 101]
    assert house.telephones(call) == [
        ["customer", "customer", 1, 1, 24, 101, "completed"],
        ["Ann", "offer", 5, 10, None, 20, "completed"],
        ["Bob", "offer", 20, 23, 24, 101, "completed"],
    ]
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 5, 24, "assigned"],
        ["Bob", 1, 24, None, None],
    ]
    assert await house.presences(ann) == [[0, "available"]]
    assert await house.presences(bob) == [[1, "available"], [101, "wrap_up"], [131, "available"]]
    assert house.figures(call) == [4, 19, 8, 77, 0, 100]
    assert house.shares(call) == {"Bob": [77, 0, 30]}
    assert (await bob.get(f"/tickets/{call['ticket_id']}"))["state"] == "pending"


async def test_two_voicemails_in_a_row_make_him_away(house):
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, voicemail(2))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=170))
    await house.passes(180)
    call = await house.call()
    assert house.times(call) == ["abandoned", 0, 4, None, 170]
    assert house.figures(call) == [4, 166, 4, 0, 0, 170]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, None, 170, "completed"],
        ["Ann", "offer", 4, 6, None, 16, "completed"],
        ["Ann", "offer", 76, 78, None, 88, "completed"],
    ]
    assert house.phases(call) == [
        ["menu", None, 0, 4],
        ["ringing", "Ann", 4, 6],
        ["waiting", None, 4, 170],
        ["ringing", "Ann", 76, 78],
    ]
    assert house.shares(call) == {}, "a call that he never took is none of his"
    assert await house.presences(ann) == [[0, "available"], [88, "away"]]
    assert await house.stays(call["ticket_id"]) == [[None, 1, 4, 170, "abandoned"]]
