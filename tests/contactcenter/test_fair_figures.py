"""The figures of the fair view: whatever was done by whom, parts sum to wholes."""

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.reporting.fair_figures import Tally, compared, strata_of


@st.composite
def tallies(draw):
    """Some agents in some strata, each at most once; every ticket is handled in 1 to 100 s."""
    places = draw(
        st.lists(
            st.tuples(
                st.integers(1, 5),
                st.sampled_from(["warm", "serious", "unknown"]),
                st.sampled_from(["sms", "phone", None]),
                st.sampled_from([None, 1, 2]),
            ),
            min_size=1,
            max_size=20,
            unique=True,
        )
    )
    found = []
    for agent_id, temperament, channel, category_id in places:
        n = draw(st.integers(1, 80))
        each_s = draw(st.integers(1, 100))
        found.append(
            Tally(
                agent_id=agent_id,
                temperament=temperament,
                channel=channel,
                category_id=category_id,
                n=n,
                solved=draw(st.integers(0, n)),
                handle_s=float(n * each_s),
                handle_s2=float(n * each_s**2),
                cap_s=100.0,
            )
        )
    return found


@given(tallies())
def test_what_all_were_expected_to_do_is_what_all_did(told):
    for measure in ("solved_share", "handle_time"):
        agents = compared(measure, told, []).current.agents.values()
        differences = [one.difference for one in agents]

        done = fsum(one.n * one.observed for one in differences)
        assert fsum(one.n * one.expected for one in differences) == pytest.approx(done)


@given(tallies())
def test_strata_sum_to_their_agent_and_expectation_is_made_of_them(told):
    strata = strata_of(told)
    shares = compared("solved_share", told, []).current.agents
    times = compared("handle_time", told, []).current.agents

    assert set(strata) == {one.agent_id for one in told}
    for agent_id, own in strata.items():
        n = sum(one.n for one in told if one.agent_id == agent_id)
        assert sum(one.n for one in own) == n
        share, time = (found[str(agent_id)].difference for found in (shares, times))
        assert share.n == time.n == n
        solved = fsum(one.n * one.all_solved / one.all_n for one in own)
        handle_s = fsum(one.n * one.all_handle_s / one.all_n for one in own)
        assert share.expected * n == pytest.approx(solved)
        assert time.expected * n == pytest.approx(handle_s)
