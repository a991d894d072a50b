import json
import random

import pytest
from call_stories import BEGAN, CUSTOMER, Story, handed_over_warm
from command_line import command
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from contactcenter.calls import call_accounts
from contactcenter.cli import call_file

WARM = {
    "outcome": "answered",
    "ivr_s": 14,
    "queue_s": 38,
    "ring_s": 21,
    "talk_s": 256,
    "hold_s": 57,
    "call_s": 365,
    "transfers": 1,
    "warm": 1,
    "agents": {
        "ann": {"talk_s": 116, "hold_s": 57, "wrap_s": 30, "handle_s": 203},
        "bob": {"talk_s": 145, "hold_s": 30, "wrap_s": 40, "handle_s": 215},
    },
}


def figures(hooks):
    return call_accounts.of_events(call_file.events(json.dumps(hooks).encode())).figures


def outcome_of(story, *, unknown=()):
    """The outcome and the seconds, which are the same however the story is told.

    ``unknown`` are those of which the provider tells no time of its own.
    """
    in_order = figures(story.hooks())
    for seed in range(8):
        mangled = figures(story.mangled(seed))
        assert {name: mangled[name] for name in mangled if name not in unknown} == {
            name: in_order[name] for name in in_order if name not in unknown
        }
        assert all(mangled[name] >= in_order[name] for name in unknown)
    return in_order


def talked_with_ann(story, *, joins_s=20, left_s=50):
    story.rings("CAann", joins_s - 8, joins_s - 3)
    story.presses("CAann", joins_s - 1)
    story.joins(joins_s, "CAann", "agent:ann")
    story.unparked(joins_s, "redirected", joins_s - 10)
    story.joins(joins_s, CUSTOMER, "customer")
    story.leaves(left_s, "CAann", "agent:ann")


def test_a_call_that_is_handed_over_warm_is_accounted_to_the_second():
    assert figures(handed_over_warm().hooks()) == WARM


@pytest.mark.parametrize("seed", range(25))
def test_late_shuffled_and_doubled_hooks_give_the_same_account(seed):
    assert figures(handed_over_warm().mangled(seed)) == WARM


@pytest.mark.parametrize("seed", range(10))
def test_the_order_in_the_list_is_nothing_to_go_by(seed):
    hooks = handed_over_warm().hooks()
    random.Random(seed).shuffle(hooks)
    assert figures(hooks + hooks[:7]) == WARM


def test_a_call_without_labels_knows_who_called_and_agents_by_their_addresses():
    story = handed_over_warm()
    for told in story.told:
        told.params.pop("ParticipantLabel", None)
        if told.hook in ("call_status", "offer") and told.params["CallSid"] in ("CAann", "CAbob"):
            told.params["To"] = f"client:{told.params['CallSid'][2:]}"
    assert figures(story.hooks()) == WARM


def test_who_gives_up_in_line_has_abandoned_and_a_queue_time_is_the_providers():
    story = Story()
    story.calls(menu_s=10)
    story.unparked(31, "hangup", 21, status="completed")
    story.ends(31)
    told = outcome_of(story)
    assert (told["outcome"], told["ivr_s"], told["queue_s"], told["call_s"]) == (
        "abandoned",
        10,
        21,
        31,
    )
    assert told["agents"] == {}


@pytest.mark.parametrize(("waited_s", "outcome"), [(4, "short_abandoned"), (5, "abandoned")])
def test_who_gives_up_at_once_has_abandoned_shortly(waited_s, outcome):
    story = Story()
    story.calls(menu_s=10)
    story.unparked(10 + waited_s, "hangup", waited_s, status="completed")
    story.ends(10 + waited_s)
    assert outcome_of(story)["outcome"] == outcome


def test_who_hangs_up_in_the_menu_never_waited():
    story = Story()
    story.calls()
    story.ends(33)
    told = outcome_of(story)
    assert (told["outcome"], told["ivr_s"], told["queue_s"]) == ("short_abandoned", 33, 0)


