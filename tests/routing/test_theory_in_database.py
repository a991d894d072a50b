"""Queueing theory against the dispatcher in a database, with fewer tickets than in memory.

Every hold is committed, as in ``serve``. Long rounds allow for four standard errors; where theory
knows each start, or a sum, to the tick, a short one will do.
"""

import random

import pytest
from centres_drawn import (
    RULES,
    agents,
    arrivals,
    error_of_mean,
    first_agents,
    mean,
    ticket,
    us,
    waits,
)
from closed_forms import erlang_a, erlang_c, erlang_c_wait, starts_of_kiefer_wolfowitz

from contactcenter.scenarios import on_database
from routing.engine.playing import ArrivalStep, PresenceStep, Scenario
from routing.engine.records import Course, Membership, NewTicket, Overflow

A, B = Membership(queue="a"), Membership(queue="b")
LONG = [pytest.mark.full, pytest.mark.timeout(900)]


async def run(dsn, staff, drawn):
    steps = [PresenceStep(at_us=0, agent_id=a.agent_id, to="available") for a in staff]
    scenario = Scenario(rules=RULES, agents=tuple(staff), steps=steps, drawn=drawn)
    return await on_database.play(dsn, scenario, explains=False)


def agree(values, expected):
    assert abs(mean(values) - expected) <= 4 * error_of_mean(values), (mean(values), expected)


@pytest.mark.parametrize(
    ("staff", "size"),
    [(2, 60), pytest.param(1, 2_000, marks=LONG), pytest.param(7, 2_000, marks=LONG)],
)
async def test_every_start_is_that_of_kiefer_and_wolfowitz(dsn, staff, size):
    chance = random.Random(31)
    work, at = [], 0
    for _ in range(size):
        at += chance.randrange(21)
        work.append((at, chance.randrange(20 * staff)))
    drawn = [
        ArrivalStep(
            at_us=at, ticket=NewTicket(ticket_id=n, queue="a", course=Course(service_us=(s,)))
        )
        for n, (at, s) in enumerate(work)
    ]

    played = await run(dsn, agents("abcdefg"[:staff], A), drawn)

    assert [played.legs[n][0][0] for n in range(size)] == starts_of_kiefer_wolfowitz(staff, work)


@pytest.mark.slow
@pytest.mark.parametrize("size", [40, pytest.param(1_500, marks=LONG)])
async def test_no_credit_changes_the_mean_wait_of_all(copies, size):
    """The conservation law: Kleinrock 1965. For equal work it holds in any one run to the tick."""
    chance = random.Random(32)
    work = [(at, chance.randrange(3)) for at in arrivals(chance, 1.8, size)]
    totals = []
    for credit_s in ((100_000, 50_000, 0), (0, 3, 9), (0, 0, 0)):
        dsn = copies.take()
        drawn = [
            ticket(n, at, "a", 1, credit_us=us(credit_s[kind])) for n, (at, kind) in enumerate(work)
        ]
        played = await run(dsn, agents("ab", A), drawn)
        totals.append(sum(legs[0][0] for legs in played.legs.values()))
        copies.drop(dsn)

    assert len(set(totals)) == 1


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "staff",
    [agents("abcde", A), agents("a", A, capacity=2) + agents("b", A, capacity=3)],
    ids=["five agents", "two and three slots"],
)
async def test_one_line_is_erlang_c(dsn, staff):
    chance = random.Random(33)
    drawn = [
        ticket(n, at, "a", chance.expovariate(1))
        for n, at in enumerate(arrivals(chance, 3.5, 5_000))
    ]

    waited = waits(await run(dsn, staff, drawn), drawn)

    agree(waited, erlang_c_wait(5, 3.5, 1))
    agree([float(w > 0) for w in waited], erlang_c(5, 3.5))


@pytest.mark.full
@pytest.mark.timeout(900)
async def test_impatient_callers_are_erlang_a(dsn):
    chance = random.Random(34)
    drawn = [
        ticket(n, at, "a", chance.expovariate(1), patience_us=us(chance.expovariate(0.5)))
        for n, at in enumerate(arrivals(chance, 6, 5_000))
    ]

    played = await run(dsn, agents("abcde", A), drawn)

    leaving, waiting = erlang_a(5, 6, 1, 0.5)
    agree([float(who is None) for who in first_agents(played, drawn)], leaving)
    agree(waits(played, drawn), waiting / 6)


@pytest.mark.parametrize("size", [40, pytest.param(2_000, marks=LONG)])
async def test_overflow_takes_exactly_those_who_waited_as_long(copies, size):
    """One agent for a, none for b: whoever waits 2 leaves the line, as by a patience of just 2."""
    chance = random.Random(35)
    work = [(at, chance.expovariate(1)) for at in arrivals(chance, 1.5, size)]
    plan = (Overflow(after_us=us(2), queue="b"),)
    dsns = [copies.take() for _ in range(2)]

    moved = await run(
        dsns[0],
        agents("x", A),
        [ticket(n, at, "a", s, overflow=plan) for n, (at, s) in enumerate(work)],
    )
    left = await run(
        dsns[1],
        agents("x", A),
        [ticket(n, at, "a", s, patience_us=us(2)) for n, (at, s) in enumerate(work)],
    )

    for dsn in dsns:
        copies.drop(dsn)
    stayed = {t: legs for t, legs in left.legs.items() if legs[-1][1] is not None}
    assert {t: legs for t, legs in moved.legs.items() if legs} == stayed
    assert 0 < len(stayed) < size


@pytest.mark.full
@pytest.mark.timeout(900)
async def test_tiers_are_a_jackson_network(dsn):
    """Juniors solve 70 %, the rest rises; each tier is as if it stood alone."""
    chance = random.Random(36)
    drawn = []
    for n, at in enumerate(arrivals(chance, 4, 4_000)):
        course = Course(
            service_us=(us(chance.expovariate(1)), us(chance.expovariate(0.5))),
            escalate=("b",) if chance.random() < 0.3 else (),
        )
        drawn.append(
            ArrivalStep(at_us=us(at), ticket=NewTicket(ticket_id=n, queue="a", course=course))
        )

    played = await run(dsn, agents("jklmno", A) + agents("stu", B), drawn)

    agree(waits(played, drawn), erlang_c_wait(6, 4, 1))
    risen = [d.ticket for d in drawn if d.ticket.course.escalate]
    legs = [(played.legs[t.ticket_id], t.course.service_us[0]) for t in risen]
    agree(
        [(second[0] - first[0] - served) / us(1) for (first, second), served in legs],
        erlang_c_wait(3, 1.2, 0.5),
    )
