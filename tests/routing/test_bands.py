"""Bands by p·mu, and the experiment that switches them on and off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.bands import Handled, arm, banded, product

HOUR_S = 3600
HOUR_US = 3600 * 1_000_000


def agent(agent_id: int, *, per_hour: float, solved_share: float, handled: int = 100) -> Handled:
    return Handled(
        agent_id=agent_id,
        handled=handled,
        solved=round(handled * solved_share),
        worked_s=handled / per_hour * HOUR_S,
    )


def test_the_slower_agent_who_solves_more_comes_first() -> None:
    """mu 1.2 and p 0.6 are 0.72 solved in an hour, mu 1.0 and p 0.9 are 0.9."""
    quick = agent(1, per_hour=1.2, solved_share=0.6)
    thorough = agent(2, per_hour=1.0, solved_share=0.9)

    bands = {one.agent_id: one for one in banded([quick, thorough], levels=2, min_handled=50)}

    assert (bands[1].band, bands[2].band) == (0, 1)
    assert (bands[1].per_hour, bands[1].solved_share) == (pytest.approx(1.2), 0.6)
    assert product(quick, quick, prior=0) == pytest.approx(0.72)
    assert product(thorough, thorough, prior=0) == pytest.approx(0.9)


def test_few_tickets_are_drawn_towards_the_mean_of_the_queue() -> None:
    """10 of 10 solved beside a mean of a half: (10 + 50·0.5) / 60 = 0.5833, at an hour a ticket."""
    mean = Handled(agent_id=0, handled=1000, solved=500, worked_s=1000 * HOUR_S)
    lucky = Handled(agent_id=1, handled=10, solved=10, worked_s=10 * HOUR_S)

    assert product(lucky, mean, prior=50) == pytest.approx(35 / 60)


def test_who_has_handled_too_few_stands_where_the_mean_is() -> None:
    low, mid, high = (
        agent(n, per_hour=1.0, solved_share=share) for n, share in ((1, 0.2), (2, 0.5), (3, 0.8))
    )
    new = Handled(agent_id=4, handled=3, solved=3, worked_s=60)
    nobody = Handled(agent_id=5, handled=0, solved=0, worked_s=0)

    bands = banded([low, mid, high, new, nobody], levels=3, min_handled=50)

    assert {one.agent_id: one.band for one in bands} == {1: 0, 2: 1, 3: 2, 4: 1, 5: 1}


def test_nobody_has_a_band_where_too_few_agents_count() -> None:
    agents = [agent(1, per_hour=1, solved_share=0.5), agent(2, per_hour=1, solved_share=0.9)]

    assert banded(agents, levels=3, min_handled=50) == []
    assert banded(agents, levels=2, min_handled=101) == []


@given(
    st.lists(
        st.builds(
            Handled,
            agent_id=st.integers(1, 99),
            handled=st.integers(1, 200),
            solved=st.just(0),
            worked_s=st.floats(60, 1e6),
        ),
        max_size=12,
        unique_by=lambda one: one.agent_id,
    ),
    st.integers(1, 5),
)
def test_a_band_is_one_of_the_levels_and_equals_share_it(found, levels) -> None:
    twins = [
        *found,
        *(Handled(**(_fields(one) | {"agent_id": 100 + one.agent_id})) for one in found),
    ]

    bands = {one.agent_id: one.band for one in banded(twins, levels=levels, min_handled=50)}

    assert all(0 <= band < levels for band in bands.values())
    assert all(bands[one.agent_id] == bands[100 + one.agent_id] for one in found if bands)


def _fields(one: Handled) -> dict:
    return {field: getattr(one, field) for field in Handled.__slots__}


def test_arms_alternate_by_the_clock_that_is_passed_in() -> None:
    minutes = [
        arm(1000 * HOUR_US + minute * 60_000_000, on_minutes=15, off_minutes=5)
        for minute in range(40)
    ]

    assert minutes == (["on"] * 15 + ["off"] * 5) * 2


def test_an_arm_changes_at_the_very_instant() -> None:
    border_us = 15 * 60_000_000

    assert arm(border_us - 1, on_minutes=15, off_minutes=5) == "on"
    assert arm(border_us, on_minutes=15, off_minutes=5) == "off"
