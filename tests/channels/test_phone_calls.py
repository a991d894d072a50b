"""What the app asks of the telephone, done at a provider that knows its own rules."""

from contextlib import suppress

import pytest
from aiohttp import web
from msgspec.structs import replace
from phone_line import ANN, BOB, DESK, SARA, START, line

from channels import (
    AccountRefused,
    Ask,
    CallGone,
    Dialling,
    HangUp,
    Join,
    LegLook,
    Member,
    OutcomeUnknown,
    Park,
    Pause,
    Say,
    TakeMessage,
    Unavailable,
    Undeliverable,
)
from contactcenter.fakes.twilio_refusal import Refusal
from contactcenter.fakes.twilio_voice_people import (
    BUSY,
    NOBODY,
    Caller,
    Message,
    Phone,
    Reply,
    accepts,
)

CALL = 7
TO_ANN = Dialling(call_id=CALL, leg_id=21, entry_point=DESK, address=ANN)
TO_BOB = Dialling(call_id=CALL, leg_id=22, entry_point=DESK, address=BOB)


@pytest.fixture
async def desk():
    async with line() as opened:
        opened.answers.says = {
            "voice": (Park(call_id=CALL),),
            "wait": (Pause(seconds=5),),
            "join": by_leg,
            "offer": offered,
            "agent_done": (HangUp(),),
        }
        yield opened


def by_leg(hook):
    if "leg" in hook.query:
        return (Join(call_id=CALL, label=f"number:{hook.query['leg']}"),)
    return (Join(call_id=CALL, label="customer", ends_room=True),)


def recorded(desk):
    """Let each who enters a room be recorded there."""
    for name in ("join", "offer"):
        plain = desk.answers.says[name]
        desk.answers.says[name] = lambda hook, plain=plain: tuple(
            replace(step, record=True) if isinstance(step, Join) else step for step in plain(hook)
        )


def offered(hook):
    pressed = [event.input for event in hook.events if event.kind == "pressed"]
    if pressed == ["1"]:
        return (Join(call_id=CALL, label=f"agent:{hook.query['leg']}"),)
    return (
        Ask(prompts=(Say(text="Ticket 1042. Press 1."),), step="key", name="offer"),
        HangUp(),
    )


async def waiting(desk, caller=None):
    """A caller who is parked; his leg and where he stands."""
    leg = desk.voice.rings(SARA, DESK, caller or Caller())
    await desk.passes(1)
    [first, *_] = desk.answers.told("wait")
    parked = [event for event in first.events if event.kind == "parked"]
    return leg, parked[0].parked_in


async def talking(desk):
    """Sara and Ann in one room: the caller's leg, Ann's, and the room's id."""
    leg, parked_in = await waiting(desk)
    desk.voice.phone(ANN, accepts())
    ann = await desk.telephony.offer(TO_ANN)
    await desk.passes(6)
    await desk.telephony.connect(DESK, leg.sid, parked_in=parked_in, call_id=CALL)
    await desk.passes(1)
    assert speaking(desk) == ["agent:21", "customer"]
    return leg, ann, desk.voice.room("call-7").sid


def speaking(desk):
    return desk.voice.rooms.speaking(desk.voice.room("call-7"))


def member(conference, leg):
    return Member(entry_point=DESK, conference=conference, leg=leg)


async def test_telephone_that_is_offered_a_call_says_whose_it_is_in_each_hook(desk):
    desk.voice.phone(ANN, accepts(after_s=4, thinks_s=2))

    sid = await desk.telephony.offer(TO_ANN)
    await desk.passes(10)

    hooks = [hook for hook in desk.answers.taken if hook.leg == sid]
    assert {hook.query.get("call") for hook in hooks} == {"7"}
    assert {hook.query["leg"] for hook in hooks if hook.name != "conference"} == {"21"}
    told = [event.kind for hook in desk.answers.told("call_status") for event in hook.events]
    assert told == ["dialled", "ringing", "answered"]
    assert ("joined", "agent:21") in desk.answers.happened("joined")


