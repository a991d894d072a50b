"""What a table of entry may make of temperament: nobody is worse off for how he is called."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import entry, manner
from routing.entry import Problem, Rule
from routing.manner import Lane, Line
from routing.temperament import LABELS

LANES = {
    "front": Lane(tier=1, is_served_at_once=True),
    "slow": Lane(tier=1, is_served_at_once=False),
    "late": Lane(tier=1, is_served_at_once=True, calendar="mornings"),
    "second": Lane(tier=2, is_served_at_once=True),
}
DEFAULTS = {1: "front", 2: "second"}


def told(*lines, defaults=DEFAULTS):
    table = [Line(condition=condition, queue=queue) for condition, queue in lines]
    return [fault.text for fault in manner.faults(table, LANES, defaults)]


def problem(channel="sms", entry_point_id=1, language="en", temperament="unknown", **more):
    return Problem(
        channel=channel,
        entry_point_id=entry_point_id,
        language=language,
        temperament=temperament,
        text="",
        **more,
    )


@pytest.mark.parametrize("name", sorted(manner.NAMES))
def test_people_may_be_sent_to_specialists(name):
    assert told(({name: ["haggler", "hesitant"]}, "second")) == []


@pytest.mark.parametrize(
    ("condition", "queue", "why"),
    [
        ({"temperament": "haggler"}, "slow", "nobody serves"),
        ({"temperament": "haggler"}, "front", "tier 2"),
        ({"temperament": "haggler", "entry_point_id": 1}, "late", "other hours"),
        ({"temperament": {"not": "haggler"}}, "second", "name the temperaments"),
        ({"temperament": ["unknown", "warm"]}, "second", "name the temperaments"),
        ({"segment.temperament": {"not": ["warm"]}}, "second", "name the temperaments"),
    ],
)
def test_nobody_is_sent_to_a_lower_place_for_it(condition, queue, why):
    (text,) = told((condition, queue))
    assert why in text


def test_what_counts_is_where_they_would_come_otherwise():
    haggler = {"temperament": "haggler", "channel": "sms"}
    assert told((haggler, "front"), ({"channel": "email"}, "second"), ({}, "front")) == []
    assert told((haggler, "front"), ({"keyword": "refund"}, "second"), ({}, "front")) != []
    assert told((haggler, "front"), ({"channel": {"not": "sms"}}, "second"), ({}, "front")) == []


def conditions():
    wanted = {
        "channel": st.sampled_from(["sms", "email"]),
        "language": st.sampled_from(["en", "fa", ["en", "fa"], {"not": "fa"}]),
        "entry_point_id": st.sampled_from([1, 2, [1, 2], {"not": 1}]),
        "temperament": st.sampled_from(
            ["haggler", ["warm", "serious"], {"not": "haggler"}, "unknown", ["warm", "unknown"]]
        ),
        "segment.temperament": st.sampled_from(["haggler", {"not": "warm"}]),
    }
    return st.fixed_dictionaries({}, optional=wanted)


@settings(max_examples=150)
@given(st.lists(st.tuples(conditions(), st.sampled_from(sorted(LANES))), max_size=4))
def test_whatever_table_is_accepted_no_label_leads_to_a_lower_place(lines):
    if told(*lines):
        return
    rules = [Rule(rule_id=n, condition=c, queue_id=n) for n, (c, _) in enumerate(lines)]

    def lane(label, channel, language, address):
        asked = problem(
            channel, address, language, label, segments={"temperament": frozenset({label})}
        )
        rule = entry.first_match(rules, asked)
        return LANES[DEFAULTS[address] if rule is None else lines[rule.queue_id][1]]

    for where in itertools.product(("sms", "email"), ("en", "fa", None), (1, 2)):
        usual = lane("unknown", *where)
        for label in LABELS:
            theirs = lane(label, *where)
            assert theirs.tier >= usual.tier
            assert theirs.is_served_at_once or not usual.is_served_at_once
            assert theirs.calendar in {None, usual.calendar}


def test_whoever_may_not_know_sees_nobodys_manner():
    known = problem(
        temperament="haggler",
        segments={"temperament": frozenset({"haggler"}), "contract": frozenset({"gold"})},
    )
    seen = manner.blind(known)

    assert not entry.holds({"temperament": "haggler"}, seen)
    assert not entry.holds({"segment.temperament": "haggler"}, seen)
    assert entry.holds({"temperament": {"not": "haggler"}}, seen)
    assert entry.holds({"contract": "gold"}, seen)
