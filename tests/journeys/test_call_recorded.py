"""Recorded calls and messages that callers leave, from the announcement to the last copy."""

from functools import partial
from typing import Any

import phone_house
import pytest
from centre import eventually
from phone_house import ANN, DESK, SARA, PhoneHouse

from contactcenter.fakes.twilio_voice_people import Caller, Message, Reply, accepts

pytestmark = pytest.mark.slow

SAID = "This call is recorded."
TREE = {
    "start": "main",
    "languages": ["en"],
    "nodes": {
        "main": {
            "kind": "menu",
            "prompt": {"en": "1 for sales, 2 for a message."},
            "options": {"1": "sales", "2": "message"},
        },
        "sales": {"kind": "queue"},
        "message": {"kind": "voicemail"},
    },
}
RECORDING = (
    "SELECT id, call_id, kind, state, provider_state, duration_s, size_bytes, content_type"
    " FROM call_recording"
)


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        yield house


async def number(house: PhoneHouse, **policy: Any) -> Any:
    """Our number has a menu, and records; returns an administrator."""
    boss = house.boss
    menu = await boss.post("/phone_menus", {"name": "Recorded", "tree": TREE})
    first = next(one for one in await boss.get("/queues") if one["tier"] == 1)
    desk = {"channel": "phone", "address": DESK, "name": "Desk", "language": "en"}
    desk |= {"queue_id": first["id"], "phone_menu_id": menu["id"]}
    made = await boss.post("/entry_points", desk)
    said = {"mode": "all", "announcement": {"en": {"say": SAID}}} | policy
    await boss.put(f"/entry_points/{made['id']}/recording", said, etag='"0"')
    await house.passes()
    return boss


async def bytes_of(boss: Any, recording_id: int, wanted: str) -> tuple[int, bytes]:
    url = f"{boss._url}/api/v1/recordings/{recording_id}/audio"
    async with boss._http.get(url, headers={"Range": wanted}) as answer:
        return answer.status, await answer.read()


async def until_kept(house: PhoneHouse) -> dict[str, Any]:
    """Until the keeper, which goes by the world's time, has done what is to be done."""
    await eventually(partial(_kept, house), within_s=20)
    return await house.row(RECORDING)


async def _kept(house: PhoneHouse) -> bool:
    async with house.database.read() as conn:
        found = await conn.fetchrow(RECORDING)
    return found is not None and bool(
        found["state"] == "fetched" and found["provider_state"] == "erased"
    )


async def test_a_call_is_announced_recorded_paused_heard_and_kept_once(house):
    boss = await number(house)
    ann = await house.agent("Ann", ANN, tiers=(1,))
    house.voice.phone(ANN, accepts(6, thinks_s=2))
    await house.rings(SARA, Caller(replies=(Reply(press="1", after_s=4),), hangs_up_after_s=100))
    await house.passes(40)
    call = (await ann.get("/calls"))["items"][0]
    (running,) = await ann.get(f"/calls/{call['id']}/recordings")
    assert running["state"] == "recording"

    asked = await ann.post(f"/calls/{call['id']}/recording/pause", status=202)
    assert asked["state"] == "asked"
    await house.passes(20)
    (paused,) = await ann.get(f"/calls/{call['id']}/recordings")
    assert paused["state"] == "paused"
    await ann.post(f"/calls/{call['id']}/recording/resume", status=202)
    await house.passes(60)

    kept = await until_kept(house)
    call = await house.call()
    assert house.times(call) == ["answered", 0, 6, 12, 100]  # it is announced from 4 to 6
    assert house.figures(call) == [6, 6, 6, 88, 0, 100]
    assert house.shares(call) == {"Ann": [88, 0, 0]}
    assert (kept["kind"], kept["content_type"]) == ("call", "audio/mpeg")
    assert kept["duration_s"] == 88
    (shown,) = await ann.get(f"/calls/{call['id']}/recordings")
    (gap,) = shown["pauses"]
    assert (gap["state"], gap["paused_at"], gap["ended_at"]) == ("over", house.at(40), house.at(60))
    status, some = await bytes_of(ann, kept["id"], "bytes=0-3")
    assert (status, some) == (206, b"\xff\xf3\x18\xc4")
    (heard,) = (await boss.get(f"/recordings/{kept['id']}/accesses"))["items"]
    assert (heard["user_id"], heard["ranges"]) == (ann.id, [[0, 3]])


async def test_a_message_waits_as_a_ticket_and_no_telephone_is_needed_to_take_it(house):
    boss = await number(house)
    await house.rings(
        SARA, Caller(replies=(Reply(press="2", after_s=3),), message=Message(seconds=20))
    )
    await house.passes(60)

    kept = await until_kept(house)
    assert (kept["kind"], kept["duration_s"]) == ("voicemail", 20)
    ticket = await house.row("SELECT id, state, live_call_id FROM ticket")
    assert (ticket["state"], ticket["live_call_id"]) == ("waiting", None)
    entry = (await boss.get(f"/tickets/{ticket['id']}/timeline"))["items"][0]
    assert (entry["kind"], len(entry["attachments"])) == ("voicemail", 1)
    agent = await house.agent("Bob", None, tiers=(1,))
    await house.passes(5)
    offered = await house.row("SELECT agent_id FROM offer ORDER BY id DESC LIMIT 1")
    assert offered["agent_id"] == agent.id
    call = await house.call()
    assert house.times(call) == ["voicemail", 0, None, None, 23]
    assert house.figures(call) == [3, 0, 0, 0, 0, 23]
    assert house.phases(call) == [["menu", None, 0, 3], ["voicemail", None, 3, 23]]


async def test_who_hangs_up_at_the_tone_has_left_nothing(house):
    await number(house)
    await house.rings(
        SARA, Caller(replies=(Reply(press="2", after_s=3),), message=Message(seconds=1))
    )
    await house.passes(60)

    found = await house.row("SELECT count(*) AS n FROM interaction WHERE kind = 'voicemail'")
    assert found == {"n": 0}
    call = await house.call()
    assert house.times(call) == ["short_abandoned", 0, None, None, 4]
    assert house.figures(call) == [4, 0, 0, 0, 0, 4]