@pytest.mark.parametrize(
    ("behaviour", "status"), [(BUSY, "busy"), (NOBODY, "no_answer")], ids=["busy", "nobody"]
)
async def test_telephone_that_does_not_answer_is_told_of(desk, behaviour, status):
    desk.voice.phone(ANN, behaviour)

    await desk.telephony.offer(TO_ANN)
    await desk.passes(25)

    last = desk.answers.told("call_status")[-1].events[-1]
    assert (last.kind, last.status) == ("ended", status)


async def test_customer_is_connected_and_hears_the_agent(desk):
    leg, _, _ = await talking(desk)

    unparked = [e for h in desk.answers.told("enqueue_action") for e in h.events]
    assert [e.status for e in unparked if e.kind == "unparked"] == ["connected"]
    leg.hang_up()
    await desk.passes(1)
    assert desk.voice.room("call-7") is None


async def test_connecting_again_does_not_tear_the_room_apart(desk):
    leg, _, conference = await talking(desk)
    parked_in = desk.answers.told("wait")[0].events[-1].parked_in

    await desk.telephony.connect(DESK, leg.sid, parked_in=parked_in, call_id=CALL)
    await desk.telephony.connect(DESK, leg.sid, parked_in=None, call_id=CALL)
    await desk.passes(2)

    assert speaking(desk) == ["agent:21", "customer"]
    assert desk.voice.room("call-7").sid == conference
    assert desk.answers.happened("left") == []


async def test_customer_whose_place_is_not_known_is_connected_all_the_same(desk):
    leg, _ = await waiting(desk)

    await desk.telephony.connect(DESK, leg.sid, parked_in=None, call_id=CALL)
    await desk.passes(1)

    assert ("joined", "customer") in desk.answers.happened("joined")


@pytest.mark.parametrize("knows", [True, False])
async def test_customer_who_hung_up_meanwhile_is_gone(desk, knows):
    leg, parked_in = await waiting(desk)
    leg.hang_up()
    await desk.passes(1)

    with pytest.raises(CallGone):
        await desk.telephony.connect(
            DESK, leg.sid, parked_in=parked_in if knows else None, call_id=CALL
        )


async def test_customer_on_hold_hears_music_until_he_is_brought_back(desk):
    leg, _, conference = await talking(desk)

    await desk.telephony.hold(member(conference, leg.sid), on=True)
    await desk.passes(57)
    assert speaking(desk) == ["agent:21"]
    await desk.telephony.hold(member(conference, leg.sid), on=False)
    await desk.passes(1)

    assert speaking(desk) == ["agent:21", "customer"]
    assert desk.answers.happened("held", "unheld") == [
        ("held", "customer"),
        ("unheld", "customer"),
    ]


async def test_somebody_is_added_and_taken_out_again(desk):
    _, ann, conference = await talking(desk)
    desk.voice.phone(BOB, Phone(answers_after_s=2))

    bob = await desk.telephony.add(TO_BOB, conference=conference, label="number:22")
    await desk.passes(3)
    assert speaking(desk) == ["agent:21", "customer", "number:22"]
    await desk.telephony.remove(member(conference, ann))
    await desk.passes(1)

    assert speaking(desk) == ["customer", "number:22"]
    assert [hook.query["leg"] for hook in desk.answers.told("agent_done")] == ["21"]
    assert {h.query["leg"] for h in desk.answers.told("call_status") if h.leg == bob} == {"22"}


async def test_supervisor_listens_whispers_and_is_heard(desk):
    _, ann, conference = await talking(desk)
    desk.voice.phone(BOB, Phone(answers_after_s=2))
    bob = await desk.telephony.add(TO_BOB, conference=conference, label="supervisor:22")
    await desk.passes(3)
    supervisor = member(conference, bob)
    there = desk.voice.room("call-7").participants[bob]

    await desk.telephony.coach(supervisor, mode="listen", agent_leg=None)
    listening = there.is_muted
    await desk.telephony.coach(supervisor, mode="whisper", agent_leg=ann)
    whispering = (there.is_muted, there.coaches)
    await desk.telephony.coach(supervisor, mode="barge", agent_leg=None)

    assert listening
    assert whispering == (False, ann)
    assert (there.is_muted, there.coaches) == (False, "")
    await desk.passes(1)


