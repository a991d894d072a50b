from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from channels import CallHook, Unreadable, call_hook
from channels._messages import Raw
from channels._phone import forms
from channels._twilio_hook import Payload

NOW = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)
CALL = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "From": "+989121234567",
    "To": "+982191012345",
    "CallStatus": "in-progress",
    "Direction": "inbound",
    "ApiVersion": "2010-04-01",
}
ROOM = {"ConferenceSid": "CF1", "AccountSid": "AC1", "FriendlyName": "call-7", "CallSid": "CA1"}
STAMP = "Mon, 04 May 2026 12:00:00 +0000"
NAMES = sorted(forms._READERS)


def read(name, params, **query):
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")
    payload = Payload(channel="phone", form=params, query=query, raw=raw)
    return forms.hook(name, payload, NOW)


def told(name, params, **query):
    hook = read(name, params, **query)
    assert isinstance(hook, CallHook), hook
    return {event.kind: event for event in hook.events}


def test_a_call_begins_with_who_called_which_number():
    began = told("voice", CALL)["began"]
    assert (began.caller, began.called, began.direction, began.leg) == (
        "+989121234567",
        "+982191012345",
        "inbound",
        "CA1",
    )
    assert began.at is None


@pytest.mark.parametrize("hidden", ["anonymous", "+266696687", "", "1000", "Restricted"])
def test_who_hides_the_number_has_none(hidden):
    assert told("voice", CALL | {"From": hidden})["began"].caller is None


@pytest.mark.parametrize(
    ("found", "attestation"),
    [
        ("TN-Validation-Passed-A", "full"),
        ("TN-Validation-Passed-B-Diverted", "partial"),
        ("TN-Validation-Passed-C", "gateway"),
        ("TN-Validation-Failed-A", "failed"),
        ("TN-Validation-Failed", "failed"),
        ("No-TN-Validation", None),
        ("TN-Validation-Passed", None),
        ("TN-Validation-Passed-Absolutely", None),
        ("", None),
    ],
)
def test_how_surely_the_number_is_the_callers_is_what_carriers_sign(found, attestation):
    assert told("voice", CALL | {"StirVerstat": found})["began"].attestation == attestation


def test_an_address_of_the_network_is_a_caller_as_it_is():
    assert (
        told("voice", CALL | {"From": "sip:ann@example.com"})["began"].caller
        == "sip:ann@example.com"
    )


def test_the_provider_counts_the_seconds_of_a_call_and_its_minutes_are_never_taken():
    over = CALL | {
        "CallStatus": "completed",
        "Timestamp": STAMP,
        "Duration": "7",
        "SequenceNumber": "3",
    }
    assert told("call_status", over)["ended"].elapsed_s is None
    ended = told("call_status", over | {"CallDuration": "365"})["ended"]
    assert (ended.elapsed_s, ended.status, ended.sequence) == (365, "completed", 3)
    assert ended.at == datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ("redirected", "connected"),
        ("bridged", "connected"),
        ("hangup", "hung_up"),
        ("leave", "left"),
        ("queue-full", "full"),
        ("system-error", "failed"),
        ("something-new", "failed"),
        ("", "failed"),
    ],
)
def test_waiting_ends_in_one_of_our_words(result, status):
    unparked = told("enqueue_action", CALL | {"QueueResult": result, "QueueTime": "38"})["unparked"]
    assert (unparked.status, unparked.elapsed_s) == (status, 38)


def test_waiting_tells_how_long_and_where_and_what_was_pressed():
    hook = told(
        "wait", CALL | {"QueueTime": "20", "QueueSid": "QU1", "QueuePosition": "2", "Digits": "1"}
    )
    assert (hook["parked"].elapsed_s, hook["parked"].parked_in, hook["parked"].position) == (
        20,
        "QU1",
        2,
    )
    assert hook["chose"].input == "1"


