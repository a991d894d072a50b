"""Supervisors in calls: who hears whom as the telephone network has it, and nobody's seconds change."""

import phone_house
import pytest
from phone_house import ANN, BOB, DAN, MENU, SARA

from contactcenter.fakes.twilio_voice_people import Caller, Phone, Reply, accepts

pytestmark = pytest.mark.slow

SALES = Reply(press="1", after_s=4)


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


def heard_by(house, call) -> dict[str, tuple[bool, bool, str]]:
    """Who is in the room: muted, on hold, and whose telephone alone hears him."""
    room = house.voice.rooms.live(f"call-{call['id']}")
    label_of = {sid: one.label for sid, one in room.participants.items()}
    return {
        one.label: (one.is_muted, one.is_held, label_of.get(one.coaches, one.coaches))
        for one in room.participants.values()
    }


async def talking(house):
    """Sara rings at 0; Ann answers after 6 s and has her at 12."""
    ann = await house.agent("Ann", ANN, tiers=(1,))
    eva = await house.agent("Eva", DAN, role="supervisor", tiers=(1,), is_there=False)
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    house.voice.phone(DAN, Phone(answers_after_s=3))
    await house.rings(SARA, Caller(replies=(SALES,), hangs_up_after_s=112))
    await house.passes(30)
    return ann, eva, await house.call()


async def test_a_supervisor_listens_whispers_and_is_heard(house):
    ann, eva, call = await talking(house)
    path = f"/calls/{call['id']}/supervision"
    us = f"agent:{ann.id}", f"supervisor:{eva.id}"
    room = {"customer": (False, False, ""), us[0]: (False, False, "")}

    await house.does(eva, path, {"mode": "listen"})
    await house.passes(10)
    assert heard_by(house, call) == room | {us[1]: (True, False, "")}

    for mode, heard in (
        ("whisper", (False, False, us[0])),
        ("barge", (False, False, "")),
        ("listen", (True, False, "")),
    ):
        await eva.patch(path, {"mode": mode}, etag=None)
        await house.passes(5)
        assert heard_by(house, call) == room | {us[1]: heard}, mode
    await eva._call("DELETE", path, status=204)
    await house.passes(5)
    assert heard_by(house, call) == room

    await house.passes(60)
    call = await house.call()
    assert house.times(call) == ["answered", 0, 4, 12, 112]
    assert house.telephones(call) == [
        ["customer", "customer", 0, 0, 12, 112, "completed"],
        ["Ann", "offer", 4, 10, 12, 112, "completed"],
        ["Eva", "listen", 30, 33, 33, 55, "completed"],
    ]
    account = call["account"]
    assert [account[f"{n}_s"] for n in ("ivr", "queue", "talk", "hold", "call")] == [
        4,
        8,
        100,
        0,
        112,
    ]
    assert account["agents"].keys() == {str(ann.id)}
    assert account["agents"][str(ann.id)]["talk_s"] == 100
    ways = await house.boss.get(path)
    assert [
        [w["mode"], house.seconds(w["began_at"]), house.seconds(w["ended_at"])] for w in ways
    ] == [
        ["listen", 30, 40],
        ["whisper", 40, 45],
        ["barge", 45, 50],
        ["listen", 50, 55],
    ]
    assert {w["agent_id"] for w in ways} == {ann.id}


async def test_a_whisper_goes_with_the_call_and_nobody_else_hears_it(house):
    ann, eva, call = await talking(house)
    bob = await house.agent("Bob", BOB, tiers=(2,))
    house.voice.phone(BOB, accepts(5, thinks_s=1))
    path = f"/calls/{call['id']}"
    await house.does(eva, f"{path}/supervision", {"mode": "whisper"})
    await house.passes(5)
    them = f"agent:{ann.id}", f"agent:{bob.id}", f"supervisor:{eva.id}"
    assert heard_by(house, call)[them[2]] == (False, False, them[0])

    wanted = {"to": {"agent_id": bob.id}, "warm": True, "note": "He knows the valve."}
    await house.does(ann, f"{path}/transfers", wanted)
    await house.passes(10)
    assert heard_by(house, call)["customer"] == (False, True, "")
    (transfer,) = (await house.call())["transfers"]
    await house.does(ann, f"{path}/transfers/{transfer['id']}/completions")

    assert heard_by(house, call) == {
        "customer": (False, False, ""),
        them[1]: (False, False, ""),
        them[2]: (False, False, them[1]),
    }


async def test_a_whisper_is_for_nobody_once_the_agent_has_gone(house):
    ann, eva, call = await talking(house)
    path = f"/calls/{call['id']}"
    await house.does(eva, f"{path}/supervision", {"mode": "whisper"})
    await house.passes(5)
    queue = await house.row("SELECT id FROM queue WHERE tier = 2")

    wanted = {"to": {"queue_id": queue["id"]}, "warm": False, "note": "Yours."}
    await house.does(ann, f"{path}/transfers", wanted)

    assert heard_by(house, call) == {
        "customer": (False, True, ""),
        f"supervisor:{eva.id}": (True, False, ""),
    }