def test_that_we_move_somebody_on_is_no_abandon_and_who_is_gone_when_the_agent_presses_waited():
    story = Story()
    story.calls(menu_s=10)
    story.rings("CAann", 20, 24)
    story.presses("CAann", 30)
    story.joins(31, "CAann", "agent:ann")
    story.unparked(31, "hangup", 21, status="completed")
    story.ends(31)
    story.leaves(34, "CAann", "agent:ann")
    told = outcome_of(story)
    assert (told["outcome"], told["queue_s"], told["ring_s"], told["agents"]) == (
        "abandoned",
        21,
        4,
        {},
    )


def test_an_agents_voicemail_that_answers_counts_no_call_and_its_ringing_counts():
    story = Story()
    story.calls(menu_s=10)
    story.rings("CAann", 12, 20)
    story.ends(30, "CAann", began_s=20)
    story.rings("CAbob", 31, 51, status="no-answer")
    story.rings("CAeve", 52, 60)
    story.presses("CAeve", 62)
    story.joins(63, "CAeve", "agent:eve")
    story.unparked(64, "redirected", 54)
    story.joins(64, CUSTOMER, "customer")
    story.leaves(100, CUSTOMER, "customer")
    story.leaves(101, "CAeve", "agent:eve")
    story.ends(100)
    told = outcome_of(story)
    assert list(told["agents"]) == ["eve"]
    assert (told["ring_s"], told["queue_s"], told["talk_s"], told["transfers"]) == (
        8 + 20 + 8,
        54,
        36,
        0,
    )


def test_a_message_is_a_voicemail_and_its_recording_is_no_talk():
    story = Story()
    story.calls(menu_s=10)
    story.waits(20, 10, Digits="2")
    story.unparked(20, "leave", 10)
    story.says(
        55,
        "recording",
        CallSid=CUSTOMER,
        RecordingSid="RE1",
        RecordingStatus="completed",
        RecordingDuration="25",
        RecordingUrl="https://api.example/RE1",
        RecordingSource="RecordVerb",
    )
    story.ends(55)
    told = outcome_of(story, unknown=("ivr_s",))
    assert (told["outcome"], told["queue_s"], told["talk_s"], told["call_s"]) == (
        "voicemail",
        10,
        0,
        55,
    )


@pytest.mark.parametrize(("status", "length"), [("absent", "0"), ("completed", "1")])
def test_who_says_nothing_after_the_tone_left_no_message(status, length):
    story = Story()
    story.calls(menu_s=10)
    story.waits(20, 10, Digits="2")
    story.unparked(20, "leave", 10)
    story.says(
        26,
        "recording",
        CallSid=CUSTOMER,
        RecordingSid="RE1",
        RecordingStatus=status,
        RecordingDuration=length,
        RecordingSource="RecordVerb",
    )
    story.ends(26)
    assert outcome_of(story, unknown=("ivr_s",))["outcome"] == "abandoned"


@pytest.mark.parametrize(("key", "outcome"), [("1", "callback"), ("2", "abandoned")])
def test_who_leaves_the_line_with_the_key_for_it_is_called_back(key, outcome):
    story = Story()
    story.calls(menu_s=10)
    story.waits(40, 30, Digits=key)
    story.unparked(41, "leave", 31)
    story.ends(46)
    told = outcome_of(story, unknown=("ivr_s",))
    assert (told["outcome"], told["queue_s"]) == (outcome, 31)


@pytest.mark.parametrize("result", ["queue-full", "system-error"])
def test_a_queue_that_takes_nobody_is_a_failure(result):
    story = Story()
    story.calls(menu_s=10)
    story.unparked(10, result, 0)
    story.ends(15)
    assert outcome_of(story, unknown=("ivr_s",))["outcome"] == "failed"


def test_a_recorded_conversation_is_no_voicemail():
    story = Story()
    story.calls(menu_s=10)
    talked_with_ann(story)
    story.says(
        51,
        "recording",
        ConferenceSid="CFroom",
        RecordingSid="RE1",
        RecordingStatus="completed",
        RecordingDuration="30",
        RecordingSource="Conference",
    )
    story.ends(50)
    assert outcome_of(story)["outcome"] == "answered"


