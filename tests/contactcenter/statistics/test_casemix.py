"""The fair view: chance taken out, and a word only where it would hold again."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.casemix import WORDS, Verdict, by_need, period, verdict
from contactcenter.statistics.standardised import Difference, Handled, solved_shares

# Five agents: tickets of warm customers and how many were solved, then of fault-finding ones.
FIVE = {
    "A": ((90, 81), (10, 5)),
    "B": ((20, 19), (80, 48)),
    "C": ((50, 44), (50, 27)),
    "D": ((5, 3), (5, 2)),
    "E": ((60, 36), (40, 14)),
}


def five() -> list[Handled]:
    return [
        Handled(agent=agent, stratum=(stratum,), n=n, solved=solved)
        for agent, mix in FIVE.items()
        for stratum, (n, solved) in zip(("warm", "fault-finding"), mix, strict=True)
    ]


@pytest.mark.parametrize(
    ("agent", "raw", "expected", "d", "estimate", "half", "said"),
    [
        ("A", 0.86, 0.784, 0.076, 0.068, 0.075, "as expected"),
        ("B", 0.67, 0.578, 0.092, 0.079, 0.088, "as expected"),
        ("C", 0.71, 0.666, 0.044, 0.037, 0.083, "as expected"),
        ("D", 0.50, 0.666, -0.166, -0.082, 0.185, "too few tickets"),
        ("E", 0.50, 0.696, -0.196, -0.176, 0.081, "below expectation"),
    ],
)
def test_the_worked_example(  # noqa: PLR0917  one row of a table
    agent, raw, expected, d, estimate, half, said
) -> None:
    found = period(solved_shares(five())).agents[agent]

    assert found.difference.observed == raw
    assert round(found.difference.expected, 3) == expected
    assert round(found.difference.d, 3) == d
    assert round(found.estimate, 3) == estimate
    assert round(found.half, 3) == half
    assert WORDS["en"][verdict(found, found)] == said


def test_the_fair_order_is_not_the_raw_one() -> None:
    agents = period(solved_shares(five())).agents.values()

    fair = sorted(agents, key=lambda one: -one.estimate)
    assert [one.difference.agent for one in fair] == ["B", "A", "C", "D", "E"]
    # Who could use support comes first; of D nothing is known.
    assert [one.difference.agent for one in by_need(list(agents))] == ["E", "C", "A", "B", "D"]


def test_only_what_is_beyond_998_of_1000_alarms() -> None:
    """φ of the five is 3.9: E's 4.5 standard errors are 2.3 of those that are seen here."""
    found = period(solved_shares(five()))

    assert found.phi == pytest.approx(3.904, abs=0.001)
    assert not any(one.alarm for one in found.agents.values())
    quiet = [
        Difference(agent=str(n), n=50, observed=0.5, expected=0.5, variance=0.01) for n in range(20)
    ]
    loud = replace(quiet[0], agent="loud", observed=0.85)
    assert [name for name, one in period([*quiet, loud]).agents.items() if one.alarm] == ["loud"]


def test_the_variance_between_is_that_of_a_published_meta_analysis() -> None:
    """Borenstein, Hedges, Higgins and Rothstein, Introduction to Meta-Analysis (2009), table 14.1:
    six studies, T² = 0.037, mean 0.358.
    """
    studies = {
        "Carroll": (0.0945, 0.0329),
        "Grant": (0.2774, 0.0307),
        "Peck": (0.3665, 0.0499),
        "Donat": (0.6644, 0.0105),
        "Stewart": (0.4618, 0.0427),
        "Young": (0.1852, 0.0234),
    }

    found = period(
        [
            Difference(agent=name, n=40, observed=effect, expected=0, variance=variance)
            for name, (effect, variance) in studies.items()
        ]
    )

    assert round(found.between, 3) == 0.037
    assert round(found.mean, 3) == 0.358


