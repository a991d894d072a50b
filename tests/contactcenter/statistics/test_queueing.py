"""Erlang C and Erlang A beside what was published of them."""

from math import exp, isclose, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contactcenter.statistics.queueing import Demand, erlang_b, service

# 250 calls in half an hour, 180 s of talk and 30 s after it.
FAST_FORWARD = Demand(offered=250, period_s=1800, handle_s=210)
# 48 calls a minute, a minute each, patience of two minutes.
PALM = {"offered": 48, "period_s": 60, "handle_s": 60}


@pytest.mark.parametrize(
    ("agents", "waits", "answer_s", "level", "occupancy"),
    [
        (30, 83, 209, 24, 97),
        (31, 65, 75, 45, 94),
        (32, 51, 38, 61, 91),
        (33, 39, 21, 73, 88),
        (34, 29, 13, 82, 86),
        (35, 22, 8, 88, 83),
        (36, 16, 5, 92, 81),
    ],
)
def test_the_table_of_erlang_c(agents, waits, answer_s, level, occupancy) -> None:
    """Cleveland and Mayben, Call Center Management on Fast Forward (1997): 80 % in 20 s."""
    met = service(FAST_FORWARD, agents, threshold_s=20)

    assert round(met.waits * 100) == waits
    assert round(met.answer_s) == answer_s
    # The book has 88 for 35 agents, 87.5 %, and 82 for 34, 81.5 %: it rounds up.
    assert met.service_level * 100 == pytest.approx(level, abs=0.6)
    assert round(met.occupancy * 100) == occupancy


def test_a_published_comparison_of_both() -> None:
    """Garnett, Mandelbaum and Reiman, Designing a call center with impatient customers, M&SOM 4
    (2002): 50 agents; 3.1 % abandon, and who waits does so for 3.7 s instead of 20.8 s on average.
    """
    patient = service(Demand(**PALM), 50, threshold_s=20)
    impatient = service(Demand(**PALM, patience_s=120), 50, threshold_s=20)

    assert round(patient.answer_s, 1) == 20.8
    assert round(patient.queue) == 17
    assert round(patient.occupancy, 2) == 0.96
    assert round(impatient.abandons, 3) == 0.031
    assert round(impatient.queue / 48 * 60, 1) == 3.7
    assert round(impatient.queue) == 3
    assert round(impatient.occupancy, 2) == 0.93


def test_a_published_example_of_erlang_a() -> None:
    """https://pyworkforce.rodrigo-arenas.com/development/guide/erlanga: 13 agents, 0.858 in 20 s."""
    demand = Demand(offered=100, period_s=1800, handle_s=180, patience_s=300)

    met = service(demand, 13, threshold_s=20)

    assert round(met.in_time, 3) == 0.858
    assert round(met.occupancy, 3) == 0.750
    assert round(met.abandons, 3) == 0.025
    assert round(met.waits, 3) == 0.226
    assert round(met.queue / 100 * 30, 3) == 0.125


@given(
    st.integers(1, 12),
    st.floats(0.2, 1.6),
    st.floats(0.1, 5),
    st.floats(0.01, 1.5),
)
def test_erlang_a_is_what_its_birth_and_death_chain_says(agents, busy, patience, threshold) -> None:
    """The same in another way: states one by one, and waits followed in small steps."""
    arrival, leaving = agents * busy, 1 / patience
    weights = [1.0]
    for k in range(1, 300):
        weights.append(weights[-1] * arrival / (min(k, agents) + max(0, k - agents) * leaving))
    chances = [one / sum(weights) for one in weights]
    demand = Demand(offered=arrival * 100, period_s=10_000, handle_s=100, patience_s=patience * 100)

    met = service(demand, agents, threshold_s=threshold * 100)

    queue = sum((k - agents) * p for k, p in enumerate(chances) if k > agents)
    assert met.queue == pytest.approx(queue, rel=1e-6, abs=1e-9)
    assert met.waits == pytest.approx(sum(chances[agents:]), rel=1e-9)
    assert met.abandons == pytest.approx(leaving * queue / arrival, rel=1e-6, abs=1e-12)

    # The density of the virtual wait, by Simpson's rule.
    def density(v: float) -> float:
        grown = arrival * patience * (1 - exp(-leaving * v)) - agents * v
        return arrival * chances[agents - 1] * exp(grown)

    step = threshold / 200
    answered = sum(
        (1 if i in {0, 200} else 4 if i % 2 else 2) * density(i * step) * exp(-leaving * i * step)
        for i in range(201)
    )
    assert met.in_time == pytest.approx(sum(chances[:agents]) + answered * step / 3, rel=1e-5)


