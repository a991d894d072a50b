"""The fake Twilio's voice hooks: late, twice, never; what it refuses and what it complains of."""

from datetime import timedelta

import pytest
from voice_product import ANN, DESK, SARA, START, world

from contactcenter.fakes.twilio_voice_hooks import HookBehaviour
from contactcenter.fakes.twilio_voice_people import PATIENT, Caller, Phone
from contactcenter.fakes.twilio_voice_recordings import sound
from contactcenter.fakes.twilio_voice_time import RealTime

RECORD = '<Say>Sorry</Say><Record maxLength="60" action="/recorded"/>'


@pytest.fixture
async def house():
    async with world() as house:
        yield house


async def rung(house, **params):
    house.voice.phone(ANN, Phone(answers_after_s=4, hangs_up_after_s=10))
    house.product.says("offer", "<Pause length='60'/>")
    await house.dial(ANN, **params)
    await house.passes(200)


async def reports(behaviour):
    async with world() as house:
        house.voice.hooks.behaviour = behaviour
        await rung(house)
        assert all(form["SequenceNumber"] in "0123" for form in house.product.named("status"))
        return [form["SequenceNumber"] for form in house.product.named("status")]


async def test_reports_come_late_shuffled_and_twice_the_same_way_in_each_run():
    behaviour = HookBehaviour(report_delay_s=(0, 60), doubled=0.7)
    first = await reports(behaviour)
    assert first != sorted(first)
    assert len(first) > len(set(first)) == 4
    assert await reports(behaviour) == first


async def test_a_lost_report_never_comes():
    assert await reports(HookBehaviour(lost=1.0)) == []
    async with world() as house:
        house.voice.hooks.loses = lambda posting: posting.get("CallStatus") == "completed"
        await rung(house)
        assert [form["CallStatus"] for form in house.product.named("status")] == [
            "initiated",
            "ringing",
            "in-progress",
        ]


async def test_a_late_report_tells_the_time_of_what_it_reports(house):
    house.voice.hooks.behaviour = HookBehaviour(report_delay_s=(30, 30))
    house.voice.rings(SARA, DESK, Caller(hangs_up_after_s=5))
    house.product.says("voice", "<Pause length='60'/>")
    await house.passes(34)
    assert house.product.named("status") == []
    await house.passes(1)
    (status,) = house.product.named("status")
    assert status["Timestamp"] == "Tue, 14 Apr 2026 09:30:05 +0000"
    assert status["CallDuration"] == "5"


async def test_a_copy_that_is_answered_otherwise_is_a_problem(house):
    house.voice.hooks.behaviour = HookBehaviour(asked_twice=1.0)
    house.product.says("voice", "<Pause/>", "<Hangup/>")
    house.voice.rings(SARA, DESK)
    await house.passes(5)
    assert "answered its copy otherwise" in house.voice.problems[0]


async def test_a_failing_hook_leads_to_the_fallback(house):
    house.product.says("voice", 500)
    house.product.says("fallback", RECORD)
    house.voice.rings(SARA, DESK, PATIENT)
    await house.passes(20)
    (form,) = house.product.named("fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", f"{house.product.url}/voice")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("<Shout>Hello</Shout>", "there is no verb Shout"),
        ("<Gather><Hangup/></Gather>", "Hangup may not stand in Gather"),
        ("<Say>Hello", "it is no XML"),
        ("<Leave/>", "Leave outside a queue"),
    ],
)
async def test_a_document_that_cannot_be_run_ends_the_call(house, document, problem):
    house.product.says("voice", document)
    house.product.says("fallback", 500)
    leg = house.voice.rings(SARA, DESK)
    await house.passes(1)
    assert leg.status == "completed"
    assert problem in " ".join(house.voice.problems)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('<Say tone="kind">Hello</Say>', "12200: Say has no attribute tone"),
        ('<Say language="fa-IR">سلام</Say>', "13512: no voice speaks fa-IR"),
        ('<Gather numDigits="many"/>', "12200: numDigits of Gather is many"),
        ("<Say/>", "12200: Say is empty"),
    ],
)
async def test_what_twilio_would_warn_of_is_a_problem(house, document, problem):
    house.product.says("voice", document)
    house.voice.rings(SARA, DESK)
    await house.passes(1)
    assert [text.partition(": ")[2] for text in house.voice.problems] == [problem]


async def test_what_is_heard_while_waiting_may_not_record(house):
    house.product.says("voice", '<Enqueue waitUrl="/wait" action="/unparked">park</Enqueue>')
    house.product.says("wait", RECORD)
    house.product.says("fallback", 500)
    house.product.says("unparked", "<Hangup/>")
    house.voice.rings(SARA, DESK)
    await house.passes(1)
    assert house.product.named("unparked")[0]["QueueResult"] == "error"
    assert "Record may not be heard here" in " ".join(house.voice.problems)


async def test_a_sound_that_is_no_sound_is_a_problem(house):
    house.product.says("voice", f"<Play>{house.product.url}/music</Play>")
    house.voice.rings(SARA, DESK)
    await house.passes(1)
    assert house.voice.problems


async def test_a_sound_lasts_as_long_as_its_file(house):
    house.product.says("music", sound(16, is_mp3=False))
    house.product.says("voice", f"<Play>{house.product.url}/music</Play>")
    leg = house.voice.rings(SARA, DESK)
    await house.passes(60)
    assert (leg.ended_at - START).total_seconds() == 16
    assert house.voice.problems == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "12"}, 21211),
        ({"From": ""}, 21213),
        ({"Url": ""}, 21205),
        ({"Url": "ftp://host/a"}, 21205),
        ({"Timeout": "0"}, 21216),
        ({"StatusCallbackEvent": "began"}, 21626),
        ({"Colour": "red"}, 20001),
    ],
)
async def test_a_call_that_is_asked_for_wrongly_is_refused(house, params, code):
    wanted = {"To": ANN, "From": DESK, "Url": f"{house.product.url}/offer"} | params
    refusal = await house.rest("POST", "Calls.json", status=400, **wanted)
    assert refusal["code"] == code
    assert house.voice.network.legs == {}


async def test_strangers_and_unknown_calls_are_refused(house):
    assert (await house.rest("GET", "Calls.json", status=401, auth=False))["code"] == 20003
    path = "Calls/CA" + "0" * 32
    assert (await house.rest("GET", f"{path}.json", status=404))["code"] == 20404


async def test_calls_are_listed_newest_first_in_pages(house):
    house.product.says("voice", "<Hangup/>")
    legs = []
    for _ in range(3):
        legs.append(house.voice.rings(SARA, DESK).sid)
        await house.passes(60)
    listed = await house.rest("GET", "Calls.json?PageSize=2", status=200)
    assert [call["sid"] for call in listed["calls"]] == [legs[2], legs[1]]
    assert listed["next_page_uri"]
    since = (START + timedelta(seconds=100)).isoformat().replace("+00:00", "Z")
    listed = await house.rest("GET", f"Calls.json?StartTime>={since}", status=200)
    assert [call["sid"] for call in listed["calls"]] == [legs[2]]


async def test_real_time_may_run_faster():
    time = RealTime(scale=1000)
    began = time.now()
    await time.wait(seconds=20)
    assert (time.now() - began).total_seconds() >= 19
