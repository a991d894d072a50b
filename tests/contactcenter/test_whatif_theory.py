"""A day of drawn arrivals and work, played by the what-if, is what queueing theory says of it."""

import random
import sys
from pathlib import Path

import pytest

from contactcenter.whatif import arrivals_csv
from contactcenter.whatif.day import Centre, Day, OnDuty
from contactcenter.whatif.figures import Within
from contactcenter.whatif.replaying import outcome_of
from routing.engine.records import Membership

sys.path.insert(0, str(Path(__file__).parents[1] / "routing"))
from closed_forms import erlang_a, erlang_c_wait, erlang_c_within

STAFF = [OnDuty(agent_id=name, memberships=(Membership(queue="a"),)) for name in "abcde"]
SIZES = [12_000, pytest.param(500_000, marks=[pytest.mark.full, pytest.mark.timeout(600)])]


def drawn(size, rate, patience=None):
    """A file of Poisson arrivals with exponential work of mean 1 and patience of a mean."""
    chance = random.Random(5)
    at = 0.0
    lines = ["at,queue,handle_s,patience_s"]
    for _ in range(size):
        at += chance.expovariate(rate)
        leaves = "" if patience is None else f"{chance.expovariate(1 / patience):.6f}"
        lines.append(f"{at:.6f},a,{chance.expovariate(1):.6f},{leaves}")
    content = "\n".join(lines).encode()
    return Day(
        arrivals=arrivals_csv.read(content, "drawn.csv", zone=None, needs_queue=True).arrivals
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_poisson_arrivals_and_exponential_work_are_erlang_c(size):
    total = outcome_of(
        drawn(size, 4), Centre(), STAFF, within=Within(by_channel={"phone": 0.5})
    ).total

    assert total.answered == size
    assert total.answered_wait.mean_s == pytest.approx(erlang_c_wait(5, 4, 1), rel=0.15)
    assert total.service_level == pytest.approx(erlang_c_within(5, 4, 1, 0.5), abs=0.03)
    assert total.occupancy == pytest.approx(0.8, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_with_exponential_patience_they_are_erlang_a(size):
    total = outcome_of(drawn(size, 6, patience=2), Centre(), STAFF, within=Within()).total

    leave, waiting = erlang_a(5, 6, 1, 0.5)
    assert total.abandonment == pytest.approx(leave, abs=0.012)
    assert total.wait.mean_s == pytest.approx(waiting / 6, rel=0.06)
    assert total.offered == total.answered + total.abandoned
