"""The measurement of the router in memory counts what it says it counts."""

import pytest

from contactcenter.bench import simulation
from contactcenter.bench.figures import MeasurementInvalid
from routing.engine.playing import Played


@pytest.mark.parametrize("full", [True, False])
def test_every_drawn_ticket_is_played_to_its_end(full):
    plan = simulation.Plan(tickets=2000, agents=20, full=full, seed=3)

    result = simulation.measure(plan, lambda _line: None)

    assert result.tickets == 2000
    assert result.cpu_s == pytest.approx(2000 / result.per_s, abs=0.01)  # it is told rounded
    assert 0 < result.ratio < 1
    assert (result.left > 0) == full


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("full", [True, False])
def test_a_million_tickets_take_less_than_two_minutes(full):
    plan = simulation.Plan(tickets=1_000_000, agents=100, full=full, seed=1)

    assert simulation.measure(plan, lambda _line: None).cpu_s < 120


def test_a_play_that_loses_tickets_does_not_count():
    plan = simulation.Plan(tickets=2, agents=1, full=False, seed=1)
    played = Played(
        offers=[], legs={}, tickets={1: ("done", None), 2: ("waiting", None)}, agents={}, why=[]
    )

    with pytest.raises(MeasurementInvalid, match="1 of 2 tickets are not over"):
        simulation._check(plan, played)
