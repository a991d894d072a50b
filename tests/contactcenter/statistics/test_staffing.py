"""How many agents keep a promise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.queueing import MOST_AGENTS, Demand, service
from contactcenter.statistics.staffing import (
    Promise,
    curve,
    patience_s,
    required,
    scheduled,
    spare_s,
)

CALLS = {"offered": 250, "period_s": 1800, "handle_s": 210}
EIGHTY_IN_TWENTY = Promise(service_level=0.8, threshold_s=20)
FEW_LEAVE = Promise(service_level=0.8, threshold_s=20, most_abandon=0.03)


def test_erlang_c_asks_for_34_and_a_roster_of_49() -> None:
    found = required(Demand(**CALLS), EIGHTY_IN_TWENTY)

    assert found.agents == 34
    assert scheduled(found.agents, shrinkage=0.3) == 49


@pytest.mark.parametrize("patience", [240, 300])
def test_with_patience_it_is_32_or_33_where_few_may_leave(patience) -> None:
    demand = Demand(**CALLS, patience_s=patience)

    assert required(demand, EIGHTY_IN_TWENTY).agents == 32
    assert required(demand, FEW_LEAVE).agents == 33


def test_with_three_minutes_of_patience_the_variant_decides() -> None:
    """31 agents answer 79.1 % of all within 20 s, but 81.6 % of those who did not leave before."""
    demand = Demand(**CALLS, patience_s=180)
    by_agents = {one.agents: one for one in curve(demand, range(30, 35), threshold_s=20)}

    assert round(by_agents[31].in_time, 3) == 0.791
    assert round(by_agents[31].service_level, 3) == 0.816
    assert by_agents[32].in_time >= 0.8
    assert required(demand, EIGHTY_IN_TWENTY).agents == 31
    assert required(demand, FEW_LEAVE).agents == 33


def test_agents_may_not_be_busier_than_asked_for() -> None:
    rested = Promise(service_level=0.8, threshold_s=20, most_occupied=0.8)

    found = required(Demand(**CALLS), rested)

    assert found.agents == 37
    assert round(found.occupancy, 2) == 0.79


@given(
    st.floats(0.1, 60),
    st.none() | st.floats(10, 900),
    st.floats(0, 0.99),
    st.none() | st.floats(0.005, 0.5),
)
def test_the_number_found_is_the_first_that_keeps_the_promise(
    load, patience, level, most_abandon
) -> None:
    demand = Demand(offered=load * 10, period_s=1800, handle_s=180, patience_s=patience)
    promise = Promise(service_level=level, threshold_s=20, most_abandon=most_abandon)

    found = required(demand, promise)

    assert promise.kept_by(found)
    if found.agents > 1:
        assert not promise.kept_by(service(demand, found.agents - 1, threshold_s=20))


def test_more_work_than_ten_thousand_agents_can_do_has_no_answer() -> None:
    demand = Demand(offered=2 * MOST_AGENTS, period_s=100, handle_s=100)

    assert required(demand, EIGHTY_IN_TWENTY) is None


@pytest.mark.parametrize(
    ("agents", "shrinkage", "roster"), [(34, 0.3, 49), (21, 0.3, 30), (7, 0, 7), (0, 0.5, 0)]
)
def test_a_roster_covers_who_is_away(agents, shrinkage, roster) -> None:
    assert scheduled(agents, shrinkage=shrinkage) == roster


def test_what_is_not_handling_is_for_work_that_may_wait() -> None:
    """34 agents have 34 · 1,800 s, of which 250 · 210 s are calls."""
    met = required(Demand(**CALLS), EIGHTY_IN_TWENTY)

    assert spare_s(met, period_s=1800) == pytest.approx(34 * 1800 - 250 * 210)


def test_patience_is_all_waiting_by_those_who_left() -> None:
    assert patience_s(12_000, 50) == 240
    assert patience_s(12_000, 0) is None


def test_what_cannot_be_is_named() -> None:
    for wrong, named in (
        ({"service_level": 1}, "service_level"),
        ({"most_abandon": 0}, "most_abandon"),
        ({"most_occupied": 1.1}, "most_occupied"),
    ):
        with pytest.raises(ValueError, match=rf"^{named} must be"):
            Promise(**({"service_level": 0.8, "threshold_s": 20} | wrong))
    with pytest.raises(ValueError, match=r"^threshold_s must be"):
        required(Demand(**CALLS), Promise(service_level=0.8, threshold_s=-1))
    with pytest.raises(ValueError, match=r"^period_s must not"):
        spare_s(required(Demand(**CALLS), EIGHTY_IN_TWENTY), period_s=-1)
    with pytest.raises(ValueError, match=r"^shrinkage must be"):
        scheduled(1, shrinkage=1)
    with pytest.raises(ValueError, match=r"^agents must not"):
        scheduled(-1, shrinkage=0)
    with pytest.raises(ValueError, match=r"^waited_s must not"):
        patience_s(-1, 1)
    with pytest.raises(ValueError, match=r"^abandoned must not"):
        patience_s(1, -1)