async def test_room_that_is_recorded_is_not_for_a_while(desk):
    recorded(desk)
    leg, _, conference = await talking(desk)

    await desk.passes(9)
    await desk.telephony.record(DESK, conference, "pause")
    await desk.passes(20)
    await desk.telephony.record(DESK, conference, "resume")
    await desk.passes(10)
    await desk.telephony.record(DESK, conference, "stop")
    leg.hang_up()
    await desk.passes(30)

    [recording] = desk.voice.network.recordings.values()
    assert recording.conference_sid == conference
    kinds = [e.kind for h in desk.answers.told("recording") for e in h.events]
    assert "recording_ended" in kinds
    assert {h.query["call"] for h in desk.answers.told("recording")} == {"7"}


async def test_recording_that_begins_in_the_middle_is_of_the_customers_telephone(desk):
    leg, _, conference = await talking(desk)

    await desk.telephony.record(DESK, conference, "start")
    await desk.telephony.record(DESK, conference, "pause")
    await desk.telephony.record(DESK, conference, "resume")
    await desk.passes(5)
    await desk.telephony.record(DESK, conference, "stop")

    [recording] = desk.voice.network.recordings.values()
    assert recording.leg is leg
    assert not recording.conference_sid
    await desk.telephony.erase_recording(DESK, recording.sid)
    assert recording.is_deleted
    await desk.telephony.erase_recording(DESK, recording.sid)


async def test_telephone_is_hung_up_once(desk):
    leg, _ = await waiting(desk)

    await desk.telephony.hang_up(DESK, leg.sid)
    await desk.passes(1)

    with pytest.raises(CallGone):
        await desk.telephony.hang_up(DESK, leg.sid)


async def test_who_waits_is_led_to_another_step(desk):
    desk.answers.says["gather"] = (Say(text="Bye."), HangUp())
    leg, _ = await waiting(desk)

    await desk.telephony.leave_queue(DESK, leg.sid, step="goodbye")
    await desk.passes(5)

    assert [hook.query["step"] for hook in desk.answers.told("gather")] == ["goodbye"]


async def test_provider_is_asked_what_became_of_a_telephone(desk):
    leg, _ = await waiting(desk)
    live = await desk.telephony.look(DESK, leg.sid)
    await desk.passes(9)
    leg.hang_up()
    await desk.passes(1)

    over = await desk.telephony.look(DESK, leg.sid)

    assert live.status == "in_progress"
    assert isinstance(over, LegLook)
    assert (over.status, over.began_at, over.duration_s) == ("completed", START, 10)
    assert over.ended_at > over.began_at
    assert await desk.telephony.look(DESK, "CA" + "0" * 32) is None


async def test_everything_about_who_is_gone_says_so(desk):
    leg, ann, conference = await talking(desk)
    leg.hang_up()
    await desk.passes(2)
    gone = member(conference, leg.sid)

    for asking in (
        lambda: desk.telephony.hold(gone, on=True),
        lambda: desk.telephony.remove(gone),
        lambda: desk.telephony.coach(gone, mode="whisper", agent_leg=ann),
        lambda: desk.telephony.record(DESK, conference, "pause"),
        lambda: desk.telephony.record(DESK, conference, "start"),
        lambda: desk.telephony.leave_queue(DESK, leg.sid, step="x"),
    ):
        with pytest.raises(CallGone):
            await asking()


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        (Refusal(401, 20003, "Authenticate"), AccountRefused),
        (Refusal(400, 21214, "cannot be reached"), Undeliverable),
        (Refusal(400, 21215, "not permitted"), Undeliverable),
        (Refusal(400, 99999, "new"), Undeliverable),
        (Refusal(429, 20429, "too many"), Unavailable),
        (Refusal(400, 10004, "too many at once"), Unavailable),
        (Refusal(404, 20404, "no such account"), AccountRefused),
        (Refusal(500, 20500, "oh"), OutcomeUnknown),
        (Refusal(503, 20503, "oh"), OutcomeUnknown),
    ],
    ids=lambda value: str(getattr(value, "code", "")),
)
async def test_refusal_says_what_it_means(desk, refusal, failure):
    desk.voice.gate.failing = lambda _: refusal

    with pytest.raises(failure) as raised:
        await desk.telephony.offer(TO_ANN)

    assert raised.type is failure