@given(st.integers(1, 60), st.floats(0.1, 0.95), st.floats(0, 300))
def test_callers_who_hardly_leave_meet_what_erlang_c_says(agents, busy, threshold_s) -> None:
    patient = Demand(offered=agents * busy * 10, period_s=2000, handle_s=200)
    hardly = Demand(offered=patient.offered, period_s=2000, handle_s=200, patience_s=604_800)

    c = service(patient, agents, threshold_s=threshold_s)
    a = service(hardly, agents, threshold_s=threshold_s)

    assert a.service_level == pytest.approx(c.service_level, abs=0.01)
    assert a.waits == pytest.approx(c.waits, abs=0.01)
    assert a.occupancy == pytest.approx(c.occupancy, abs=0.01)


@given(
    st.integers(1, 200),
    st.floats(0, 400),
    st.floats(1, 3600),
    st.floats(0, 600),
)
def test_figures_are_shares_and_each_agent_more_makes_them_better(
    agents, load, patience_s, threshold_s
) -> None:
    demand = Demand(offered=load * 10, period_s=1800, handle_s=180, patience_s=patience_s)
    met, more = (service(demand, n, threshold_s=threshold_s) for n in (agents, agents + 1))

    for share in (met.waits, met.in_time, met.service_level, met.abandons, met.occupancy):
        assert 0 <= share <= 1
    assert met.in_time <= met.service_level + 1e-12
    assert met.in_time <= 1 - met.abandons + 1e-9
    # Little's law for the agents: who is answered keeps them busy.
    assert isclose(met.occupancy * agents, load * (1 - met.abandons), rel_tol=1e-9, abs_tol=1e-9)
    assert more.service_level >= met.service_level - 1e-9
    assert more.abandons <= met.abandons + 1e-9
    assert more.occupancy <= met.occupancy + 1e-9


def test_more_work_than_erlang_c_knows_is_a_line_without_end() -> None:
    met = service(Demand(offered=10, period_s=100, handle_s=30), 3, threshold_s=20)

    assert (met.service_level, met.waits, met.occupancy) == (0.0, 1.0, 1.0)
    assert met.answer_s is None
    assert met.queue is None


def test_a_line_of_many_thousands_is_not_counted_one_by_one() -> None:
    """Three times what 5,000 can do, patience of a week: who is answered waited ln 3 weeks."""
    met = service(
        Demand(offered=90_000, period_s=1800, handle_s=300, patience_s=604_800),
        5000,
        threshold_s=20,
    )

    assert met.abandons == pytest.approx(2 / 3)
    assert met.answer_s == pytest.approx(604_800 * log(3), rel=1e-12)
    assert met.service_level == 0


def test_a_long_line_is_the_same_both_ways() -> None:
    """A line of 49,900 is counted, one of 50,100 is not."""
    counted, flooded = (
        service(
            Demand(offered=offered, period_s=1000, handle_s=100, patience_s=100_000),
            500,
            threshold_s=20,
        )
        for offered in (5499, 5501)
    )

    assert counted.abandons == pytest.approx(flooded.abandons, abs=0.001)
    assert counted.answer_s == pytest.approx(flooded.answer_s, rel=0.01)


def test_nothing_offered_is_answered_at_once() -> None:
    for patience_s in (None, 60):
        met = service(
            Demand(offered=0, period_s=1800, handle_s=210, patience_s=patience_s), 3, threshold_s=0
        )

        assert (met.service_level, met.abandons, met.answer_s, met.occupancy) == (1, 0, 0, 0)


@given(st.integers(0, 50), st.floats(0, 50))
def test_what_is_blocked_is_the_truncated_poisson_share(agents, load) -> None:
    assume(load > 0)
    weights = [1.0]
    for k in range(1, agents + 1):
        weights.append(weights[-1] * load / k)

    assert erlang_b(agents, load) == pytest.approx(weights[-1] / sum(weights))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"offered": -1}, "offered"),
        ({"offered": float("nan")}, "offered"),
        ({"period_s": 0}, "period_s"),
        ({"handle_s": float("inf")}, "handle_s"),
        ({"patience_s": 0}, "patience_s"),
    ],
)
def test_what_cannot_be_is_named(wrong, named) -> None:
    with pytest.raises(ValueError, match=rf"^{named} must be"):
        Demand(**({"offered": 1, "period_s": 1, "handle_s": 1} | wrong))


def test_numbers_of_agents_and_thresholds_have_their_range() -> None:
    for agents in (0, 10_001):
        with pytest.raises(ValueError, match=r"^agents must be between 1 and 10000"):
            service(FAST_FORWARD, agents, threshold_s=20)
    with pytest.raises(ValueError, match=r"^threshold_s must be"):
        service(FAST_FORWARD, 1, threshold_s=-1)
    with pytest.raises(ValueError, match=r"^agents must not be"):
        erlang_b(-1, 1)
    with pytest.raises(ValueError, match=r"^load must not be"):
        erlang_b(1, float("nan"))
