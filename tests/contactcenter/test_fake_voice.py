"""The fake Twilio's voice: a call goes as Twilio's pages say it does."""

import pytest
from voice_product import ANN, BOB, DESK, SARA, world

from contactcenter.fakes.twilio_voice_people import (
    BUSY,
    NOBODY,
    Caller,
    Message,
    Phone,
    Reply,
    accepts,
    presses,
)

MENU = '<Gather action="/choice" numDigits="1" timeout="4"><Say>Hello</Say></Gather><Hangup/>'
PARK = '<Enqueue waitUrl="/wait" action="/unparked">park</Enqueue>'
WAIT = "<Play>https://music.test/a.mp3</Play><Pause length='7'/>"


def room(label, *, ends="false", more=""):
    return (
        f'<Dial action="/{label}-done"><Conference participantLabel="{label}" beep="false"'
        f' endConferenceOnExit="{ends}" statusCallback="/conference" statusCallbackEvent='
        f'"start end join leave mute hold modify" {more}>call-1</Conference></Dial>'
    )


@pytest.fixture
async def house():
    async with world() as house:
        yield house
        assert house.voice.problems == []


async def parked(house, caller=None):
    house.product.says("voice", MENU)
    house.product.says("choice", PARK)
    house.product.says("wait", WAIT)
    leg = house.voice.rings(SARA, DESK, caller or presses("2", after_s=3))
    await house.passes(3)
    return leg


async def test_a_caller_rings_presses_a_key_and_is_parked(house):
    leg = await parked(house)
    (voice,), (choice,) = house.product.named("voice"), house.product.named("choice")
    assert (voice["CallSid"], voice["CallStatus"], voice["Direction"]) == (
        leg.sid,
        "ringing",
        "inbound",
    )
    assert (choice["Digits"], choice["CallStatus"]) == ("2", "in-progress")
    (wait,) = house.product.named("wait")
    assert wait | {"QueuePosition": "1", "QueueTime": "0", "CurrentQueueSize": "1"} == wait
    assert wait["MaxQueueSize"] == "1000"
    assert wait["QueueSid"].startswith("QU")


async def test_what_is_heard_while_waiting_is_asked_for_again_and_again(house):
    await parked(house)
    await house.passes(25)
    assert [form["QueueTime"] for form in house.product.named("wait")] == ["0", "10", "20"]


async def test_silence_is_posted_only_where_it_was_asked_for(house):
    house.product.says("voice", MENU)
    house.voice.rings(SARA, DESK)
    await house.passes(30)
    assert [name for name, _ in house.product.posts] == ["voice", "status"]
    house.product.says("voice", MENU.replace("<Gather", '<Gather actionOnEmptyResult="true"'))
    house.product.says("choice", "<Hangup/>")
    house.voice.rings(SARA, DESK)
    await house.passes(30)
    assert house.product.named("choice")[0]["Digits"] == ""


async def test_words_come_with_their_confidence_where_speech_is_listened_to(house):
    speaking = Caller(replies=(Reply(say="service please", after_s=1),))
    house.product.says("voice", MENU.replace("<Gather", '<Gather input="dtmf speech"'))
    house.product.says("choice", "<Hangup/>")
    house.voice.rings(SARA, DESK, speaking)
    await house.passes(3)
    (choice,) = house.product.named("choice")
    assert (choice["SpeechResult"], choice["Confidence"]) == ("service please", "0.9")
    assert "Digits" not in choice


async def test_a_caller_who_hangs_up_while_he_waits_ends_his_stay(house):
    caller = Caller(replies=(Reply(press="2", after_s=3),), hangs_up_after_s=20)
    leg = await parked(house, caller)
    await house.passes(40)
    (unparked,) = house.product.named("unparked")
    assert (unparked["QueueResult"], unparked["QueueTime"]) == ("hangup", "17")
    assert unparked["CallStatus"] == "completed"
    (status,) = house.product.named("status")
    assert (status["CallSid"], status["CallDuration"], status["Duration"]) == (leg.sid, "20", "1")
    assert status["Timestamp"] == "Tue, 14 Apr 2026 09:30:20 +0000"


async def test_a_full_queue_sends_the_caller_to_the_action_at_once(house):
    house.voice.network.most_in_queue = 1
    await parked(house)
    house.product.says("unparked", "<Hangup/>")
    house.voice.rings(SARA, DESK, presses("1"))
    await house.passes(5)
    (unparked,) = house.product.named("unparked")
    assert unparked["QueueResult"] == "queue-full"


async def test_somebody_who_leaves_the_queue_hears_the_action(house):
    await parked(house)
    house.product.says("wait", "<Leave/>")
    house.product.says("unparked", "<Say>Bye</Say><Hangup/>")
    await house.passes(20)
    (unparked,) = house.product.named("unparked")
    assert (unparked["QueueResult"], unparked["QueueTime"]) == ("leave", "10")


