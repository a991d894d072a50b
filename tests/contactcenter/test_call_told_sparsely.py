"""Calls of which a file tells little: what the provider always posts, and who writes may leave out.

The seconds are those of the whole story as long as one thing is left that tells them.
"""

import json

import pytest
from call_stories import BEGAN, CUSTOMER, Story, handed_over_warm
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from contactcenter.calls import call_accounts
from contactcenter.cli import call_file

#: What nothing of the account hangs on, taken away together or each alone.
NEEDLESS = (
    "AccountSid",
    "ApiVersion",
    "AvgQueueTime",
    "CallbackSource",
    "Caller",
    "Coaching",
    "CurrentQueueSize",
    "Direction",
    "Duration",
    "EndConferenceOnExit",
    "FriendlyName",
    "From",
    "FromCity",
    "Hold",
    "MaxQueueSize",
    "Muted",
    "QueuePosition",
    "QueueSid",
    "ReasonConferenceEnded",
    "SequenceNumber",
    "To",
)


def figures(hooks):
    return call_accounts.of_events(call_file.events(json.dumps(hooks).encode())).figures


def without(hooks, *names, of=None):
    return [
        hook
        if of is not None and hook["hook"] not in of
        else hook | {"params": {k: v for k, v in hook["params"].items() if k not in names}}
        for hook in hooks
    ]


def typed(hook):
    """A hook as a program writes it that knows numbers and flags."""
    flags = {"true": True, "false": False}
    values = {
        name: int(value) if value.isdecimal() and name != "Digits" else flags.get(value, value)
        for name, value in hook["params"].items()
    }
    return hook | {"params": values}


WARM = figures(handed_over_warm().hooks())


@drawn(max_examples=40, deadline=None)
@given(st.data())
def test_what_nothing_hangs_on_may_be_left_out_of_hooks_told_late_twice_and_in_disorder(data):
    hooks = handed_over_warm().mangled(data.draw(st.integers(0, 5)))
    names = data.draw(st.sets(st.sampled_from(NEEDLESS)))
    sparse = data.draw(st.permutations(without(hooks, *names)))
    assert figures([typed(hook) for hook in sparse]) == WARM


@pytest.mark.parametrize(
    "is_left_out",
    [
        lambda hook: hook["params"].get("StatusCallbackEvent") in ("conference-start", "conference-end"),
        lambda hook: hook["hook"] == "gather",
        lambda hook: hook["hook"] == "wait",
        lambda hook: hook["hook"] == "offer",
        lambda hook: hook["hook"] == "enqueue_action",
        lambda hook: hook["hook"] == "voice",
        lambda hook: hook["params"].get("CallStatus") == "ringing",
    ],
)  # fmt: skip
def test_a_kind_of_hook_may_be_left_out(is_left_out):
    assert figures([hook for hook in handed_over_warm().hooks() if not is_left_out(hook)]) == WARM


@pytest.mark.parametrize(
    "names", [["CallSid"], ["ConferenceSid"], ["CallSid", "ConferenceSid", "Direction"]]
)
def test_who_is_in_the_room_is_known_by_his_label_and_the_room_is_the_only_one(names):
    sparse = without(handed_over_warm().hooks(), *names, of=["conference"])
    assert figures(sparse) == WARM


@pytest.mark.parametrize("names", [[], ["Direction"]])
def test_an_agent_who_does_not_answer_rang_although_nobody_says_who_called(names):
    story = Story()
    story.calls(menu_s=10)
    story.rings("CAann", 12, 32, status="no-answer")
    story.unparked(40, "hangup", 30)
    story.ends(40)
    made = figures(without(story.hooks(), *names))
    assert (made["outcome"], made["ring_s"], made["queue_s"]) == ("abandoned", 20, 30)


def dialled(*, answers, label="customer"):
    """A call of ours: Ann comes first, then the customer is called."""
    story = Story()
    story.rings("CAann", 0, 6)
    story.presses("CAann", 8)
    story.joins(9, "CAann", "agent:ann")
    story.progress("CAdialled", "initiated", 10)
    story.progress("CAdialled", "ringing", 12)
    if answers:
        story.progress("CAdialled", "in-progress", 20)
        story.joins(20, "CAdialled", label)
        story.leaves(80, "CAdialled", label)
        story.ends(80, "CAdialled", began_s=20)
    else:
        story.ends(40, "CAdialled", began_s=40, status="no-answer")
    story.leaves(80 if answers else 42, "CAann", "agent:ann")
    story.ends(82, "CAann", began_s=6)
    story.wraps_up(95, "ann")
    return story