def test_a_word_is_said_after_two_periods_in_the_same_direction() -> None:
    below = period(solved_shares(five())).agents["E"]
    as_expected = replace(below, apart=False)
    above = replace(below, estimate=-below.estimate)
    few = replace(below, difference=replace(below.difference, n=29))

    assert verdict(below, below) is Verdict.BELOW
    assert verdict(above, above) is Verdict.ABOVE
    assert verdict(below, None) is Verdict.AS_EXPECTED
    assert verdict(below, as_expected) is Verdict.AS_EXPECTED
    assert verdict(as_expected, below) is Verdict.AS_EXPECTED
    assert verdict(below, above) is Verdict.AS_EXPECTED
    assert verdict(below, few) is Verdict.AS_EXPECTED
    assert verdict(few, below) is Verdict.TOO_FEW


def test_of_times_fewer_are_better() -> None:
    quicker = period(solved_shares(five())).agents["E"]
    slower = replace(quicker, estimate=-quicker.estimate)

    assert verdict(quicker, quicker, higher_is_better=False) is Verdict.ABOVE
    assert verdict(slower, slower, higher_is_better=False) is Verdict.BELOW
    assert by_need([quicker, slower], higher_is_better=False) == [slower, quicker]


def test_where_agents_do_not_differ_nobody_is_apart() -> None:
    """All differences are smaller than chance makes them: the interval has no width at all."""
    alike = [
        Difference(agent=str(n), n=100, observed=0.5 + d, expected=0.5, variance=0.0025)
        for n, d in enumerate([0.01, 0.02, 0.015, 0.02, 0.01])
    ]

    found = period(alike)

    assert found.between == 0
    assert {(one.kept, one.half, one.apart) for one in found.agents.values()} == {(0, 0, False)}
    assert found.agents["0"].estimate == pytest.approx(0.015)


def test_one_alone_and_nobody_are_as_expected() -> None:
    alone = solved_shares([Handled(agent="a", stratum=(), n=40, solved=20)])

    found = period(alone).agents["a"]
    assert (found.estimate, found.half, found.apart, found.alarm) == (0, 0, False, False)
    assert verdict(found, found) is Verdict.AS_EXPECTED
    nobody = period([])
    assert (nobody.mean, nobody.between, nobody.phi, nobody.agents) == (0, 0, 1, {})


def test_where_all_solve_everything_nobody_is_apart() -> None:
    handled = [Handled(agent=name, stratum=(), n=40, solved=40) for name in "ab"]

    for one in period(solved_shares(handled)).agents.values():
        assert (one.estimate, one.half, one.apart, one.alarm) == (0, 0, False, False)


def test_the_likely_range_is_in_tickets_of_a_hundred() -> None:
    likely = period(solved_shares(five())).agents["B"].likely

    assert (round(likely.lower, 2), round(likely.upper, 2)) == (0.57, 0.74)


DIFFERENCES = st.lists(
    st.tuples(st.floats(-1, 1), st.floats(1e-6, 1), st.integers(1, 500)), min_size=1, max_size=12
).map(
    lambda drawn: [
        Difference(agent=str(k), n=n, observed=d, expected=0, variance=v)
        for k, (d, v, n) in enumerate(drawn)
    ]
)


@given(DIFFERENCES)
def test_estimates_lie_between_the_difference_and_the_mean(differences) -> None:
    found = period(differences)

    assert found.between >= 0
    assert found.phi >= 1
    for one in found.agents.values():
        low, high = sorted((one.difference.d, found.mean))
        assert low - 1e-9 <= one.estimate <= high + 1e-9
        assert 0 <= one.kept <= 1
        assert one.half <= 1.96 * one.difference.variance**0.5


@given(DIFFERENCES, st.integers(0, 99))
def test_order_does_not_matter(differences, seed) -> None:
    shuffled = list(differences)
    Random(seed).shuffle(shuffled)

    assert period(shuffled) == period(differences)


def test_every_verdict_has_words_in_every_language() -> None:
    for words in WORDS.values():
        assert words.keys() == set(Verdict)


def test_what_cannot_be_is_named() -> None:
    one = Difference(agent="a", n=1, observed=0, expected=0, variance=1)
    for wrong, named in (
        ([one, one], "differences must have each agent once"),
        ([replace(one, n=0)], "n of a must be"),
        ([replace(one, variance=-1)], "variance of a must not"),
    ):
        with pytest.raises(ValueError, match=f"^{named}"):
            period(wrong)
