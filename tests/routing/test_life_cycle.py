"""Stages of customers: worked out by hand, and never by a step that is not legal."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from routing.life_cycle import STAGES, Limits, late_after, may_follow, played, way

START = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = Limits(
    loyal_purchases=4, at_risk_after=timedelta(days=100), lost_after=timedelta(days=300)
)


def day(n: float) -> datetime:
    return START + timedelta(days=n)


def stages(*days: float, until: float, said: tuple[tuple[float, str], ...] = ()) -> str:
    steps = played([day(n) for n in days], [(day(n), s) for n, s in said], day(until), LIMITS)
    since = [(s.stage, s.since and (s.since - START) / timedelta(days=1)) for s in steps]
    return " ".join(stage if at is None else f"{stage}:{at:g}" for stage, at in since)


@pytest.mark.parametrize(
    ("days", "until", "expected"),
    [
        ((), 1000, "lead"),
        ((5,), 104, "lead first_time:5"),
        ((5,), 105, "lead first_time:5"),  # silence is over its limit, not at it
        ((5,), 106, "lead first_time:5 at_risk:105"),
        ((5,), 306, "lead first_time:5 at_risk:105 lost:305"),
        ((5, 50), 60, "lead first_time:5 repeat:50"),
        ((5, 150), 160, "lead first_time:5 at_risk:105 repeat:150"),
        ((5, 400), 410, "lead first_time:5 at_risk:105 lost:305 returned:400"),
        ((5, 400, 410), 420, "lead first_time:5 at_risk:105 lost:305 returned:400 repeat:410"),
        ((1, 11, 21, 31), 40, "lead first_time:1 repeat:11 loyal:31"),
        # his own intervals are ten days each: he is late after ten, not after a hundred
        ((1, 11, 21, 31), 42, "lead first_time:1 repeat:11 loyal:31 at_risk:41"),
        ((1, 11, 21, 31, 60), 61, "lead first_time:1 repeat:11 loyal:31 at_risk:41 loyal:60"),
    ],
)
def test_stages_follow_purchases_and_silence(
    days: tuple[float, ...], until: float, expected: str
) -> None:
    assert stages(*days, until=until) == expected
    assert stages(*days[::-1], until=until) == expected


def test_what_people_say_counts_where_it_may_follow_until_he_buys() -> None:
    said = ((20.0, "lost"), (21.0, "loyal"))

    assert stages(5, until=30, said=said) == "lead first_time:5 lost:20"
    assert stages(5, 40, until=50, said=said) == "lead first_time:5 lost:20 returned:40"
    assert stages(until=30, said=((1.0, "repeat"), (2.0, "lost"))) == "lead lost:2"


def test_late_is_over_nine_of_ten_of_his_own_intervals() -> None:
    days = [0.0]
    for interval in range(1, 12):  # 1 to 11 days: the 90th percentile is 10
        days.append(days[-1] + interval)

    assert late_after([day(n) for n in days], LIMITS) == timedelta(days=10)
    assert late_after([day(n) for n in days[:3]], LIMITS) == LIMITS.at_risk_after


def test_when_silence_would_change_it_is_told() -> None:
    (*_, last) = played([day(5)], [], day(50), LIMITS)
    assert last.next_at == day(105)
    (*_, last) = played([day(5)], [], day(500), LIMITS)
    assert (last.stage, last.next_at) == ("lost", None)


@pytest.mark.parametrize("seed", range(20))
def test_every_step_is_legal_and_times_never_run_backwards(seed: int) -> None:
    chance = random.Random(seed)
    bought = sorted({day(chance.randrange(1500)) for _ in range(chance.randrange(9))})
    said = [(day(chance.randrange(1500)), chance.choice(STAGES)) for _ in range(3)]

    steps = played(bought, said, day(1600), LIMITS)

    assert all(may_follow(a.stage, b.stage) for a, b in pairwise(steps))
    times = [step.since for step in steps if step.since is not None]
    assert times == sorted(times)


def test_the_way_to_a_stage_is_legal_and_none_leads_back_to_a_lead() -> None:
    for before in STAGES:
        for after in STAGES:
            steps = way(before, after)
            assert all(may_follow(a, b) for a, b in pairwise([before, *steps]))
            assert bool(steps) == (after not in {"lead", "first_time"} or before == "lead" != after)
    assert way("lead", "loyal") == ["first_time", "repeat", "loyal"]
