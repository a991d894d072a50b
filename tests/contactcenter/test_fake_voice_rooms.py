"""The fake Twilio's conferences: who hears whom, what is told, and when a room is over."""

import pytest
from voice_product import ANN, BOB, DESK, SARA, world

from contactcenter.fakes.twilio_voice_people import Phone

PICKS_UP = Phone(answers_after_s=0)
EVENTS = ["start", "end", "join", "leave", "mute", "hold", "modify"]
HEARD = "<Play>https://music.test/a.mp3</Play>"


def noun(house, label, **attributes):
    shown = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return (
        f'<Dial action="/done"><Conference participantLabel="{label}" {shown} statusCallback='
        f'"{house.product.url}/conference" statusCallbackEvent="{" ".join(EVENTS)}">call-1'
        "</Conference></Dial>"
    )


@pytest.fixture
async def house():
    async with world() as house:
        house.product.says("done", "<Hangup/>")
        house.product.says("hold", HEARD)
        yield house
        assert house.voice.problems == []


async def talking(house, *, record=False):
    """A caller and Ann in one room; returns the room's and both telephones' ids."""
    more = {"record": "record-from-start", "recordingStatusCallback": "/recording"}
    house.product.says(
        "voice", noun(house, "customer", endConferenceOnExit="true", **(more if record else {}))
    )
    house.product.says("ann", noun(house, "agent:1"))
    house.voice.phone(ANN, PICKS_UP)
    caller = house.voice.rings(SARA, DESK)
    await house.passes(0)
    agent = await house.dial(ANN, "ann")
    await house.passes(0)
    return house.voice.room("call-1").sid, caller, agent["sid"]


async def add(house, room, label="agent:2", to=BOB, **more):
    house.voice.phone(to, PICKS_UP)
    added = await house.rest(
        "POST",
        f"Conferences/{room}/Participants.json",
        status=201,
        From=DESK,
        To=to,
        Label=label,
        ConferenceStatusCallback=f"{house.product.url}/conference",
        ConferenceStatusCallbackEvent=EVENTS,
        **more,
    )
    await house.passes(0)
    return added["call_sid"]


def events(house):
    told = sorted(house.product.named("conference"), key=lambda p: int(p["SequenceNumber"]))
    return [(p["StatusCallbackEvent"], p.get("ParticipantLabel")) for p in told]


async def change(house, room, sid, *, status=200, **params):
    path = f"Conferences/{room}/Participants/{sid}.json"
    answer = await house.rest("POST", path, status=status, **params)
    await house.passes(0)
    return answer


def speaking(house):
    return house.voice.rooms.speaking(house.voice.room("call-1"))


async def test_one_alone_waits_and_two_make_it_begin(house):
    house.product.says("voice", noun(house, "customer", waitUrl="/hold"))
    house.voice.rings(SARA, DESK)
    await house.passes(0)
    assert events(house) == [("participant-join", "customer")]
    assert len(house.product.named("hold")) == 1
    room = house.voice.room("call-1")
    await add(house, room.sid)
    assert events(house)[-2:] == [("participant-join", "agent:2"), ("conference-start", None)]


async def test_who_is_on_hold_hears_music_until_he_is_brought_back(house):
    room, caller, _ = await talking(house)
    url = f"{house.product.url}/hold"
    shown = await change(house, room, caller.sid, Hold="true", HoldUrl=url)
    assert shown["hold"] is True
    assert (speaking(house), len(house.product.named("hold"))) == (["agent:1"], 1)
    await change(house, room, caller.sid, Hold="true", HoldUrl=url)
    await change(house, room, caller.sid, Hold="false")
    assert speaking(house) == ["agent:1", "customer"]
    held = [event for event in events(house) if "hold" in event[0]]
    assert held == [("participant-hold", "customer"), ("participant-unhold", "customer")]


async def test_music_is_fetched_in_the_way_that_was_asked_for(house):
    room, caller, _ = await talking(house)
    house.product.says("music", b"RIFF")
    url = f"{house.product.url}/music"
    await change(house, room, caller.sid, Hold="true", HoldUrl=url, HoldMethod="GET")
    await change(house, room, caller.sid, Hold="false")
    await change(house, room, caller.sid, Hold="true", HoldUrl=url)
    assert [one for one in house.product.methods if one[0] == "music"] == [
        ("music", "GET"),
        ("music", "POST"),
    ]


