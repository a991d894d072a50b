"""Calls that are handed on without talking it over, outside, or to nobody."""

import phone_house
import pytest
from phone_house import ANN, BOB, MENU, SARA

from contactcenter.fakes.twilio_voice_people import NOBODY, Caller, Phone, Reply, accepts

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)
#: Outside the house, where we may call.
WORKSHOP = "+982166554433"


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def talking(house):
    """Sara rings at 0; Ann answers after 6 s and has her at 12; it is 30."""
    ann = await house.agent("Ann", ANN, tiers=(1,))
    bob = await house.agent("Bob", BOB, tiers=(2,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    house.voice.phone(BOB, accepts(5, thinks_s=1))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=112))
    await house.passes(30)
    call = await house.call()
    return ann, bob, call, f"/calls/{call['id']}"


def to(*, warm, **where):
    return {"to": where, "warm": warm, "note": "It is the valve."}


def seconds(call):
    """Menu, queue, talk, on hold, outside, and all of it; then how often it was handed on."""
    account = call["account"]
    outside_s = account["call_s"] - sum(account[f"{n}_s"] for n in ("ivr", "queue", "talk", "hold"))
    of_call = [account[f"{n}_s"] for n in ("ivr", "queue", "talk", "hold")]
    return [*of_call, outside_s, account["call_s"], account["transfers"], account["warm"]]


def seconds_of(call, agent):
    """What an agent talked, had somebody on hold, and wrapped up."""
    his = call["account"]["agents"][str(agent.id)]
    return [his["talk_s"], his["hold_s"], his["wrap_s"]]


async def test_a_cold_transfer_finds_the_next_one_in_the_same_room(house):
    ann, bob, call, path = await talking(house)
    queue = await house.row("SELECT id FROM queue WHERE tier = 2")

    await house.does(ann, f"{path}/transfers", to(warm=False, queue_id=queue["id"]))
    await house.passes(90)

    call = await house.call()
    assert house.times(call) == ["answered", 0, 4, 12, 112]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 30, "completed"],
        ["Bob", "offer", 30, 35, 36, 112, "completed"],
    ]
    assert (await house.stays(call["ticket_id"]))[:4] == [
        [None, 1, 4, 12, "assigned"],
        ["Ann", 1, 12, 30, "escalated"],
        [None, 2, 30, 36, "assigned"],
        ["Bob", 2, 36, None, None],
    ]
    assert (await house.presences(ann))[1] == [30, "wrap_up"]
    assert seconds(call) == [4, 8 + 6, 18 + 76, 0, 0, 112, 1, 0]
    assert seconds_of(call, ann) == [18, 0, 30]
    assert seconds_of(call, bob) == [76, 0, 0]


async def test_to_hang_up_while_it_is_talked_over_hands_it_over(house):
    ann, bob, call, path = await talking(house)
    await house.does(ann, f"{path}/transfers", to(warm=True, agent_id=bob.id))
    await house.passes(20)
    hers = next(leg for leg in house.voice.network.legs.values() if leg.to == ANN)

    hers.hang_up()
    await house.passes(62)

    call = await house.call()
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 50, "completed"],
        ["Bob", "consultation", 30, 35, 36, 112, "completed"],
    ]
    assert (await house.stays(call["ticket_id"]))[1:3] == [
        ["Ann", 1, 12, 50, "assigned"],
        ["Bob", 1, 50, None, None],
    ]
    assert (await house.presences(bob))[-1] == [112, "wrap_up"]
    assert seconds(call) == [4, 8, 18 + 62, 20, 0, 112, 1, 1]
    assert seconds_of(call, ann) == [18, 20, 30]
    assert seconds_of(call, bob) == [62, 14, 0]


async def test_where_nobody_answers_the_customer_is_the_first_ones_again(house):
    ann, bob, call, path = await talking(house)
    house.voice.phone(BOB, NOBODY)
    await house.does(ann, f"{path}/transfers", to(warm=True, agent_id=bob.id))
    await house.passes(30)

    (transfer,) = (await house.call())["transfers"]
    assert (transfer["state"], transfer["failure"]) == ("failed", "no_answer")
    assert house.seconds(transfer["ended_at"]) == 50
    await house.does(ann, f"{path}/resumptions")
    room = house.voice.rooms.live(f"call-{call['id']}")
    assert {p.label: p.is_held for p in room.participants.values()} == {
        "customer": False,
        f"agent:{ann.id}": False,
    }
    agent = await house.row("SELECT load FROM agent WHERE id = $1", bob.id)
    assert agent == {"load": 0}
    await house.passes(90)
    call = await house.call()
    assert house.telephones(call)[2] == ["Bob", "consultation", 30, None, None, 50, "no_answer"]
    assert seconds(call) == [4, 8, 18 + 52, 30, 0, 112, 0, 0]
    assert house.shares(call) == {"Ann": [70, 30, 30]}


async def test_a_call_that_goes_outside_goes_on_without_us(house):
    ann, _, call, path = await talking(house)
    house.voice.phone(WORKSHOP, Phone(answers_after_s=8))

    await house.does(ann, f"{path}/transfers", to(warm=False, number=WORKSHOP))
    await house.passes(20)
    room = house.voice.rooms.live(f"call-{call['id']}")
    assert {p.label.partition(":")[0]: p.is_held for p in room.participants.values()} == {
        "customer": False,
        "number": False,
    }
    await house.passes(70)

    call = await house.call()
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 38, "completed"],
        ["number", "transfer", 30, 38, 38, 112, "completed"],
    ]
    assert (await house.stays(call["ticket_id"]))[1][:3] == ["Ann", 1, 12]
    assert seconds(call)[:6] == [4, 8, 18, 8, 74, 112]
    assert seconds_of(call, ann) == [18, 8, 30]


async def test_a_caller_who_hangs_up_while_it_rings_stays_with_who_had_him(house):
    ann, bob, call, path = await talking(house)
    house.voice.phone(BOB, accepts(15, thinks_s=3))
    await house.passes(70)
    await house.does(ann, f"{path}/transfers", to(warm=True, agent_id=bob.id))
    await house.passes(30)

    call = await house.call()
    (transfer,) = call["transfers"]
    assert (transfer["failure"], house.seconds(transfer["ended_at"])) == ("customer_left", 112)
    assert house.telephones(call)[2][:6] == ["Bob", "consultation", 100, None, None, 112]
    assert (await house.stays(call["ticket_id"]))[1][0] == "Ann"
    assert (await house.presences(bob)) == [[0, "available"]]
    assert seconds(call) == [4, 8, 88, 12, 0, 112, 0, 0]
    assert house.shares(call) == {"Ann": [88, 12, 0]}
