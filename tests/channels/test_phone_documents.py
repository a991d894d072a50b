"""What a telephone does next, as the provider reads it: every value stays text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phone_requests import document as parsed
from structlog.testing import capture_logs

from channels import (
    Again,
    Ask,
    HangUp,
    Join,
    LeaveQueue,
    Park,
    Pause,
    Play,
    Say,
    TakeMessage,
)
from channels._phone.addresses import Addresses
from channels._phone.documents import MOST_SAID, TooLong, document
from channels._phone.voices import HEARD, VOICES

AT = Addresses(public_url="https://desk.example", carried={"call": "7", "leg": "9"})
HOOKS = "https://desk.example/hooks/phone"
TOLD_AGAIN = "#rc=3&rp=all&ct=2000&rt=4000&tt=15000"


def written(*steps, **options):
    return parsed(document(steps, AT, options))


def only(*steps, **options):
    [element] = written(*steps, **options)
    return element


def test_name_with_a_verb_in_it_is_spoken():
    name = '</Say><Dial>+1900555</Dial><Say a="b">&amp;]]>'

    said = only(Say(text=name))

    assert said.text == name
    assert list(said) == []


HOSTILE = st.text(alphabet=st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "<Dial>+1900</Dial>",
        "\x00\x01\x0b\x1f",
        "\ud800",
        "\ufffe\uffff",
        "]]>",
        "&#0;",
        "\u202e<Say>",
        "'\"",
    ]
)


@settings(max_examples=15, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_becomes_a_step(first, second, third):
    steps = (
        Say(text=first),
        Play(url=f"https://a.example/{second}"),
        Ask(
            prompts=(Say(text=third),),
            step=first,
            speech=True,
            hints=(second, third),
            finish_key="#",
        ),
        Join(call_id=7, label=f"agent:{first}", coaches=second or None),
        Again(name="voice", step=third),
    )

    found = written(*steps)

    assert [one.tag for one in found] == ["Say", "Play", "Gather", "Dial", "Redirect"]
    assert [one.tag for one in found.iter()].count("Say") == 2
    assert [one.tag for one in found.iter("Conference")] == ["Conference"]
    visible = "".join(c for c in first if c in "\t\n" or (c >= " " and c.isprintable()))
    if visible == first:
        assert (found[0].text or "") == first


def test_what_xml_cannot_carry_is_left_out():
    assert only(Say(text="a\x00b\x1bc\ud800d\uffffe")).text == "abcde"


def test_what_is_read_as_something_else_is_left_out():
    assert only(Say(text="Press 1.\r\nOr\rwait.")).text == "Press 1.\nOrwait."


def test_what_is_said_has_a_voice_of_its_language():
    english, german = written(Say(text="Hello"), Say(text="Hallo", language="de-AT"))

    assert (english.get("voice"), english.get("language")) == ("Polly.Joanna", "en-US")
    assert (german.get("voice"), german.get("language")) == ("Polly.Vicki", "de-DE")


def test_language_without_a_voice_is_never_spoken_by_another():
    with capture_logs() as logs:
        found = written(Say(text="سلام", language="fa"), Play(url="/media/prompts/x"))

    assert [one.tag for one in found] == ["Play"]
    assert [(log["event"], log["language"]) for log in logs] == [("say_without_voice", "fa")]


def test_persian_is_understood_but_not_spoken():
    assert "fa" in HEARD
    assert "fa" not in VOICES
    assert set(VOICES) < set(HEARD)


def test_own_paths_are_made_absolute():
    own, foreign = written(Play(url="/media/prompts/x", times=2), Play(url="https://a.example/b"))

    assert (own.text, own.get("loop")) == ("https://desk.example/media/prompts/x", "2")
    assert foreign.text == "https://a.example/b"


def test_question_comes_back_with_silence_too():
    gather = only(
        Ask(prompts=(Say(text="Press 1."), Pause(seconds=2)), step="main.1", digits=4, timeout_s=7)
    )

    assert gather.attrib == {
        "input": "dtmf",
        "action": f"{HOOKS}/gather?call=7&leg=9&step=main.1",
        "method": "POST",
        "timeout": "7",
        "numDigits": "4",
        "finishOnKey": "#",
        "actionOnEmptyResult": "true",
    }
    assert [one.tag for one in gather] == ["Say", "Pause"]


def test_question_may_be_answered_in_words():
    gather = only(
        Ask(
            prompts=(),
            step="",
            digits=None,
            speech=True,
            language="fa",
            hints=("فروش", "a, b"),
            name="offer",
        )
    )

    assert gather.get("input") == "dtmf speech"
    assert gather.get("language") == "fa-IR"
    assert gather.get("speechTimeout") == "auto"
    assert gather.get("hints") == "فروش,a  b"
    assert gather.get("action") == f"{HOOKS}/offer?call=7&leg=9"
    assert gather.get("numDigits") is None


def test_language_that_is_not_understood_leaves_the_keys():
    gather = only(Ask(prompts=(), step="", speech=True, language="xx", hints=("a",)))

    assert (gather.get("input"), gather.get("language"), gather.get("hints")) == (
        "dtmf",
        None,
        None,
    )


def test_who_waits_asks_us_what_to_hear():
    park = only(Park(call_id=7))

    assert park.text == "park"
    assert park.get("waitUrl") == f"{HOOKS}/wait?call=7&leg=9"
    assert park.get("action") == f"{HOOKS}/enqueue-action?call=7&leg=9"
    assert (park.get("method"), park.get("waitUrlMethod")) == ("POST", "POST")


def test_customer_ends_the_room_and_an_agent_does_not():
    customer = only(Join(call_id=7, label="customer", ends_room=True))
    agent = only(Join(call_id=7, label="agent:3", coaches="CA2", muted=True))

    [his], [ours] = customer, agent
    assert (his.text, ours.text) == ("call-7", "call-7")
    assert (his.get("endConferenceOnExit"), ours.get("endConferenceOnExit")) == ("true", "false")
    assert (his.get("participantLabel"), ours.get("participantLabel")) == ("customer", "agent:3")
    assert his.get("waitUrl") == "https://desk.example/media/sounds/waiting.wav"
    assert ours.get("waitUrl") == ""
    assert (his.get("muted"), ours.get("muted")) == ("false", "true")
    assert (his.get("coach"), ours.get("coach")) == (None, "CA2")
    assert customer.get("action") is None
    assert agent.get("action") == f"{HOOKS}/agent-done?call=7&leg=9"
    assert {his.get("beep"), ours.get("beep")} == {"false"}


def test_first_one_in_a_room_has_its_reports_sent_where_all_have():
    """The provider takes the address of who enters first, and no other."""
    rooms = [
        only(Join(call_id=7, label=label))[0]
        for label in ("customer", "agent:3", "supervisor:4", "number:5")
    ]
    rooms += list(parsed(document((Join(call_id=7, label="agent:6"),), AT.carrying({}), {}))[0])

    assert {room.get("statusCallback") for room in rooms} == {
        f"{HOOKS}/conference?call=7{TOLD_AGAIN}"
    }
    assert {room.get("statusCallbackEvent") for room in rooms} == {
        "start end join leave mute hold modify"
    }


def test_room_is_recorded_only_where_that_is_wanted():
    recorded = only(Join(call_id=7, label="customer", record=True))[0]
    plain = only(Join(call_id=7, label="customer"))[0]

    assert recorded.get("record") == "record-from-start"
    assert recorded.get("recordingStatusCallback") == f"{HOOKS}/recording?call=7{TOLD_AGAIN}"
    assert plain.get("record") is None
    assert plain.get("recordingStatusCallback") is None


def test_music_is_the_entry_points_own():
    options = {"phone_music_url": "https://a.example/m.mp3"}

    assert only(Join(call_id=7, label="customer"), **options)[0].get("waitUrl") == (
        "https://a.example/m.mp3"
    )


def test_message_is_told_when_it_is_there():
    plain = only(TakeMessage(call_id=7, at_most_s=60))
    read = only(TakeMessage(call_id=None, transcribe=True))

    assert plain.get("maxLength") == "60"
    assert plain.get("action") == f"{HOOKS}/voicemail?call=7&leg=9"
    assert plain.get("recordingStatusCallback") == (
        f"{HOOKS}/recording?call=7&leg=9&kind=voicemail{TOLD_AGAIN}"
    )
    assert plain.get("transcribe") is None
    assert read.get("transcribe") == "true"
    assert read.get("transcribeCallback") == (
        f"{HOOKS}/transcription?call=7&leg=9&kind=voicemail{TOLD_AGAIN}"
    )


def test_message_of_a_call_nobody_knows_is_told_with_its_parties():
    at = AT.carrying({}, {"caller": "+989121234567", "called": "+982191012345"})
    [unknown] = parsed(document((TakeMessage(call_id=None),), at, {}))
    [known] = parsed(document((TakeMessage(call_id=7),), at, {}))

    assert unknown.get("recordingStatusCallback") == (
        f"{HOOKS}/recording?kind=voicemail&caller=%2B989121234567&called=%2B982191012345"
        + TOLD_AGAIN
    )
    assert known.get("recordingStatusCallback") == (
        f"{HOOKS}/recording?call=7&kind=voicemail{TOLD_AGAIN}"
    )


def test_steps_without_values():
    found = written(Again(name="wait", step="loop.2"), LeaveQueue(), Pause(seconds=3), HangUp())

    assert [one.tag for one in found] == ["Redirect", "Leave", "Pause", "Hangup"]
    assert found[0].text == f"{HOOKS}/wait?call=7&leg=9&step=loop.2"
    assert found[2].get("length") == "3"


def test_what_is_too_long_to_say_is_cut_and_what_is_too_much_is_refused():
    assert len(only(Say(text="a" * (MOST_SAID + 1))).text) == MOST_SAID

    with pytest.raises(TooLong):
        written(*[Say(text="ب" * MOST_SAID, language="ar")] * 9)


def test_fallback_may_lie_at_another_address():
    second = Addresses(public_url="https://a.example", fallback_url="https://b.example/")

    assert second.carrying({"call": "7", "step": "x"}).fallback == (
        "https://b.example/hooks/phone/fallback?call=7"
    )
    assert AT.fallback == f"{HOOKS}/fallback?call=7&leg=9"