def test_a_supervisor_is_no_agent_of_the_call_whatever_she_does():
    story = Story()
    story.calls(menu_s=10)
    story.joins(30, "CAeve", "supervisor:eve", Muted="true")
    story.joins(31, "CAsue", "agent:sue", Coaching="true", CallSidToCoach="CAann")
    story.room(40, "participant-modify", "CAeve", "supervisor:eve")
    story.leaves(45, "CAeve", "supervisor:eve")
    talked_with_ann(story)
    story.ends(50)
    told = outcome_of(story)
    assert list(told["agents"]) == ["ann"]
    assert (told["talk_s"], told["transfers"]) == (30, 0)


def test_a_cold_transfer_waits_again_and_is_not_warm():
    story = Story()
    story.calls(menu_s=10)
    talked_with_ann(story)
    story.room(49, "participant-hold", CUSTOMER, "customer", Hold="true")
    story.rings("CAbob", 60, 70)
    story.joins(72, "CAbob", "agent:bob")
    story.room(75, "participant-unhold", CUSTOMER, "customer")
    story.leaves(100, CUSTOMER, "customer")
    story.leaves(100, "CAbob", "agent:bob")
    story.ends(100)
    told = outcome_of(story)
    assert (told["transfers"], told["warm"]) == (1, 0)
    assert (told["ivr_s"], told["queue_s"], told["talk_s"], told["hold_s"]) == (
        10,
        10 + 22,
        29 + 25,
        1 + 3,
    )
    assert (
        sum(told[name] for name in ("ivr_s", "queue_s", "talk_s", "hold_s"))
        == told["call_s"]
        == 100
    )


def test_advice_that_is_asked_for_is_no_transfer():
    story = Story()
    story.calls(menu_s=10)
    talked_with_ann(story, left_s=90)
    story.room(30, "participant-hold", CUSTOMER, "customer", Hold="true")
    story.joins(35, "CAbob", "agent:bob")
    story.leaves(45, "CAbob", "agent:bob")
    story.room(50, "participant-unhold", CUSTOMER, "customer")
    story.leaves(90, CUSTOMER, "customer")
    story.ends(90)
    told = outcome_of(story)
    assert (
        told["transfers"],
        told["agents"]["bob"]["hold_s"],
        told["agents"]["bob"]["talk_s"],
    ) == (0, 10, 0)


def test_two_holds_and_an_agent_who_comes_back_are_added_up():
    story = Story()
    story.calls(menu_s=10)
    talked_with_ann(story, left_s=50)
    for begin, end in ((22, 25), (30, 40)):
        story.room(begin, "participant-hold", CUSTOMER, "customer", Hold="true")
        story.room(end, "participant-unhold", CUSTOMER, "customer")
    story.joins(60, "CAann2", "agent:ann")
    story.leaves(80, CUSTOMER, "customer")
    story.leaves(80, "CAann2", "agent:ann")
    story.ends(80)
    story.wraps_up(95, "ann")
    told = outcome_of(story)
    assert told["agents"]["ann"] == {"talk_s": 17 + 20, "hold_s": 13, "wrap_s": 15, "handle_s": 65}
    assert (told["transfers"], told["queue_s"]) == (0, 20)


@pytest.mark.parametrize("lost", ["participant-leave", "conference-end", "completed"])
def test_a_last_hook_that_is_missing_is_bounded_by_what_else_is_known(lost):
    story = handed_over_warm()
    story.told = [
        told
        for told in story.told
        if told.at_s < 365
        or lost not in (told.params.get("StatusCallbackEvent"), told.params.get("CallStatus"))
    ]
    assert figures(story.hooks()) == WARM