async def test_an_agent_answers_presses_one_and_talks_with_the_caller(house):
    caller = await parked(house)
    house.product.says("offer", '<Gather action="/key" numDigits="1"><Say>Press 1</Say></Gather>')
    house.product.says("key", room("agent:7"))
    house.product.says("join", room("customer", ends="true"))
    house.voice.phone(ANN, accepts(after_s=4, thinks_s=2))
    agent = await house.dial(ANN, Timeout="20")
    assert agent["status"] == "queued"
    await house.passes(6)
    queue = house.product.named("wait")[0]["QueueSid"]
    await house.rest(
        "POST",
        f"Queues/{queue}/Members/{caller.sid}.json",
        status=200,
        Url=f"{house.product.url}/join",
    )
    await house.passes(116)
    assert house.voice.rooms.speaking(house.voice.room("call-1")) == ["agent:7", "customer"]
    caller.hang_up()
    await house.passes(1)
    assert [(p["CallStatus"], p["SequenceNumber"]) for p in house.product.named("status")[:3]] == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
    ]
    assert house.product.named("unparked")[0]["QueueResult"] == "redirected"
    told = [
        (p["StatusCallbackEvent"], p.get("ParticipantLabel"), p["Timestamp"][17:25])
        for p in sorted(house.product.named("conference"), key=lambda p: int(p["SequenceNumber"]))
    ]
    assert told == [
        ("participant-join", "agent:7", "09:30:09"),
        ("participant-join", "customer", "09:30:09"),
        ("conference-start", None, "09:30:09"),
        ("participant-leave", "customer", "09:32:05"),
        ("participant-leave", "agent:7", "09:32:05"),
        ("conference-end", None, "09:32:05"),
    ]
    (done,) = house.product.named("agent:7-done")
    assert done["DialCallStatus"] == "answered"
    assert "DialCallDuration" not in done
    assert agent["sid"] == done["CallSid"]


@pytest.mark.parametrize(
    ("phone", "status", "after_s"),
    [
        (NOBODY, "no-answer", 20),
        (BUSY, "busy", 0),
        (Phone(fails=True), "failed", 0),
        (Phone(answers_after_s=3, hangs_up_after_s=9), "completed", 12),
    ],
)
async def test_a_telephone_that_is_not_answered_says_why(house, phone, status, after_s):
    house.voice.phone(BOB, phone)
    house.product.says("offer", '<Pause length="60"/>')
    leg = await house.dial(BOB, Timeout="20")
    await house.passes(60)
    last = max(house.product.named("status"), key=lambda form: int(form["SequenceNumber"]))
    assert last["CallStatus"] == status
    fetched = await house.rest("GET", f"Calls/{leg['sid']}.json", status=200)
    ended = fetched["end_time"]
    assert ended == f"Tue, 14 Apr 2026 09:30:{after_s:02} +0000"


async def test_a_call_that_is_over_cannot_be_moved(house):
    leg = await parked(house, Caller(hangs_up_after_s=2))
    url = f"{house.product.url}/join"
    refusal = await house.rest("POST", f"Calls/{leg.sid}.json", status=400, Url=url)
    assert (refusal["code"], refusal["message"]) == (
        21220,
        "Call is not in-progress. Cannot redirect.",
    )
    queue = house.voice.network.queue("park").sid
    path = f"Queues/{queue}/Members/{leg.sid}.json"
    assert (await house.rest("POST", path, status=404, Url=url))["code"] == 20404


async def test_a_message_is_recorded_told_of_and_handed_out_to_its_owner(house):
    record = (
        '<Record action="/recorded" maxLength="120" finishOnKey="#" transcribe="true"'
        ' transcribeCallback="/transcription" recordingStatusCallback="/recording"/>'
    )
    house.product.says("voice", record)
    caller = Caller(message=Message(seconds=12, words="My laptop does not start."))
    house.voice.rings(SARA, DESK, caller)
    await house.passes(30)
    (recorded,) = house.product.named("recorded")
    assert (recorded["RecordingDuration"], recorded["Digits"]) == ("12", "hangup")
    (recording,) = house.product.named("recording")
    assert (recording["RecordingStatus"], recording["RecordingDuration"]) == ("completed", "12")
    (text,) = house.product.named("transcription")
    assert text["TranscriptionText"] == "My laptop does not start."
    path = f"Recordings/{recording['RecordingSid']}"
    sound = await house.rest("GET", f"{path}.wav", status=200)
    assert sound[:4] == b"RIFF"
    assert len(sound) == 44 + 12 * 8000
    assert (await house.rest("GET", path, status=401, auth=False))["code"] == 20003
    await house.rest("DELETE", f"{path}.json", status=204)
    await house.rest("GET", f"{path}.mp3", status=404)
