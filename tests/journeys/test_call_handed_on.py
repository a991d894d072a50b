"""Calls that are held, handed on and listened to."""

import phone_house
import pytest
from journey_lines import console
from phone_house import ANN, BOB, DAN, MENU, SARA

from contactcenter.fakes.twilio_voice_hooks import HookBehaviour
from contactcenter.fakes.twilio_voice_people import Caller, Reply, accepts

pytestmark = pytest.mark.slow


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def handed_on_warmly(house):
    """Menu 14 s, queue 38 s; Ann 111 s, hold 57 s of which 30 with Bob, 5 s all three, Bob 140 s."""
    await house.agent("Dan", DAN, tiers=(1,))  # has waited longest, and does not hear it ring
    await house.passes(1)
    ann = await house.agent("Ann", ANN, tiers=(1,))
    bob = await house.agent("Bob", BOB, tiers=(2,))
    house.voice.phone(ANN, accepts(16, thinks_s=2))
    house.voice.phone(BOB, accepts(19, thinks_s=8))
    house.voice.network.speaking_s = 3
    await house.wraps_up(tier=2, seconds=60)
    keys = (Reply(press="9", after_s=7), Reply(press="1", after_s=7))
    await house.rings(SARA, Caller(replies=keys, hangs_up_after_s=365))
    await house.passes(163)
    call = await house.call()
    path, ticket_id = f"/calls/{call['id']}", call["ticket_id"]
    queue = await house.row("SELECT id FROM queue WHERE tier = 2")
    wanted = {"to": {"queue_id": queue["id"]}, "warm": True, "note": "The valve. Please."}
    await house.does(ann, f"{path}/transfers", wanted)
    await house.passes(57)
    await house.does(ann, f"{path}/resumptions")
    await house.passes(5)
    (transfer,) = (await house.call())["transfers"]
    assert (transfer["state"], transfer["note"]) == ("consulting", "The valve. Please.")
    await house.does(ann, f"{path}/transfers/{transfer['id']}/completions")
    await house.passes(30)
    await house.does(ann, "/presence", {"presence": "available"})
    await house.passes(150)
    await house.solves(bob, ticket_id)
    await house.passes(10)
    return ann, bob, await house.call()


def check_told(house, call):
    """What the provider's times say of it, whatever comes of them late."""
    assert house.figures(call) == [14, 38, 55, 256, 57, 365]
    assert house.shares(call) == {"Ann": [116, 57, 30], "Bob": [145, 30, 40]}
    assert (call["account"]["transfers"], call["account"]["warm"]) == (1, 1)
    assert house.times(call) == ["answered", 1, 15, 53, 366]
    assert house.phases(call) == [
        ["menu", None, 1, 15],
        ["ringing", "Dan", 15, 35],
        ["waiting", None, 15, 53],
        ["ringing", "Ann", 35, 51],
        ["talk", "Ann", 53, 164],
        ["ringing", "Bob", 164, 183],
        ["hold", "Ann", 164, 221],
        ["hold", "Bob", 191, 221],
        ["talk", "Ann", 221, 226],
        ["talk", "Bob", 221, 366],
        ["wrap_up", "Ann", 226, 256],
        ["wrap_up", "Bob", 366, 406],
    ]


async def test_a_call_is_held_and_handed_on_warmly(house):
    ann, bob, call = await handed_on_warmly(house)
    check_told(house, call)
    assert house.telephones(call) == [
        ["customer", "customer", 1, 1, 53, 366, "completed"],
        ["Dan", "offer", 15, None, None, 35, "no_answer"],
        ["Ann", "offer", 35, 51, 53, 226, "completed"],
        ["Bob", "consultation", 164, 183, 191, 366, "completed"],
    ]
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 15, 53, "assigned"],
        ["Ann", 1, 53, 226, "escalated"],
        [None, 2, 226, 226, "assigned"],
        ["Bob", 2, 226, 406, "solved"],
    ]
    assert await house.presences(ann) == [[1, "available"], [226, "wrap_up"], [256, "available"]]
    assert await house.presences(bob) == [[1, "available"], [366, "wrap_up"], [406, "available"]]


@pytest.mark.parametrize(
    "behaviour",
    [
        HookBehaviour(report_delay_s=(0, 9), doubled=0.5),
        HookBehaviour(report_delay_s=(0, 2), doubled=1.0, asked_twice=1.0),
    ],
    ids=["late", "twice"],
)
async def test_a_call_handed_on_has_the_same_account_by_hooks_that_come_late_and_twice(
    house, behaviour
):
    house.voice.hooks.behaviour = behaviour
    _, _, call = await handed_on_warmly(house)
    check_told(house, call)


async def test_to_escalate_while_talking_is_to_talk_it_over_with_the_tier_above(house):
    """Queue 8 s; Ann 18 s, hold 30 s of which 21 with Bob, then Bob 52 s."""
    ann = await house.agent("Ann", ANN, tiers=(1,))
    bob = await house.agent("Bob", BOB, tiers=(2,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    house.voice.phone(BOB, accepts(5, thinks_s=4))
    await house.rings(SARA, Caller(replies=(Reply(press="1", after_s=4),), hangs_up_after_s=112))
    await house.passes(30)
    call = await house.call()
    path = f"/tickets/{call['ticket_id']}"
    async with console(house.centre, bob) as screen:
        body = {"note": "The valve. Please.", "reason": "needs_access"}
        await house.does(ann, f"{path}/escalations", body)
        told = await screen.event("call_transfer_changed")
    assert (told["agent_id"], told["data"]["to"]) == (bob.id, "ringing")
    (rings,) = await bob.get("/offers")
    assert (rings["id"], rings["tier"], rings["call"]["is_held"]) == (call["ticket_id"], 1, True)
    assert rings["call"]["transfer"]["note"] == "The valve. Please."
    await house.passes(30)
    transfer = rings["call"]["transfer"]
    await house.does(ann, f"/calls/{call['id']}/transfers/{transfer['id']}/completions")
    assert (await bob.get("/offers")) == []
    await house.passes(100)
    call = await house.call()
    assert house.times(call) == ["answered", 0, 4, 12, 112]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 60, "completed"],
        ["Bob", "consultation", 30, 35, 39, 112, "completed"],
    ]
    assert house.figures(call) == [4, 8, 11, 70, 30, 112]
    assert house.shares(call) == {"Ann": [18, 30, 30], "Bob": [52, 21, 30]}
    assert (call["account"]["transfers"], call["account"]["warm"]) == (1, 1)
    assert house.phases(call) == [
        ["menu", None, 0, 4],
        ["ringing", "Ann", 4, 10],
        ["waiting", None, 4, 12],
        ["talk", "Ann", 12, 30],
        ["ringing", "Bob", 30, 35],
        ["hold", "Ann", 30, 60],
        ["hold", "Bob", 39, 60],
        ["wrap_up", "Ann", 60, 90],
        ["talk", "Bob", 60, 112],
        ["wrap_up", "Bob", 112, 142],
    ]
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 4, 12, "assigned"],
        ["Ann", 1, 12, 60, "escalated"],
        [None, 2, 60, 60, "assigned"],
        ["Bob", 2, 60, None, None],
    ]
    assert await house.presences(ann) == [[0, "available"], [60, "wrap_up"], [90, "available"]]
    assert await house.presences(bob) == [[0, "available"], [112, "wrap_up"], [142, "available"]]
    (step,) = await bob.get(f"{path}/escalations")
    assert (step["reason"], step["note"], step["accepted_by_id"]) == (
        "needs_access",
        "The valve. Please.",
        bob.id,
    )