def test_what_was_said_is_a_choice_with_how_sure_the_provider_is():
    chose = told("gather", CALL | {"SpeechResult": "فروش", "Confidence": "0.91"})["chose"]
    assert (chose.input, chose.by_speech, chose.confidence) == ("فروش", True, 0.91)
    assert (
        told("gather", CALL | {"SpeechResult": "a", "Confidence": "nan"})["chose"].confidence
        is None
    )
    assert "chose" not in told("gather", CALL)


def test_an_agents_telephone_is_answered_and_a_key_is_pressed_on_it():
    hook = told("offer", CALL | {"Direction": "outbound-api", "Digits": "1"})
    assert hook["pressed"].input == "1"
    assert hook["answered"].direction == "outbound"
    assert set(told("offer", {"CallSid": "CA2"})) == {"answered"}


def test_a_room_tells_who_came_with_the_providers_time_and_place_in_line():
    form = ROOM | {
        "StatusCallbackEvent": "participant-join",
        "SequenceNumber": "2",
        "Timestamp": STAMP,
        "ParticipantLabel": "agent:7",
        "Muted": "false",
        "Hold": "true",
        "Coaching": "false",
    }
    hook = told("conference", form)
    assert (hook["joined"].label, hook["joined"].sequence, hook["joined"].conference) == (
        "agent:7",
        2,
        "CF1",
    )
    assert hook["held"].at == hook["joined"].at == datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def test_what_is_new_in_a_room_is_kept_and_tells_nothing():
    hook = read(
        "conference", ROOM | {"StatusCallbackEvent": "participant-dances", "SequenceNumber": "2"}
    )
    assert isinstance(hook, CallHook)
    assert hook.events == ()


def test_a_message_is_told_from_a_recorded_conversation():
    recorded = {
        "RecordingSid": "RE1",
        "RecordingUrl": "https://api.example/RE1",
        "RecordingStatus": "completed",
        "RecordingDuration": "9",
        "RecordingStartTime": STAMP,
    }
    message = told("recording", recorded | {"CallSid": "CA1", "RecordingSource": "RecordVerb"})
    assert message["recording_ended"].is_message
    assert message["recording_ended"].url == "https://api.example/RE1.mp3"
    assert message["recording_ended"].at - message["recording_began"].at == timedelta(seconds=9)
    assert not told(
        "recording", recorded | {"ConferenceSid": "CF1", "RecordingSource": "Conference"}
    )["recording_ended"].is_message
    assert (
        told("recording", recorded, kind="voicemail", caller="+989121234567")[
            "recording_ended"
        ].caller
        == "+989121234567"
    )
    left = told("voicemail", CALL | recorded | {"Digits": "hangup", "CallStatus": "completed"})
    assert left["recording_ended"].is_message
    assert left["recording_ended"].input == "hangup"
    assert left["ended"].status == "completed"


def test_a_text_belongs_to_its_recording():
    form = {
        "RecordingSid": "RE1",
        "TranscriptionSid": "TR1",
        "TranscriptionText": "Hello",
        "TranscriptionStatus": "completed",
    }
    heard = told("transcription", form)["transcribed"]
    assert (heard.recording, heard.text, heard.status) == ("RE1", "Hello", "completed")


@pytest.mark.parametrize(
    ("name", "params", "other"),
    [
        (
            "conference",
            ROOM | {"StatusCallbackEvent": "participant-join", "SequenceNumber": "2"},
            {"SequenceNumber": "3"},
        ),
        ("call_status", CALL | {"SequenceNumber": "1"}, {"SequenceNumber": "2"}),
        ("call_status", CALL | {"SequenceNumber": "1"}, {"CallStatus": "completed"}),
        ("wait", CALL | {"QueueTime": "10"}, {"QueueTime": "20"}),
        ("gather", CALL | {"Digits": "1"}, {"Digits": "2"}),
        ("offer", CALL, {"Digits": "1"}),
        (
            "recording",
            {"RecordingSid": "RE1", "RecordingStatus": "in-progress"},
            {"RecordingStatus": "completed"},
        ),
    ],
)
def test_a_copy_has_the_same_key_and_anything_else_another(name, params, other):
    assert read(name, params).key == read(name, params | {"Extra": "1"}).key
    assert read(name, params).key != read(name, params | other).key