async def test_a_warm_transfer_leaves_the_second_agent_with_the_caller(house):
    room, _, ann = await talking(house)
    await add(house, room)
    path = f"Conferences/{room}/Participants/{ann}.json"
    await house.rest("DELETE", path, status=204)
    await house.passes(0)
    assert speaking(house) == ["agent:2", "customer"]
    await house.rest("DELETE", path, status=404)
    (done,) = house.product.named("done")
    assert done["CallSid"] == ann


async def test_a_room_is_over_when_the_customer_leaves_it(house):
    room, caller, ann = await talking(house)
    await house.passes(9)
    caller.hang_up()
    await house.passes(0)
    (end,) = [p for p in house.product.named("conference") if "end" in p["StatusCallbackEvent"]]
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["CallSidEndingConference"] == caller.sid
    shown = await house.rest("GET", f"Conferences/{room}.json", status=200)
    assert shown["status"] == "completed"
    listed = await house.rest("GET", "Conferences.json?FriendlyName=call-1&Status=in-progress")
    assert listed["conferences"] == []
    await change(house, room, ann, status=404, Hold="true")


async def test_a_room_goes_on_when_an_agent_leaves_it(house):
    room, caller, ann = await talking(house)
    await house.rest("POST", f"Calls/{ann}.json", status=200, Status="completed")
    await house.passes(5)
    assert events(house)[-1] == ("participant-leave", "agent:1")
    assert speaking(house) == ["customer"]
    participants = await house.rest("GET", f"Conferences/{room}/Participants.json")
    assert [p["call_sid"] for p in participants["participants"]] == [caller.sid]


async def test_a_supervisor_listens_whispers_and_barges(house):
    room, _, ann = await talking(house)
    boss = await add(house, room, "supervisor:9", Muted="true")
    assert house.product.named("conference")[-1]["Muted"] == "true"
    shown = await change(house, room, boss, Muted="false", Coaching="true", CallSidToCoach=ann)
    assert (shown["coaching"], shown["call_sid_to_coach"]) == (True, ann)
    await change(house, room, boss, status=400, Coaching="true", CallSidToCoach="CA" + "0" * 32)
    await change(house, room, boss, Coaching="false")
    assert [e for e in events(house) if e[1] == "supervisor:9"] == [
        ("participant-join", "supervisor:9"),
        ("participant-unmute", "supervisor:9"),
        ("participant-modify", "supervisor:9"),
        ("participant-modify", "supervisor:9"),
    ]


async def test_only_the_first_participants_callback_counts(house):
    await talking(house)
    house.product.says(
        "bob", '<Dial><Conference statusCallback="/other">call-1</Conference></Dial>'
    )
    house.voice.phone(BOB, PICKS_UP)
    await house.dial(BOB, "bob")
    await house.passes(0)
    assert house.voice.problems.pop() == "call-1: only the first statusCallback counts"
    assert house.product.named("other") == []


@pytest.mark.parametrize(("behavior", "seconds"), [("skip", "20"), ("silence", "30")])
async def test_a_recording_of_a_room_may_be_paused(house, behavior, seconds):
    room, caller, _ = await talking(house, record=True)
    path = f"Conferences/{room}/Recordings/Twilio.CURRENT.json"
    await house.passes(12)
    await house.rest("POST", path, status=200, Status="paused", PauseBehavior=behavior)
    await house.passes(10)
    await house.rest("POST", path, status=200, Status="in-progress")
    await house.passes(8)
    caller.hang_up()
    await house.passes(0)
    (told,) = house.product.named("recording")
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("completed", seconds)
    assert told["ConferenceSid"] == room
    assert told["RecordingStartTime"] == "Tue, 14 Apr 2026 09:30:00 +0000"
    await house.rest("POST", path, status=404, Status="paused")


async def test_a_telephone_is_recorded_from_the_middle_of_its_call(house):
    _, caller, _ = await talking(house)
    path = f"Calls/{caller.sid}/Recordings"
    url = f"{house.product.url}/recording"
    await house.rest("POST", f"{path}.json", status=201, RecordingStatusCallback=url)
    await house.passes(7)
    await house.rest("POST", f"{path}/Twilio.CURRENT.json", status=200, Status="stopped")
    await house.passes(0)
    (told,) = house.product.named("recording")
    assert (told["RecordingDuration"], told["RecordingSource"]) == ("7", "StartCallRecordingAPI")
