"""From messages to the label of a contact: the formula, and when a label comes and goes."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.temperament.contact import (
    EQUAL_PRIOR,
    MAX_BEHAVIOUR,
    MAX_MESSAGES,
    PRIOR,
    Shown,
    distribution,
    habits,
    log_ratios,
    share,
)
from routing.temperament.reading import Reading
from routing.temperament.standing import Refusal, standing
from routing.temperament.values import LABELS

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NOTHING = (0.0,) * 6


def at(**after):
    return START + timedelta(**after)


def shown(label="haggler", ratio=1.6, *, when=START, thread=None, explicit=False, cue=True, **more):
    """A message that speaks for one label, and as much against the others as a reader would."""
    place = LABELS.index(label)
    rest = (6 - math.exp(ratio)) / 5
    against = math.log(rest) if rest > 0 else -3.0
    ratios = tuple(ratio if n == place else against for n in range(6))
    found = Shown(
        interaction_id=more.pop("interaction_id", 1),
        thread=thread if thread is not None else more.pop("number", 1),
        channel=more.pop("channel", "sms"),
        at=when,
        log_ratios=ratios,
        is_explicit=explicit,
        cues=frozenset([label]) if cue else frozenset(),
    )
    return replace(found, **more)


def likely(label, messages, when, **more):
    return distribution(messages, when, **more)[LABELS.index(label)]


# The formula ----------------------------------------------------------------------------------------


def test_of_whom_nothing_is_known_only_what_is_frequent_is_known():
    assert distribution([], START) == pytest.approx(PRIOR)
    assert sum(PRIOR) == pytest.approx(1.0)
    assert distribution([], START, prior=EQUAL_PRIOR) == pytest.approx(EQUAL_PRIOR)


def test_the_formula_by_hand():
    """Two messages of one thread on the phone and one by mail, 120 and 240 days old."""
    first = replace(shown(), log_ratios=(0.0, 0.0, 0.0, 1.0, 2.0, -1.0), channel="phone")
    second = replace(first, log_ratios=(0.0, 0.0, 0.0, -1.0, 1.0, -0.5), interaction_id=2)
    mail = replace(first, log_ratios=(0.5, 0.0, 0.0, 0.0, 1.0, 0.0), channel="email", thread=2)
    now = at(days=240)
    mail = replace(mail, at=at(days=120))

    found = distribution([first, second, mail], now)

    old, half = 0.8 * 0.25 / math.sqrt(2), 0.5
    scores = [
        math.log(0.06) + half * 0.5,
        math.log(0.06),
        math.log(0.06),
        math.log(0.06) + old * (1.0 - 1.0),
        math.log(0.06) + old * (2.0 + 1.0) + half * 1.0,
        math.log(0.70) + old * (-1.0 - 0.5),
    ]
    total = sum(map(math.exp, scores))
    assert found == pytest.approx([math.exp(score) / total for score in scores])


def test_a_higher_temperature_is_less_sure():
    assert likely("haggler", [shown()], START, temperature=2.0) < likely(
        "haggler", [shown()], START
    )


def test_no_message_says_more_than_the_bound():
    reading = Reading(
        probabilities=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        evidence=(),
        is_explicit=False,
        has_own_words=True,
    )

    assert log_ratios(reading) == pytest.approx((math.log(6), -3, -3, -3, -3, -3))


def test_signs_fade_with_age_and_count_less_beside_others():
    assert share(shown(), 1, START) == 1.0
    assert share(shown(), 4, at(days=120)) == pytest.approx(0.25)
    assert share(shown(channel="phone"), 1, START) == 0.8
    assert share(shown(when=at(days=1)), 1, START) == 1.0


def test_with_no_new_word_all_drifts_back_to_what_is_frequent():
    found = distribution([shown(explicit=True)], at(days=3650))

    assert found == pytest.approx(PRIOR, abs=1e-6)


def test_only_the_latest_messages_are_considered():
    old = [shown("warm", when=at(seconds=n), thread=n) for n in range(5)]
    new = [shown("haggler", when=at(hours=1, seconds=n), thread=n) for n in range(MAX_MESSAGES)]

    assert distribution([*old, *new], at(days=1)) == distribution(new, at(days=1))


MANY = {
    "discount_requests_90d": 9,
    "complaint_topics_90d": 9,
    "contacts_30d": 30,
    "purchases_12m": 0,
    "quotes_requested_90d": 9,
    "carts_abandoned_30d": 9,
}


def test_what_a_contact_does_raises_but_never_decides_alone():
    quiet = replace(shown(cue=False), log_ratios=NOTHING)
    busy = replace(quiet, behaviour=MANY)
    for label in ("haggler", "fault_finding", "hesitant"):
        assert likely(label, [busy], START) > likely(label, [quiet], START)
        lonely = replace(busy, behaviour={**MANY})
        assert likely(label, [lonely], START) < 0.45
    assert standing([busy], START).label == "unknown"
    by_label = {}
    for habit in habits(MANY):
        by_label[habit.points_to] = by_label.get(habit.points_to, 0.0) + habit.weight
    assert by_label["hesitant"] > MAX_BEHAVIOUR  # so the bound is needed
    ratio = likely("hesitant", [busy], START) / likely("warm", [busy], START)
    assert math.log(ratio) == pytest.approx(MAX_BEHAVIOUR)


def test_what_we_caused_and_what_is_not_known_adds_nothing():
    assert not habits({"contacts_30d": 9, "reopened_30d": 5, "purchases_12m": 0})
    assert not habits({"contacts_30d": 9})  # whether anything was bought is not known
    assert [h.feature for h in habits({"contacts_30d": 9, "purchases_12m": 0})] == ["contacts_30d"]
    assert not habits({"discount_requests_90d": 1, "complaint_topics_90d": 2})


# When a label comes ---------------------------------------------------------------------------------


def test_one_explicit_message_is_enough():
    found = standing([shown(explicit=True)], START)

    assert (found.label, found.since, found.messages) == ("haggler", START, 1)
    assert found.confidence == likely("haggler", [shown(explicit=True)], START) >= 0.60


def test_an_ordinary_message_needs_another():
    first = shown("warm", 1.7)
    assert likely("warm", [first], START) >= 0.60

    assert standing([first], START).label == "unknown"
    second = replace(first, at=at(hours=1), interaction_id=2)
    assert standing([first, second], at(hours=1)).label == "warm"


def test_what_nobody_can_look_at_makes_no_label():
    messages = [shown(when=at(hours=n), thread=n, cue=False, explicit=True) for n in range(4)]

    assert likely("haggler", messages, at(hours=4)) > 0.9
    assert standing(messages, at(hours=4)).label == "unknown"


def test_a_label_that_is_hardly_likelier_than_the_next_does_not_stand():
    both = replace(
        shown(explicit=True), log_ratios=(1.6, -3.0, -3.0, -3.0, 1.7, -3.0), channel="email"
    )
    clear = replace(both, log_ratios=(0.3, -3.0, -3.0, -3.0, 1.7, -3.0))

    assert standing([both], START).label == "unknown"
    assert standing([clear], START).label == "haggler"


def test_a_message_is_explicit_for_what_it_shows_most():
    message = replace(shown("warm", explicit=True), cues=frozenset(["warm", "haggler"]))

    assert message.is_explicit_for("warm")
    assert not message.is_explicit_for("haggler")


# When it goes ---------------------------------------------------------------------------------------


def unknowns(first, count, **every):
    return [
        shown("unknown", when=at(**first) + n * timedelta(**every), thread=100 + n, cue=False)
        for n in range(count)
    ]


def test_a_label_leaves_when_it_was_unlikely_for_a_day():
    messages = [shown(explicit=True), *unknowns({"hours": 1}, 3, minutes=1)]

    hours_later = standing(messages, at(hours=20))
    assert hours_later.label == "haggler"
    assert hours_later.failing_since == at(hours=1)
    assert hours_later.confidence < 0.45
    left = standing(messages, at(days=2))
    assert (left.label, left.since) == ("unknown", None)
    assert hours_later.changes_at == datetime(2026, 3, 3, tzinfo=UTC)  # the second midnight


def test_a_label_that_is_likely_again_stays():
    messages = [
        shown(explicit=True),
        *unknowns({"hours": 1}, 2, minutes=1),
        shown(explicit=True, when=at(hours=10), thread=2),
        shown(explicit=True, when=at(hours=11), thread=3),
    ]

    assert standing(messages[:3], at(hours=9)).failing_since is not None
    found = standing(messages, at(days=3))
    assert (found.label, found.failing_since, found.since) == ("haggler", None, START)


def test_another_label_takes_over_at_once_if_it_is_very_likely_and_a_day_has_passed():
    def switched(gap, count):
        rivals = [
            shown("serious", explicit=True, when=at(hours=gap, minutes=n), thread=5 + n)
            for n in range(count)
        ]
        return standing([shown(explicit=True), *rivals], at(hours=gap, minutes=count))

    assert switched(25, 3).label == "serious"
    assert switched(25, 3).since == at(hours=25, minutes=1)
    assert switched(25, 1).label == "haggler"  # as likely
    assert switched(23, 3).label == "haggler"  # it changed less than a day before
    assert switched(23, 3).changes_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_two_traits_in_turn_change_the_label_once_a_day_at_most():
    messages = [
        shown(
            ("haggler", "warm")[n % 2],
            explicit=True,
            when=at(hours=2 * n),
            thread=n,
            interaction_id=n,
        )
        for n in range(50)
    ]
    sure = []
    for n, message in enumerate(messages):  # each outweighs all before it
        ratios = tuple(n * (r > 0) for r in message.log_ratios)
        sure.append(replace(message, log_ratios=ratios))

    labels = [(m.at, standing(sure, m.at).label) for m in sure[::2] + sure[1::2]]
    changes = [when for (_, a), (when, b) in pairwise(sorted(labels)) if a != b]

    assert len(changes) == 4  # in 98 hours
    assert all(b - a >= timedelta(days=1) for a, b in pairwise(changes))


def test_silence_ends_every_label_within_a_year_and_that_is_foretold():
    messages = [shown(explicit=True, when=at(hours=n), thread=n) for n in range(8)]

    found = standing(messages, at(days=1))

    assert found.label == "haggler"
    assert found.changes_at == datetime(2027, 3, 2, tzinfo=UTC)  # after a year
    assert found.confidence > 0.99
    weaker = standing(messages[:1], at(days=1))
    assert at(days=30) < weaker.changes_at < at(days=200)
    assert standing(messages, found.changes_at - timedelta(seconds=1)).label == "haggler"
    after = standing(messages, found.changes_at)
    assert (after.label, after.changes_at) == ("unknown", None)
    assert standing(messages, at(days=366)).label == "unknown"


# "Not this" -----------------------------------------------------------------------------------------


def refusal(label="haggler", when=None, days=90):
    when = when or at(hours=2)
    return Refusal(label=label, at=when, until=when + timedelta(days=days))


def test_a_refused_label_goes_at_once_and_stays_out():
    messages = [shown(explicit=True), shown(when=at(days=3), thread=2)]

    assert standing(messages, at(hours=3), refusals=[refusal()]).label == "unknown"
    assert standing(messages, at(days=4), refusals=[refusal()]).label == "unknown"
    assert standing(messages, at(days=4), refusals=[refusal("warm")]).label == "haggler"
    assert standing(messages, at(hours=1), refusals=[refusal()]).label == "haggler"


def test_explicit_words_after_the_refusal_count():
    messages = [shown(explicit=True), shown(explicit=True, when=at(days=3), thread=2)]

    found = standing(messages, at(days=3), refusals=[refusal()])

    assert (found.label, found.since) == ("haggler", at(days=3))


def test_a_refusal_ends_after_its_time():
    messages = [shown(explicit=True, when=at(minutes=n), thread=n) for n in range(5)]

    found = standing(messages, at(days=10), refusals=[refusal(days=20)])

    assert found.label == "unknown"
    assert found.changes_at == datetime(2026, 3, 22, tzinfo=UTC)
    assert standing(messages, found.changes_at, refusals=[refusal(days=20)]).label == "haggler"


# For all --------------------------------------------------------------------------------------------

moments = st.integers(0, 60 * 24 * 40).map(lambda minutes: at(minutes=minutes))
ratios = st.sampled_from([-3.0, -1.5, -0.4, 0.0, 0.9, 1.4, 1.7])
messages_drawn = st.lists(
    st.builds(
        Shown,
        interaction_id=st.just(0),
        thread=st.integers(1, 3),
        channel=st.sampled_from(["sms", "phone"]),
        at=moments,
        log_ratios=st.tuples(*[ratios] * 6),
        is_explicit=st.booleans(),
        cues=st.frozensets(st.sampled_from(LABELS[:5]), max_size=3),
    ),
    max_size=12,
)
refusals_drawn = st.lists(
    st.builds(refusal, st.sampled_from(LABELS[:5]), moments),
    max_size=2,
)


@given(messages_drawn, refusals_drawn, moments, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_in_which_messages_reach_us_makes_no_difference(sent, refused, now, chance):
    numbered = [replace(m, interaction_id=n) for n, m in enumerate(sent)]
    arrived = list(sent)
    chance.shuffle(arrived)
    arrived = [replace(m, interaction_id=n) for n, m in enumerate(arrived)]

    assert standing(arrived, now, refusals=refused) == standing(numbered, now, refusals=refused)


@given(messages_drawn, refusals_drawn, moments, st.integers(1, 60 * 24 * 400))
@settings(deadline=None)
def test_a_label_lasts_until_the_instant_that_was_foretold(sent, refused, now, minutes):
    found = standing(sent, now, refusals=refused)
    known = [m for m in sent if m.at <= now]
    refused = [r for r in refused if r.at <= now]
    later = now + timedelta(minutes=minutes)

    then = standing(known, later, refusals=refused)

    if found.changes_at is None or later < found.changes_at:
        assert then.label == found.label
        assert then.since == found.since
    else:
        assert standing(known, found.changes_at, refusals=refused).label != found.label


@given(messages_drawn, moments, st.integers(0, 11), st.integers(0, 4), st.floats(0.1, 2.0))
@settings(deadline=None)
def test_more_signs_of_a_label_never_make_it_less_likely(sent, now, which, place, more):
    if not sent:
        return
    chosen = sent[which % len(sent)]
    raised = tuple(r + more * (n == place) for n, r in enumerate(chosen.log_ratios))
    others = [m for m in sent if m is not chosen]

    before = distribution([*others, chosen], now)
    after = distribution([*others, replace(chosen, log_ratios=raised)], now)

    assert after[place] >= before[place] - 1e-12


@given(messages_drawn, moments)
@settings(deadline=None)
def test_no_two_changes_within_a_day_whatever_is_said(sent, now):
    instants = sorted({m.at for m in sent} | {now})
    found = [standing(sent, instant) for instant in instants]
    begun = sorted({one.since for one in found if one.since is not None})

    assert all(b - a >= timedelta(days=1) for a, b in pairwise(begun))
    for one, instant in zip(found, instants, strict=True):
        if one.label != "unknown":
            before = [m for m in sent if m.at <= instant]
            assert any(m.points_to(one.label) for m in before)


# Each bar by itself ---------------------------------------------------------------------------------


def sure_of(place, ratio, **more):
    ratios = tuple(ratio if n == place else -3.0 for n in range(6))
    return replace(shown(LABELS[place], explicit=True, **more), log_ratios=ratios)


def test_an_explicit_label_below_the_bar_does_not_stand():
    message = replace(
        shown(explicit=True), log_ratios=(-3.0, -3.0, -3.0, -3.0, 1.2, -1.3), channel="email"
    )

    assert 0.45 < likely("haggler", [message], START) < 0.60
    assert standing([message], START).label == "unknown"


def test_a_likely_rival_that_is_not_very_likely_waits_until_the_label_was_unlikely_for_a_day():
    messages = [sure_of(4, 1.7), sure_of(1, 3.0, when=at(hours=30), thread=2)]

    assert 0.60 < likely("serious", messages, at(hours=30)) < 0.80
    assert standing(messages, at(hours=31)).label == "haggler"
    assert standing(messages, at(days=4)).label == "serious"


def test_after_a_refusal_another_label_waits_until_a_day_after_the_last_change():
    messages = [sure_of(4, 0.5), sure_of(1, 3.0, when=at(hours=3), thread=2)]
    refused = [refusal("haggler", at(hours=2))]

    assert likely("serious", messages, at(hours=3)) > 0.80
    assert standing(messages, at(hours=4), refusals=refused).label == "unknown"
    assert standing(messages, at(days=2), refusals=refused).label == "serious"