@pytest.mark.parametrize("names", [[], ["Direction"]])
@pytest.mark.parametrize("label", ["customer", ""])
@pytest.mark.parametrize("seed", range(3))
def test_whom_we_call_once_an_agent_is_there_is_the_customer(label, names, seed):
    made = figures(without(dialled(answers=True, label=label).mangled(seed), *names))
    assert made == {
        "outcome": "answered",
        "ivr_s": 0,
        "queue_s": 0,
        "ring_s": 6,
        "talk_s": 60,
        "hold_s": 0,
        "call_s": 60,
        "transfers": 0,
        "warm": 0,
        "agents": {"ann": {"talk_s": 60, "hold_s": 0, "wrap_s": 15, "handle_s": 75}},
    }


@pytest.mark.parametrize("names", [[], ["Direction"]])
def test_what_an_agent_does_after_a_customer_who_did_not_answer_is_his_wrap_up(names):
    made = figures(without(dialled(answers=False).hooks(), *names))
    assert (made["outcome"], made["ring_s"], made["talk_s"], made["call_s"]) == ("failed", 6, 0, 0)
    assert made["agents"] == {"ann": {"talk_s": 0, "hold_s": 0, "wrap_s": 53, "handle_s": 53}}


def test_an_agent_whose_customer_was_gone_before_he_came_has_no_call():
    story = Story()
    story.calls(menu_s=10)
    story.rings("CAann", 20, 26)
    story.presses("CAann", 31)
    story.unparked(31, "hangup", 21)
    story.ends(31)
    story.joins(32, "CAann", "agent:ann")
    story.leaves(34, "CAann", "agent:ann")
    assert figures(story.hooks())["agents"] == {}


@pytest.mark.parametrize(
    "params",
    [
        {"RecordingUrl": "https://api.twilio.com/Recordings/RE1", "Digits": "hangup"},
        {"RecordingUrl": "https://api.twilio.com/Recordings/RE1.mp3"},
        {},
    ],
)
@pytest.mark.parametrize("hook", ["recording", "voicemail"])
def test_the_action_of_a_message_tells_no_id_of_the_recording(hook, params):
    story = Story()
    story.says(0, "voice", CallSid=CUSTOMER, Direction="inbound")
    story.says(40, hook, CallSid=CUSTOMER, RecordingDuration=25, **params)
    story.ends(40)
    made = figures(story.hooks())
    assert (made["outcome"], made["ivr_s"], made["call_s"]) == ("voicemail", 15, 40)


@pytest.mark.parametrize(("key", "outcome"), [("1", "callback"), ("2", "abandoned")])
def test_a_key_pressed_in_line_without_its_time_there_is_one_that_was_heard_of_later(key, outcome):
    story = Story()
    story.says(0, "voice", CallSid=CUSTOMER)
    story.says(10, "gather", CallSid=CUSTOMER, Digits="3")
    story.says(10, "wait", CallSid=CUSTOMER, QueueTime=0)
    story.says(50, "gather", CallSid=CUSTOMER, Digits=key)
    story.says(50, "enqueue_action", CallSid=CUSTOMER, QueueTime=40, QueueResult="leave")
    story.ends(56)
    assert figures(story.hooks())["outcome"] == outcome


def test_who_wraps_up_is_the_one_who_came_where_another_only_rang():
    story = Story()
    story.calls(menu_s=10)
    story.rings("CAann", 12, 32, status="no-answer", to="+49301")
    story.rings("CAbob", 33, 38, to="+49302")
    story.joins(42, "CAbob", "")
    story.joins(42, CUSTOMER, "")
    story.ends(100)
    story.leaves(100, "CAbob", "")
    story.wraps_up(110, "bob")
    assert figures(story.hooks())["agents"] == {
        "bob": {"talk_s": 58, "hold_s": 0, "wrap_s": 10, "handle_s": 68}
    }


def test_a_file_may_begin_with_a_mark_of_its_order_of_bytes():
    hooks = [{"hook": "voice", "received": BEGAN.isoformat(), "params": {"CallSid": "CA1"}}]
    written = json.dumps(hooks).encode()
    assert call_file.events(b"\xef\xbb\xbf" + written) == call_file.events(written)


def test_who_hangs_up_before_we_answer_is_a_caller_by_his_last_hook_alone():
    story = Story()
    story.ends(3)
    made = figures(story.hooks())
    assert (made["outcome"], made["ivr_s"], made["call_s"]) == ("short_abandoned", 3, 3)


@pytest.mark.parametrize("names", [[], ["Direction"]])
def test_an_agent_who_does_not_answer_his_own_call_rang(names):
    story = Story()
    story.rings("CAann", 0, 20, status="no-answer")
    made = figures(without(story.hooks(), *names))
    assert (made["outcome"], made["ring_s"], made["agents"]) == ("failed", 20, {})