def test_where_the_provider_tells_no_time_the_earliest_it_can_have_been_counts():
    story = Story()
    story.calls(menu_s=14)
    story.waits(34, 20)
    story.unparked(40, "hangup", 26)
    told = [hook for hook in story.hooks() if hook["hook"] != "gather"]
    told[1]["received"] = told[2]["received"]
    assert {name: figures(told)[name] for name in ("ivr_s", "queue_s", "call_s")} == {
        "ivr_s": 14,
        "queue_s": 26,
        "call_s": 40,
    }


async def test_the_command_prints_one_line_of_json(tmp_path):
    file = tmp_path / "call.json"
    file.write_text(json.dumps(handed_over_warm().mangled(3)))
    done = await command("inspect", "call", str(file), "--json")
    assert (done.exit_code, json.loads(done.output)) == (0, WARM)
    assert done.output.count("\n") == 1


async def test_the_command_shows_a_call_in_words_and_reads_standard_input():
    done = await command("inspect", "call", "-", said=json.dumps(handed_over_warm().hooks()))
    assert done.exit_code == 0
    for words in (
        "Answered.",
        "14 s",
        "38 s",
        "256 s",
        "365 s",
        "203 s",
        "ann",
        "wrap-up",
        "2026-05-04 12:00:52",
    ):
        assert words in done.output


INBOUND = {
    "hook": "voice",
    "received": BEGAN.isoformat(),
    "params": {"CallSid": "CA1", "Direction": "inbound"},
}
VOICE = {"hook": "voice", "received": BEGAN.isoformat(), "params": {"CallSid": "CA1"}}
OUTBOUND = {
    "hook": "conference",
    "received": BEGAN.isoformat(),
    "params": {
        "CallSid": "CA1",
        "ConferenceSid": "CF1",
        "ParticipantLabel": "customer",
        "StatusCallbackEvent": "participant-join",
    },
}
WRAPPED_UP = {
    "hook": "agent_ui",
    "received": BEGAN.isoformat(),
    "params": {"agent": "ann", "event": "wrap_up_done"},
}


def told(hook, **params):
    return hook | {"params": hook["params"] | params}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "it is empty"),
        ("[" * 50_000, "it is nested too deeply"),
        ("{", "it is not JSON: line 1, column 2: "),
        ('[{"hook": "voice",\n  "params": {', "it is not JSON: line 2, column 14: "),
        ("{}", "it is not a list"),
        ([], "nothing in it tells of a call"),
        (
            [INBOUND, INBOUND, INBOUND | {"params": INBOUND["params"] | {"CallSid": "CA2"}}],
            "it tells of 2 calls: the customer is CA1 from hook 0, CA2 from hook 2; write the hooks",
        ),
        (
            [INBOUND | {"params": INBOUND["params"] | {"CallSid": f"CA{n}"}} for n in range(8)],
            (
                "it tells of 8 calls: the customer is CA0 from hook 0, CA1 from hook 1, CA2 from hook 2, "
                "CA3 from hook 3, CA4 from hook 4 and 3 more; write the hooks of one"
            ),
        ),
        ([OUTBOUND, OUTBOUND | {"params": OUTBOUND["params"] | {"CallSid": "CA2"}}], "2 calls"),
        ([WRAPPED_UP], "nothing in it tells of a call"),
        ([VOICE, 7], "hook 1 is not an object"),
        ([VOICE, VOICE | {"hook": "dance"}], 'hook 1: hook is "dance"'),
        ([VOICE | {"received": "soon"}], 'hook 0: received is "soon"'),
        ([{"hook": "voice", "params": {}}], "hook 0: received is missing"),
        ([VOICE | {"params": []}], "hook 0: params is []; write an object"),
        ([VOICE, {"hook": "wait", "received": 1}], "hook 1: params is missing; write an object"),
        ([VOICE | {"params": {"CallSid": ["CA1"]}}], 'hook 0: params.CallSid is ["CA1"]'),
        ([VOICE | {"params": {}}], "hook 0 (voice): The form has no CallSid."),
        ([VOICE | {"received": "0001-01-01T00:00:00+14:00"}], "hook 0: received is"),
        ([VOICE | {"received": 1e308}], "hook 0: received is 1e308"),
        ([VOICE | {"received": True}], "hook 0: received is true"),
        (
            [VOICE, told(VOICE, Timestamp="noon")],
            'hook 1: params.Timestamp is "noon"; write a time',
        ),
        ([told(VOICE, Timestamp=1777896000000)], 'hook 0: params.Timestamp is "1777896000000"'),
        ([told(VOICE, RecordingStartTime="?")], 'hook 0: params.RecordingStartTime is "?"'),
        ([told(VOICE, QueueTime=-3)], 'hook 0: params.QueueTime is "-3"; write whole seconds'),
        ([told(VOICE, CallDuration=2.5)], 'hook 0: params.CallDuration is "2.5"; write whole'),
        (
            [
                VOICE
                | {"hook": "call_status", "params": {"CallSid": "CA1", "CallStatus": "dancing"}}
            ],
            "hook 0 (call_status): CallStatus is",
        ),
        (
            [VOICE | {"hook": "agent_ui", "params": {"event": "wrap_up_done"}}],
            "hook 0: params.agent is missing",
        ),
        (
            [
                VOICE
                | {
                    "hook": "agent_ui",
                    "params": {"agent": "ann", "event": "wrap_up_done", "at": "x"},
                }
            ],
            "hook 0: params.at",
        ),
    ],
)
async def test_what_cannot_be_read_is_named_with_its_place(tmp_path, content, place):
    file = tmp_path / "call.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    done = await command("inspect", "call", str(file), "--json")
    assert done.exit_code == 1
    assert place in done.output


