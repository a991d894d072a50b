"""Conditions on what is known of a contact: what they mean, and where time changes the answer."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.segmentation import (
    Attribute,
    InvalidCondition,
    Known,
    answer,
    groups_asked,
    read,
    read_leniently,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SCHEMA = {
    attribute.name: attribute
    for attribute in (
        Attribute(name="gender", type="choice", choices=frozenset({"female", "male"})),
        Attribute(name="occupation", type="text"),
        Attribute(name="needs", type="list"),
        Attribute(name="orders", type="number"),
        Attribute(name="vip", type="flag"),
        Attribute(name="born", type="date"),
        Attribute(name="age", type="age", fact="born"),
        Attribute(name="birthday", type="birthday", fact="born"),
        Attribute(name="known_since", type="instant"),
        Attribute(name="contract", type="words"),
        Attribute(name="segment.group", type="words", choices=frozenset({"gold", "new"})),
    )
}


def asked(written, now=NOW, **known):
    facts = {name.replace("__", "."): Known(value=value) for name, value in known.items()}
    return answer(read(written, SCHEMA), facts, now)


def holds(written, now=NOW, **known):
    return asked(written, now, **known).holds


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        ({}, {}, True),
        ({"gender": "female"}, {"gender": "female"}, True),
        ({"gender": ["male", "female"]}, {"gender": "female"}, True),
        ({"gender": "male"}, {"gender": "female"}, False),
        ({"gender": "male"}, {}, None),
        ({"gender": {"not": "male"}}, {"gender": "female"}, True),
        ({"gender": {"not": "male"}}, {}, None),
        ({"not": {"gender": "male"}}, {}, None),
        ({"gender": {"known": False}}, {}, True),
        ({"gender": {"known": True}}, {}, False),
        ({"orders": 3}, {"orders": 3.0}, True),
        ({"orders": {"at_least": 3}}, {"orders": 3}, True),
        ({"orders": {"more_than": 3}}, {"orders": 3}, False),
        ({"orders": {"at_least": 1, "less_than": 3}}, {"orders": 3}, False),
        ({"orders": {"at_most": 0}}, {}, None),
        ({"vip": True}, {"vip": False}, False),
        ({"occupation": "معلم"}, {"occupation": "  معلم "}, True),
        ({"occupation": "TEACHER"}, {"occupation": "Teacher"}, True),
        ({"occupation": {"contains": "بانك ملی"}}, {"occupation": "کارمند بانک ملي"}, True),
        ({"occupation": {"contains": "bank"}}, {"occupation": "banker"}, False),
        ({"needs": "coffee"}, {"needs": ["tea", "Coffee"]}, True),
        ({"needs": {"contains": ["grinder", "coffee"]}}, {"needs": ["a coffee machine"]}, True),
        ({"needs": {"not": {"contains": "coffee"}}}, {}, None),
        ({"contract": "gold"}, {"contract": frozenset()}, False),
        ({"contract": {"not": "gold"}}, {"contract": frozenset()}, True),
        ({"contract": {"not": "gold"}}, {}, True),
        ({"contract": {"known": False}}, {"contract": frozenset()}, True),
        ({"gender": "female", "orders": 1}, {"gender": "female", "orders": 1}, True),
        ({"gender": "female", "orders": 1}, {"gender": "male"}, False),
        ({"any": [{"gender": "male"}, {"orders": 1}]}, {"orders": 1}, True),
        ({"any": [{"gender": "male"}, {"orders": 1}]}, {"orders": 2}, None),
        ({"all": [{"gender": "male"}, {"not": {"orders": 1}}]}, {"orders": 2}, None),
        ({"all": [{"gender": "male"}, {"orders": 1}]}, {"orders": 2}, False),
        ({"not": {"any": [{"gender": "male"}, {"orders": 1}]}}, {"orders": 1}, False),
        (
            {"born": {"from": "1990-01-01", "before": "1991-01-01"}},
            {"born": date(1990, 12, 31)},
            True,
        ),
        ({"born": {"before": "1991-01-01"}}, {"born": date(1991, 1, 1)}, False),
        ({"known_since": {"from": "2026-03-01"}}, {"known_since": NOW}, True),
        ({"known_since": {"before": "2026-03-01"}}, {"known_since": NOW}, False),
        ({"known_since": {"within_days": 1}}, {"known_since": NOW - DAY}, False),
        ({"known_since": {"over_days_ago": 1}}, {"known_since": NOW - DAY}, True),
        ({"born": {"within_days": 1}}, {"born": date(2026, 2, 28)}, True),
        ({"born": {"over_days_ago": 1}}, {"born": date(2026, 2, 28)}, False),
        ({"born": {"in_next_days": 0}}, {"born": date(2026, 3, 1)}, True),
        ({"born": {"within_days": 1}}, {"born": date(2026, 3, 2)}, False),
        ({"age": {"at_least": 18}}, {"born": date(2008, 3, 1)}, True),
        ({"age": {"at_least": 18}}, {"born": date(2008, 3, 2)}, False),
        ({"age": 18}, {"born": date(2008, 2, 29)}, True),
        ({"age": {"at_least": 18}}, {}, None),
        ({"birthday": {"in_next_days": 0}}, {"born": date(2008, 2, 29)}, True),
        ({"birthday": {"in_next_days": 2}}, {"born": date(1980, 3, 3)}, True),
        ({"birthday": {"in_next_days": 2}}, {"born": date(1980, 3, 4)}, False),
        ({"birthday": {"in_next_days": 364}}, {"born": date(1980, 2, 28)}, True),
    ],
)
def test_a_condition_holds_of_what_is_known_and_of_nothing_else(written, known, expected) -> None:
    assert holds(written, **known) is expected


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ([], "condition"),
        ({"temper": "warm"}, "condition.temper"),
        ({"all": []}, "condition.all"),
        ({"all": [{}], "gender": "male"}, "condition"),
        ({"all": [{"gender": "male"}, {"age": "old"}]}, "condition.all[1].age"),
        ({"any": [{"not": {"age": True}}]}, "condition.any[0].not.age"),
        ({"gender": "blue"}, "condition.gender"),
        ({"gender": []}, "condition.gender"),
        ({"gender": {"contains": "m"}}, "condition.gender"),
        ({"gender": {"known": 1}}, "condition.gender"),
        ({"gender": {"known": True, "not": "male"}}, "condition.gender"),
        ({"orders": {"at_least": 3, "less_than": 3}}, "condition.orders"),
        ({"orders": {}}, "condition.orders"),
        ({"orders": {"above": 3}}, "condition.orders"),
        ({"orders": 1e300}, "condition.orders"),
        ({"orders": True}, "condition.orders"),
        ({"vip": "yes"}, "condition.vip"),
        ({"occupation": "  "}, "condition.occupation"),
        ({"occupation": "x" * 201}, "condition.occupation"),
        ({"needs": [f"w{n}" for n in range(201)]}, "condition.needs"),
        ({"born": "1990-01-01"}, "condition.born"),
        ({"born": {"from": "1990-13-01"}}, "condition.born"),
        ({"born": {"from": None}}, "condition.born"),
        ({"born": {"from": "1990-01-02", "before": "1990-01-02"}}, "condition.born"),
        ({"born": {"within_days": 3, "before": "1990-01-02"}}, "condition.born"),
        ({"born": {"within_days": -1}}, "condition.born"),
        ({"birthday": {"in_next_days": 366}}, "condition.birthday"),
        ({"segment.group": "silver"}, "condition.segment.group"),
    ],
)
def test_what_could_never_be_asked_is_refused_with_its_place(written, place) -> None:
    with pytest.raises(InvalidCondition) as refused:
        read(written, SCHEMA)
    assert refused.value.place == place
    assert str(refused.value)


def test_what_was_stored_is_asked_also_when_its_words_and_attributes_are_gone() -> None:
    stored = read_leniently({"any": [{"gender": "blue"}, {"shoe": {"at_least": 43}}]}, SCHEMA)
    assert answer(stored, {"gender": Known(value="blue")}, NOW).holds
    assert answer(stored, {"gender": Known(value="male")}, NOW).holds is None


def test_a_condition_has_an_end() -> None:
    deep = {"gender": "male"}
    for _ in range(9):
        deep = {"not": deep}
    with pytest.raises(InvalidCondition, match="deep"):
        read(deep, SCHEMA)
    with pytest.raises(InvalidCondition, match="100"):
        read({"any": [{"gender": "male"}] * 101}, SCHEMA)
    with pytest.raises(InvalidCondition, match="100"):
        read({"any": [{}] * 500}, SCHEMA)  # nothing is asked, again and again
    wanted: Any = "male"
    for _ in range(900):
        wanted = {"not": wanted}
    with pytest.raises(InvalidCondition, match="deep"):
        read({"gender": wanted}, SCHEMA)


def test_the_reasons_are_the_parts_that_decided_without_what_somebody_wrote() -> None:
    written = {
        "all": [
            {"any": [{"gender": "male"}, {"age": {"at_least": 30}}]},
            {"not": {"orders": {"at_least": 5}}},
            {"occupation": {"contains": "bank"}},
        ]
    }
    found = asked(
        written, gender="female", born=date(1990, 1, 1), orders=2, occupation="bank clerk"
    )
    assert [(r.place, r.found) for r in found.because] == [
        ("condition.all[0].any[1].age", "1990-01-01"),
        ("condition.all[1].not.orders", 2),
        ("condition.all[2].occupation", None),
    ]
    assert asked(written, gender="female").because == ()


def test_groups_are_found_wherever_they_are_asked_for() -> None:
    written = {
        "any": [{"segment.group": ["gold", "new"]}, {"not": {"segment.group": {"not": "x"}}}]
    }
    assert list(groups_asked(written)) == [
        ("gold", "condition.any[0].segment.group"),
        ("new", "condition.any[0].segment.group"),
        ("x", "condition.any[1].not.segment.group"),
    ]


DAYS = st.dates(date(1996, 1, 1), date(2032, 12, 31)) | st.sampled_from(
    [date(2008, 2, 29), date(2026, 3, 1), date(2027, 2, 28), date(9999, 12, 31), date(1, 1, 1)]
)

TIMED = st.one_of(
    st.builds(
        lambda name, way, days: (name, {name: {way: days}}),
        st.sampled_from(["born", "known_since"]),
        st.sampled_from(["within_days", "over_days_ago", "in_next_days"]),
        st.integers(0, 400),
    ),
    st.builds(lambda n: ("born", {"age": {"at_least": n}}), st.integers(0, 40)),
    st.builds(lambda n: ("born", {"birthday": {"in_next_days": n}}), st.integers(0, 365)),
)


@given(TIMED, DAYS, st.integers(0, 86_399))
def test_between_an_answer_and_the_next_change_it_stays(timed, day, second) -> None:
    name, written = timed
    if "age" in written or "birthday" in written:
        day = min(day, date(2200, 1, 1))
    value = day if name == "born" else datetime.combine(day, NOW.timetz())
    now = NOW + timedelta(seconds=second)
    found = asked(written, now, **{name: value})
    last = found.changes_at or now + 3000 * DAY
    assert last > now
    moments = [now + (last - now) * share for share in (0.25, 0.5, 0.75)]
    moments.append(last - timedelta(microseconds=1))
    for at in moments:
        assert holds(written, at, **{name: value}) is found.holds, at


@pytest.mark.parametrize("operands", list(itertools.product([True, False, None], repeat=2)))
def test_what_is_unknown_is_neither_yes_nor_no(operands) -> None:
    known = {
        name: value
        for name, value in zip(("vip", "orders"), operands, strict=True)
        if value is not None
    }
    one, other = {"vip": True}, {"orders": 1}
    both = holds({"all": [one, other]}, **known)
    either = holds({"any": [one, other]}, **known)
    assert both is (False if False in operands else None if None in operands else True)
    assert either is (True if True in operands else None if None in operands else False)
    # De Morgan's laws hold of what is unknown, too.
    assert holds({"not": {"any": [{"not": one}, {"not": other}]}}, **known) is both
    assert holds({"not": {"all": [{"not": one}, {"not": other}]}}, **known) is either