def test_a_key_stays_short_however_much_was_said():
    speech = [f"{n} times no, and once more " * 400 for n in (1, 2)]
    one, same, other = (
        read("gather", CALL | {"SpeechResult": said}) for said in (speech[0], *speech)
    )

    assert one.key == same.key != other.key
    assert len(one.key) == 400
    assert [event.input for event in one.events if event.kind == "chose"] == [speech[0].strip()]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "253402300799"])
def test_a_time_at_the_end_of_all_times_is_none(at):
    ended = told("call_status", CALL | {"CallStatus": "completed", "Timestamp": at})["ended"]

    assert ended.at is None


def test_an_address_as_long_as_a_page_is_none():
    strange = "sip:" + "a" * 4000 + "@pbx.example"

    began = read("voice", CALL | {"From": strange}).events[0]

    assert began.caller is None


def test_the_step_in_our_address_tells_two_questions_apart():
    assert read("gather", CALL, step="main.1").key != read("gather", CALL, step="main.2").key


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        ("voice", {}, "missing_field"),
        ("conference", {"ConferenceSid": "CF1"}, "missing_field"),
        (
            "conference",
            {"ConferenceSid": "CF1", "StatusCallbackEvent": "participant-join"},
            "missing_field",
        ),
        ("call_status", {"CallSid": "CA1"}, "missing_field"),
        ("call_status", {"CallSid": "CA1", "CallStatus": "asleep"}, "unknown_status"),
        ("recording", {"CallSid": "CA1"}, "missing_field"),
        ("recording", {"RecordingSid": "RE1", "RecordingStatus": "eaten"}, "unknown_status"),
        ("voice", {"CallSid": "C" * 101}, "too_long"),
    ],
)
def test_what_means_nothing_is_kept_with_the_reason(name, params, reason):
    hook = read(name, params)
    assert isinstance(hook, Unreadable)
    assert hook.reason == reason


_WORDS = st.sampled_from(
    [
        "",
        "CA1",
        "completed",
        "participant-join",
        "in-progress",
        "-1",
        "1" * 40,
        "٣",
        "nan",
        "1e999",
        STAMP,
        "Mon, 99 Foo 0000 99:99:99 +9999",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "999999999999",
        "<Dial>",
        "\x00",
        "sip:",
        "+",
        "true",
    ]
) | st.text(max_size=12)
_FIELDS = st.sampled_from(
    [
        "CallSid",
        "CallStatus",
        "ConferenceSid",
        "StatusCallbackEvent",
        "SequenceNumber",
        "Timestamp",
        "CallDuration",
        "QueueTime",
        "QueueResult",
        "RecordingSid",
        "RecordingStatus",
        "RecordingDuration",
        "RecordingStartTime",
        "RecordingUrl",
        "From",
        "To",
        "Direction",
        "Digits",
        "SpeechResult",
        "Confidence",
        "ParticipantLabel",
        "Hold",
    ]
)


@drawn(max_examples=20, deadline=None)
@given(st.sampled_from(NAMES), st.dictionaries(_FIELDS, _WORDS, max_size=8))
def test_no_form_is_too_broken_to_be_looked_at(name, params):
    hook = call_hook(name, params, NOW)
    assert isinstance(hook, CallHook | Unreadable)
    if isinstance(hook, CallHook):
        assert all(event.at is None or event.at.tzinfo is UTC for event in hook.events)
        assert all(event.elapsed_s is None or 0 <= event.elapsed_s < 10**9 for event in hook.events)


def test_a_form_that_was_written_down_may_have_a_time_where_the_provider_tells_none():
    form = CALL | {"Timestamp": STAMP}
    (began,) = call_hook("voice", form, NOW).events
    assert began.at == datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
    assert told("voice", form)["began"].at is None