async def test_what_is_no_utf8_is_named_with_its_line(tmp_path):
    file = tmp_path / "call.json"
    file.write_bytes(b'[\n{"hook": "\xff"}]')
    done = await command("inspect", "call", str(file))
    assert done.exit_code == 1
    assert "line 2 is not UTF-8 (byte 12 of the file)" in done.output


@pytest.mark.parametrize(
    "at",
    [
        "2026-05-04T12:07:00Z",
        "Mon, 04 May 2026 12:07:00 +0000",
        str(BEGAN.timestamp() + 420),
        BEGAN.timestamp() + 420,
    ],
)
@pytest.mark.parametrize(
    "event",
    [
        "wrapped_up",
        "wrap_up_done",
        "Wrap-up done",
        "wrapup_ended",
        "wrapupDone",
        "wrapUpCompleted",
        "acw_done",
        "afterCallWorkEnded",
        "done",
        "wrap_up",
    ],
)
def test_a_console_tells_when_its_agent_was_done_in_any_usual_form(at, event):
    hooks = [hook for hook in handed_over_warm().hooks() if hook["params"].get("agent") != "bob"]
    hooks.append(
        {
            "hook": "agent_ui",
            "received": BEGAN.timestamp() + 500,
            "params": {"agent": "bob", "event": event, "at": at},
        }
    )
    assert figures(hooks)["agents"]["bob"]["wrap_s"] == 55


@pytest.mark.parametrize(
    "event",
    [
        "wrap_up_started",
        "wrapUpBegan",
        "acw_started",
        "accepted",
        "talk_over_soon",
        "depend",
        "call_ended",
    ],
)
def test_other_events_of_a_console_end_nothing(event):
    hooks = [hook for hook in handed_over_warm().hooks() if hook["params"].get("agent") != "bob"]
    hooks.append(
        {
            "hook": "agent_ui",
            "received": BEGAN.timestamp() + 500,
            "params": {"agent": "bob", "event": event, "at": BEGAN.timestamp() + 420},
        }
    )
    assert figures(hooks)["agents"]["bob"]["wrap_s"] == 0


@drawn(max_examples=40, deadline=None)
@given(st.data())
def test_any_permutation_and_duplication_of_a_calls_hooks_gives_the_same_account(data):
    hooks = handed_over_warm().hooks()
    copies = data.draw(st.lists(st.sampled_from(hooks), max_size=12))
    assert figures(data.draw(st.permutations(hooks + copies))) == WARM
