"""The escalation rules as functions: what holds, when it will, and what no rule may exceed."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import calendars, entry, escalation
from routing.calendars import OpeningHours, Span, unchanging
from routing.escalation import Due, Facts, Held, Limits, Promise, Rule, Standing
from routing.escalation.conditions import OF_THE_STAY

#: A Thursday, 15:30 in Tehran.
THURSDAY = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
#: 08:00 to 17:00, on Thursday to 13:00, on Friday not at all.
TEHRAN = unchanging(
    OpeningHours(
        zone=ZoneInfo("Asia/Tehran"),
        week=tuple(
            () if day == 4 else (Span(opens_min=480, closes_min=780 if day == 3 else 1020),)
            for day in range(7)
        ),
        exceptions={},
    )
)
LIMITS = Limits(escalations=3, cooldown=timedelta(seconds=300))
BELOW = Standing(queue_id=1, tier=1, next_queue_id=2, tiers={1: 1, 2: 2, 3: 3})


def minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


def facts(**known: object) -> Facts:
    return replace(Facts(at=THURSDAY, repeats=(), problem=problem()), **known)


def problem(**known: object) -> entry.Problem:
    nothing = entry.Problem(
        channel="sms", entry_point_id=None, language="en", temperament="unknown", text=""
    )
    return replace(nothing, **known)


def rule(name: str = "r", **others: object) -> Rule:
    when = {name_: others.pop(name_) for name_ in list(others) if name_ in LEAVES}
    return Rule(name=name, condition=when, **others)


LEAVES = {*escalation.LEAVES, *entry.ATTRIBUTES, "all", "any"}


def due(rules: list[Rule], known: Facts, standing: Standing = BELOW) -> Due | None:
    return escalation.first_due(rules, known, standing, LIMITS)


# What holds ---------------------------------------------------------------------------------------

HOLDS = (
    ({"business_minutes_in_tier": 45}, {"in_tier": minutes(45)}, {"in_tier": minutes(44.9)}),
    ({"business_minutes_in_queue": 5}, {"in_queue": minutes(5)}, {"in_tier": minutes(9)}),
    ({"minutes_without_reply": 30}, {"unanswered": minutes(30)}, {"unanswered": None}),
    ({"public_replies_without_solve": 4}, {"replies": 4}, {"replies": 3}),
    ({"reopens": 2}, {"reopens": 2}, {"reopens": 1}),
    ({"transfers": 2}, {"transfers": 3}, {"transfers": 1}),
    ({"offers_unanswered": 2}, {"offers_unanswered": 2}, {"offers_unanswered": 1}),
    ({"customer_request": True}, {"customer_request": True}, {"agent_request": True}),
    ({"agent_request": True}, {"agent_request": True}, {"customer_request": True}),
    ({"resolution_failed": True}, {"failures": frozenset({"other"})}, {}),
    (
        {"resolution_failed": ["made_it_worse", "did_not_help"]},
        {"failures": frozenset({"did_not_help"})},
        {"failures": frozenset({"other"})},
    ),
    (
        {"repeat_contacts": 1},
        {"repeats": (THURSDAY - timedelta(days=7),)},
        {"repeats": (THURSDAY - timedelta(days=7, seconds=1),)},
    ),
    (
        {"repeat_contacts": {"times": 2, "days": 30}},
        {"repeats": (THURSDAY - timedelta(days=29), THURSDAY - timedelta(days=1))},
        {"repeats": (THURSDAY - timedelta(days=31), THURSDAY - timedelta(days=1))},
    ),
    ({"keyword": ["lawyer", "وکیل"]}, {"problem": problem(text="وكيل من")}, {}),
    ({"language": "fa"}, {"problem": problem(language="fa")}, {}),
    (
        {"contract": "prosupport", "reopens": 1},
        {"reopens": 1, "problem": problem(segments={"contract": frozenset({"prosupport"})})},
        {"reopens": 1},
    ),
    (
        {"any": [{"reopens": 2}, {"all": [{"transfers": 1}, {"replies": 2}]}]},
        {"transfers": 1, "replies": 2},
        {"transfers": 1, "replies": 1},
    ),
)


@pytest.mark.parametrize(("condition", "holds", "misses"), HOLDS)
def test_a_condition_holds_from_its_threshold_on(condition, holds, misses):
    condition = _spelled(condition)
    assert escalation.check(condition) == []
    rules = [Rule(name="r", condition=condition)]

    assert due(rules, facts(**holds)) is not None
    assert due(rules, facts(**misses)) is None


def _spelled(condition):
    """``replies`` is short for the long name, so that a line fits."""
    if isinstance(condition, list):
        return [_spelled(c) for c in condition]
    if not isinstance(condition, dict):
        return condition
    short = {"replies": "public_replies_without_solve"}
    return {
        short.get(name, name): _spelled(wanted) if name in ("all", "any") else wanted
        for name, wanted in condition.items()
    }


def test_the_share_of_a_promise_is_counted_by_its_own_hours():
    # Promised for four hours on Wednesday 15:00: two were left at the closing, two on Thursday.
    promise = Promise(
        target=timedelta(hours=4),
        due_at=datetime(2026, 11, 19, 6, 30, tzinfo=UTC),
        calendar=TEHRAN,
    )
    rules = [rule(sla_burn=0.75)]
    at_nine = datetime(2026, 11, 19, 5, 30, tzinfo=UTC)

    before = facts(at=at_nine - timedelta(microseconds=1), promises=(promise,))
    assert due(rules, before) is None
    assert escalation.next_instant(rules, before, BELOW, LIMITS) == at_nine
    found = due(rules, facts(at=at_nine, promises=(promise,)))
    assert found is not None
    assert found.because == (Held(leaf="sla_burn", wanted=0.75, found=0.75),)
    late = facts(at=THURSDAY + timedelta(days=2), promises=(promise,))
    assert due([rule(sla_burn=1.5)], late) is not None


def test_minutes_go_on_only_while_the_queue_is_open():
    rules = [rule(business_minutes_in_tier=45)]
    on_thursday = facts(at=datetime(2026, 11, 19, 9, 0, tzinfo=UTC), calendar=TEHRAN)

    instant = escalation.next_instant(rules, on_thursday, BELOW, LIMITS)

    assert instant == datetime(2026, 11, 21, 4, 45, tzinfo=UTC)  # Saturday, 15 minutes after 08:00


def test_what_made_a_rule_hold_is_kept_with_its_numbers():
    stuck = rule(
        any=[{"business_minutes_in_tier": 45}, {"public_replies_without_solve": 4}], language="en"
    )

    found = due([stuck], facts(replies=5, in_tier=minutes(12)))

    assert found is not None
    assert found.because == (
        Held(leaf="public_replies_without_solve", wanted=4, found=5),
        Held(leaf="language", wanted="en", found=True),
    )
    assert escalation.in_words(found.because, "en") == (
        "5 answers without a solution (limit 4), the language"
    )
    assert escalation.in_words(found.because[:1], "fa") == "۵ پاسخ بی‌نتیجه (حد ۴)"


def test_every_word_is_there_in_both_languages():
    for table in (escalation.REASONS, escalation.RETURN_REASONS, escalation.FAILURES):
        assert table["en"].keys() == table["fa"].keys()
    names = escalation.LEAF_NAMES
    assert names["en"].keys() == names["fa"].keys()
    assert names["en"].keys() == escalation.LEAVES.keys() | entry.ATTRIBUTES.keys()


def test_the_guide_names_every_leaf_and_marks_those_of_the_stay():
    guide = (Path(__file__).parents[2] / "docs" / "escalation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", guide, re.MULTILINE)
    marked = {leaf for leaf, counts in rows if counts.endswith("°")}

    assert {leaf for leaf, _ in rows} == escalation.LEAVES.keys() | {"keyword"}
    assert marked == OF_THE_STAY


# What cannot be asked -----------------------------------------------------------------------------

WRONG = (
    ({}, ""),
    ([], ""),
    ({"any": []}, "any"),
    ({"any": [{}]}, "any[0]"),
    ({"any": [{"reopens": 1}, {"all": [{"reopens": 0}]}]}, "any[1].all[0].reopens"),
    ({"reopens": True}, "reopens"),
    ({"reopens": 1.5}, "reopens"),
    ({"business_minutes_in_tier": 0}, "business_minutes_in_tier"),
    ({"minutes_without_reply": float("nan")}, "minutes_without_reply"),
    ({"sla_burn": -0.1}, "sla_burn"),
    ({"customer_request": False}, "customer_request"),
    ({"repeat_contacts": {"times": 1}}, "repeat_contacts"),
    ({"resolution_failed": ["no such reason"]}, "resolution_failed"),
    ({"keyword": []}, "keyword"),
    ({"colour": "red"}, "colour"),
    ({"segment.X": "y"}, "segment.X"),
)


@pytest.mark.parametrize(("condition", "place"), WRONG)
def test_a_condition_that_cannot_be_asked_is_refused_with_its_place(condition, place):
    assert [mistake.place for mistake in escalation.check(condition)] == [place]


def test_all_mistakes_are_told_together_and_depth_has_an_end():
    deep: dict[str, object] = {"reopens": 1}
    for _ in range(50):
        deep = {"all": [deep]}
    two = {"any": [{"reopens": 0}, {"transfers": "x"}]}

    assert len(escalation.check(deep)) == 1
    assert len(escalation.check(two)) == 2


# Who is raised ------------------------------------------------------------------------------------


def test_a_rule_never_moves_a_ticket_sideways_or_down():
    always = rule(reopens=1, to_queue_id=2)
    known = facts(reopens=1)

    assert due([always], known, replace(BELOW, queue_id=2, tier=2)) is None
    assert due([always], known, replace(BELOW, queue_id=3, tier=3)) is None
    assert due([rule(reopens=1)], known, replace(BELOW, next_queue_id=None)) is None


def test_one_reason_raises_a_ticket_once_in_an_episode_unless_it_is_of_this_stay():
    for_all = rule(any=[{"reopens": 2}, {"business_minutes_in_tier": 45}])
    again = replace(BELOW, queue_id=2, tier=2, next_queue_id=3, done=frozenset({"r"}))

    assert due([for_all], facts(reopens=2), again) is None
    assert escalation.next_instant([for_all], facts(reopens=2), again, LIMITS) == (
        THURSDAY + minutes(45)
    )
    found = due([for_all], facts(reopens=2, in_tier=minutes(50)), again)
    assert found is not None
    assert [held.leaf for held in found.because] == ["business_minutes_in_tier"]


def test_a_rule_that_only_tells_does_so_once_a_stay():
    tells = rule(minutes_without_reply=30, moves=False, notify="supervisor")
    known = facts(unanswered=minutes(31))

    found = due([tells], known)
    assert found is not None
    assert found.to_queue_id is None
    assert (
        due([tells], known, replace(BELOW, done=frozenset("r"), done_here=frozenset("r"))) is None
    )
    assert due([tells], known, replace(BELOW, done=frozenset("r"))) is not None


def test_a_rule_that_may_not_move_it_any_more_still_tells():
    raises = rule(reopens=1, notify="supervisor")
    worn_out = replace(BELOW, escalations=3)

    found = due([raises], facts(reopens=1), worn_out)

    assert found is not None
    assert found.to_queue_id is None
    assert due([replace(raises, notify=None)], facts(reopens=1), worn_out) is None


def test_after_a_rise_rules_wait_for_the_cooldown_and_are_due_at_its_end():
    risen = replace(BELOW, risen_at=THURSDAY - timedelta(seconds=100))
    known = facts(reopens=1)

    assert due([rule(reopens=1)], known, risen) is None
    assert escalation.next_instant([rule(reopens=1)], known, risen, LIMITS) == (
        THURSDAY + timedelta(seconds=200)
    )
    assert due([rule(reopens=1, cools=False)], known, risen) is not None


# In general ---------------------------------------------------------------------------------------

leaf = st.one_of(
    st.builds(lambda n: {"business_minutes_in_tier": n}, st.integers(1, 600)),
    st.builds(lambda n: {"business_minutes_in_queue": n}, st.integers(1, 600)),
    st.builds(lambda n: {"minutes_without_reply": n}, st.integers(1, 600)),
    st.builds(lambda n: {"reopens": n}, st.integers(1, 3)),
    st.builds(lambda n: {"transfers": n}, st.integers(1, 3)),
    st.builds(lambda n: {"public_replies_without_solve": n}, st.integers(1, 3)),
    st.builds(lambda n: {"sla_burn": n / 4}, st.integers(1, 6)),
    st.just({"language": "fa"}),
    st.just({"customer_request": True}),
)
condition = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda c: {"any": c}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda c: {"all": c}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=5,
)
known_facts = st.builds(
    lambda at_min, calendar, tier_min, queue_min, unanswered, reopens, replies, due_min, asked: (
        Facts(
            at=THURSDAY + minutes(at_min),
            calendar=calendar,
            in_tier=minutes(tier_min),
            in_queue=minutes(min(tier_min, queue_min)),
            unanswered=None if unanswered is None else minutes(min(tier_min, unanswered)),
            reopens=reopens,
            replies=replies,
            promises=(
                Promise(
                    target=timedelta(hours=4),
                    due_at=THURSDAY + minutes(due_min),
                    calendar=calendar,
                ),
            ),
            customer_request=asked,
            repeats=(),
            problem=problem(),
        )
    ),
    st.integers(0, 7 * 1440),
    st.sampled_from([TEHRAN, calendars.ALWAYS_OPEN]),
    st.integers(0, 600),
    st.integers(0, 600),
    st.none() | st.integers(0, 600),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(-3000, 9000),
    st.booleans(),
)


def later(known: Facts, at: datetime) -> Facts:
    """The same ticket when nothing but time has gone on."""
    passed = calendars.business_time(known.calendar, known.at, at)
    return replace(
        known,
        at=at,
        in_tier=known.in_tier + passed,
        in_queue=known.in_queue + passed,
        unanswered=None if known.unanswered is None else known.unanswered + passed,
    )


standings = st.builds(
    lambda risen_min, done: replace(
        BELOW,
        risen_at=None if risen_min is None else THURSDAY - minutes(risen_min),
        done=frozenset(done),
    ),
    st.none() | st.integers(0, 20),
    st.sets(st.sampled_from(["r0", "r1", "r2"])),
)


@given(st.lists(condition, min_size=1, max_size=3), known_facts, standings)
def test_the_next_instant_is_the_first_at_which_time_makes_a_rule_hold(conditions, known, standing):
    rules = [Rule(name=f"r{n}", condition=c) for n, c in enumerate(conditions)]
    if escalation.first_due(rules, known, standing, LIMITS) is not None:
        return
    instant = escalation.next_instant(rules, known, standing, LIMITS)

    if instant is None:
        in_a_month = later(known, known.at + timedelta(days=30))
        assert escalation.first_due(rules, in_a_month, standing, LIMITS) is None
    else:
        just_before = later(known, instant - timedelta(microseconds=1))
        assert escalation.first_due(rules, just_before, standing, LIMITS) is None
        assert escalation.first_due(rules, later(known, instant), standing, LIMITS) is not None


steps = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 3), st.booleans(), st.booleans()), max_size=25
)


@given(st.lists(condition, min_size=1, max_size=3), steps, st.integers(0, 4), st.integers(0, 600))
def test_rules_raise_a_ticket_only_upwards_not_too_often_and_not_at_once(  # I15
    conditions, history, most, cooldown_s
):
    rules = [Rule(name=f"r{n}", condition=c) for n, c in enumerate(conditions)]
    limits = Limits(escalations=most, cooldown=timedelta(seconds=cooldown_s))
    standing = Standing(queue_id=1, tier=1, next_queue_id=2, tiers={n: n for n in range(1, 9)})
    at, stay_began, risen = THURSDAY, THURSDAY, []
    for passed_s, counted, asked, is_returned in history:
        at += timedelta(seconds=passed_s)
        if is_returned and standing.tier > 1:
            standing = _moved(standing, standing.tier - 1)
            stay_began = at
        gone = at - stay_began
        known = facts(
            at=at,
            in_tier=gone,
            in_queue=gone,
            unanswered=gone,
            reopens=counted,
            replies=counted,
            transfers=counted,
            customer_request=asked,
        )
        found = escalation.first_due(rules, known, standing, limits)
        if found is None:
            continue
        assert found.to_queue_id is not None
        assert standing.tiers[found.to_queue_id] > standing.tier
        assert not risen or at - risen[-1] >= limits.cooldown
        risen.append(at)
        stay_began = at
        standing = replace(
            _moved(standing, found.to_queue_id),
            escalations=standing.escalations + 1,
            risen_at=at,
            done=standing.done | {found.rule.name},
        )

    assert len(risen) <= most


def _moved(standing: Standing, tier: int) -> Standing:
    return replace(standing, queue_id=tier, tier=tier, next_queue_id=tier + 1)
