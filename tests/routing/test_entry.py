from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import entry
from routing.entry import InvalidCondition, Problem, Rule, check, first_match, holds
from routing.text import fold

LANGUAGES = ("en", "fa", "fa-Latn")
WORDS = ("refund", "lawyer", "وکیل", "data loss", "screen")
KINDS = ("customer_category", "contract", "value_class", "region")
VALUES = ("home", "government", "prosupport", "basic", "A", "north")

PROBLEM = Problem(
    channel="sms",
    entry_point_id=3,
    language="fa",
    temperament="haggler",
    text="I want my REFUND, or my lawyer writes.",
    category=frozenset({12, 4}),
    tier=2,
    queue_id=7,
    segments={
        "customer_category": frozenset({"government"}),
        "contract": frozenset({"basic", "prosupport"}),
        "region": frozenset({"north"}),
    },
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    return Problem(
        channel=draw(st.sampled_from(["sms", "email", "phone"])),
        entry_point_id=draw(st.none() | st.integers(1, 3)),
        language=draw(st.none() | st.sampled_from(LANGUAGES)),
        temperament=draw(st.sampled_from(["unknown", "warm", "haggler"])),
        text=" ".join(draw(st.lists(st.sampled_from([*WORDS, "Refunds", "hello"]), max_size=4))),
        category=frozenset(draw(st.sets(st.integers(1, 4), max_size=3))),
        tier=draw(st.none() | st.integers(1, 3)),
        queue_id=draw(st.none() | st.integers(1, 4)),
        segments=draw(
            st.dictionaries(
                st.sampled_from(KINDS), st.frozensets(st.sampled_from(VALUES), min_size=1)
            )
        ),
    )


def _one_or_many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain = values | st.lists(values, min_size=1, max_size=3)
    return plain | plain.map(lambda wanted: {"not": wanted})


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "channel": _one_or_many(st.sampled_from(["sms", "email", "phone"])),
        "entry_point_id": _one_or_many(st.integers(1, 3)),
        "language": _one_or_many(st.sampled_from(LANGUAGES)),
        "temperament": _one_or_many(st.sampled_from(["unknown", "warm", "haggler"])),
        "keyword": _one_or_many(st.sampled_from(WORDS)),
        "category": _one_or_many(st.integers(1, 4)),
        "tier": _one_or_many(st.integers(1, 3)),
        "queue_id": _one_or_many(st.integers(1, 4)),
        "customer_category": _one_or_many(st.sampled_from(VALUES)),
        "contract": _one_or_many(st.sampled_from(VALUES)),
        "value_class": _one_or_many(st.sampled_from(VALUES)),
        "segment.region": _one_or_many(st.sampled_from(VALUES)),
    },
)


def _plainly(condition: dict[str, Any], problem: Problem) -> bool:
    """The same by a slow way of its own: every attribute becomes a set of what is so."""
    padded = f" {fold(problem.text)} ".replace(",", " ").replace(".", " ")
    so: dict[str, set[Any]] = {
        "channel": {problem.channel},
        "entry_point_id": {problem.entry_point_id},
        "language": {problem.language},
        "temperament": {problem.temperament},
        "keyword": {word for word in WORDS if f" {fold(word)} " in padded},
        "category": set(problem.category),
        "tier": {problem.tier},
        "queue_id": {problem.queue_id},
        "segment.region": set(problem.segments.get("region", ())),
    }
    for kind in ("customer_category", "contract", "value_class"):
        so[kind] = set(problem.segments.get(kind, ()))
    for name, wanted in condition.items():
        negated = isinstance(wanted, dict)
        values = wanted["not"] if negated else wanted
        values = set(values) if isinstance(values, list) else {values}
        if bool(values & so[name]) == negated:
            return False
    return True


@given(CONDITIONS, problems())
def test_a_condition_holds_exactly_where_every_attribute_is_met(
    condition: dict[str, Any], problem: Problem
) -> None:
    check(condition)
    assert holds(condition, problem) == _plainly(condition, problem)