async def test_number_that_nobody_can_call_is_never_called(desk):
    wrong = Dialling(call_id=CALL, leg_id=3, entry_point=DESK, address="tel:1")

    with pytest.raises(Undeliverable) as failure:
        await desk.telephony.offer(wrong)

    assert (failure.value.code, failure.value.kind) == ("21211", "number")


async def test_provider_that_cannot_be_read_may_be_asked_again(desk):
    desk.voice.gate.failing = lambda _: Refusal(500, 20500, "oh")

    with pytest.raises(Unavailable):
        await desk.telephony.look(DESK, "CA1")


@pytest.mark.parametrize("body", [b"", b"oh", b"[]", b"{}", b'{"sid": 3}', b'{"calls": 7}'])
async def test_answer_that_cannot_be_read_is_no_fault_of_ours(desk, monkeypatch, body):
    """Something between us and the provider answers 200 with a page of its own."""
    monkeypatch.setattr(Refusal, "response", lambda _: web.Response(body=body))
    desk.voice.gate.failing = lambda _: Refusal(200, 0, "")

    for asking in (
        lambda: desk.telephony.hang_up(DESK, "CA1"),
        lambda: desk.telephony.record(DESK, "CF1", "start"),
        lambda: desk.telephony.connect(DESK, "CA1", parked_in=None, call_id=CALL),
        lambda: desk.phone.backfill(desk.inbox, START),
    ):
        with suppress(OutcomeUnknown, Unavailable, CallGone):
            await asking()


async def test_caller_whom_nobody_can_answer_leaves_a_message_and_it_is_told(desk):
    desk.answers.is_down = True
    desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=12)))
    await desk.passes(25)
    desk.answers.is_down = False

    await desk.passes(30)

    [recorded] = desk.answers.told("recording")
    assert recorded.query["kind"] == "voicemail"
    [ended] = [event for event in recorded.events if event.kind == "recording_ended"]
    assert (ended.caller, ended.called, ended.elapsed_s) == (SARA, DESK, 12)


async def test_process_that_does_not_answer_leaves_the_fallback(desk):
    desk.voice.calls.voice_url = "http://127.0.0.1:9/hooks/phone/voice"
    desk.answers.says["fallback"] = (TakeMessage(call_id=None),)
    desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=5)))

    await desk.passes(30)

    assert [hook.name for hook in desk.answers.told("fallback")] == ["fallback"]
    assert len(desk.answers.told("recording")) == 1


async def test_call_that_was_saved_by_the_second_address_stays_there():
    async with line(is_second=True) as desk:
        desk.answers.is_down = True
        leg = desk.voice.rings(SARA, DESK, Caller(message=Message(seconds=5)))
        await desk.passes(4)
        desk.answers.is_down = False
        await desk.passes(30)

        told = {hook.name: hook.query.get("at") for hook in desk.answers.taken}
        assert told == {"voicemail": "2", "recording": "2"}
        assert leg.status == "completed"


async def test_key_that_was_pressed_while_nothing_could_be_stored_counts(desk):
    desk.answers.says["voice"] = (Ask(prompts=(Say(text="Press."),), step="main.1"),)
    desk.answers.says["gather"] = (Park(call_id=CALL),)
    desk.voice.rings(SARA, DESK, Caller(replies=(Reply(press="2", after_s=2),)))
    await desk.passes(1)
    desk.answers.is_down = True
    await desk.passes(4)
    desk.answers.is_down = False

    await desk.passes(4)

    [gathered] = desk.answers.told("gather")
    assert [e.input for e in gathered.events if e.kind == "chose"] == ["2"]
    assert len(desk.answers.told("wait")) > 0