@given(CONDITIONS.filter(bool), problems())
def test_not_holds_exactly_where_the_plain_condition_does_not(
    condition: dict[str, Any], problem: Problem
) -> None:
    for name, wanted in condition.items():
        turned = wanted["not"] if isinstance(wanted, dict) else {"not": wanted}
        assert holds({name: turned}, problem) != holds({name: wanted}, problem)


@given(CONDITIONS, CONDITIONS, problems())
def test_one_condition_more_never_lets_more_problems_in(
    one: dict[str, Any], more: dict[str, Any], problem: Problem
) -> None:
    if holds({**one, **{k: v for k, v in more.items() if k not in one}}, problem):
        assert holds(one, problem)


@given(st.lists(CONDITIONS, max_size=5), problems())
def test_the_first_rule_that_holds_decides(
    conditions: list[dict[str, Any]], problem: Problem
) -> None:
    rules = [Rule(rule_id=n, condition=c, queue_id=n) for n, c in enumerate(conditions)]

    found = first_match(rules, problem)

    held = [rule for rule in rules if _plainly(dict(rule.condition), problem)]
    assert found == (held[0] if held else None)


def test_an_empty_condition_holds_of_everything() -> None:
    check({})
    assert holds({}, PROBLEM)


@pytest.mark.parametrize(
    "condition",
    [
        {"customer_category": ["government", "education"], "contract": "prosupport"},
        {"contract": "basic"},
        {"category": 4},
        {"segment.region": "north", "tier": 2, "queue_id": [6, 7]},
        {"segment.contract": "basic"},
        {"value_class": {"not": "A"}},
        {"keyword": "refund", "customer_category": {"not": ["home", "education"]}},
    ],
)
def test_segments_and_places_are_asked_for(condition: dict[str, Any]) -> None:
    check(condition)
    assert holds(condition, PROBLEM)


@pytest.mark.parametrize(
    "condition",
    [
        {"customer_category": "home"},
        {"contract": {"not": "basic"}},
        {"value_class": ["A", "B", "C", "costly"]},
        {"category": 5},
        {"segment.colour": "red"},
        {"tier": [1, 3]},
    ],
)
def test_what_is_not_so_or_not_known_does_not_hold(condition: dict[str, Any]) -> None:
    assert not holds(condition, PROBLEM)


def test_a_new_problem_is_nowhere_yet() -> None:
    new = replace(PROBLEM, tier=None, queue_id=None, category=frozenset())

    assert not holds({"tier": 1}, new)
    assert holds({"tier": {"not": 3}}, new)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"colour": "red"}, "colour: no such attribute; there are channel, "),
        ({"segment.": "x"}, "segment.: no such attribute"),
        ({"segment.Region": "x"}, "segment.Region: no such attribute"),
        ({"tier": "2"}, "tier: '2' is not a number"),
        ({"tier": True}, "tier: True is not a number"),
        ({"category": "data_loss"}, "category: 'data_loss' is not an id"),
        ({"queue_id": [1, None]}, "queue_id: None is not an id"),
        ({"contract": []}, "contract: an empty list asks for nothing"),
        ({"contract": ["a", " "]}, "contract: ' ' is not a word"),
        ({"contract": [["a"]]}, "contract: ['a'] is not a word"),
        ({"keyword": {"is": "a"}}, 'keyword: an object has one member, "not"'),
        ({"keyword": {"not": {"not": "a"}}}, 'keyword: an object has one member, "not"'),
        ({"keyword": {"not": []}}, "keyword: an empty list asks for nothing"),
        ({"tier": {"not": "x"}}, "tier: 'x' is not a number"),
    ],
)
def test_what_could_never_be_asked_is_refused_by_name(condition: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidCondition) as error:
        check(condition)

    assert str(error.value).startswith(said)


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from([*entry.ATTRIBUTES]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.just("not"), inner, max_size=1)
            ),
            max_leaves=6,
        ),
        max_size=3,
    ),
    problems(),
)
def test_whatever_is_not_refused_can_be_asked(condition: dict[str, Any], problem: Problem) -> None:
    try:
        check(condition)
    except InvalidCondition:
        return
    assert holds(condition, problem) in (True, False)
