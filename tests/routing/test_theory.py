"""Queueing theory against the real rules: whoever idles, polls, forgets or overtakes is found out.

Each check draws its arrivals with a fixed seed and allows for four standard errors, taken from the
same run by batches.
"""

import random
from heapq import heappop, heappush
from math import exp

import pytest
from centres_drawn import (
    RULES,
    UNIT,
    agents,
    arrivals,
    error_of_mean,
    first_agents,
    mean,
    run,
    ticket,
    us,
    waits,
)
from closed_forms import (
    cobham,
    erlang_a,
    erlang_c,
    erlang_c_wait,
    erlang_c_within,
    solve,
    starts_of_kiefer_wolfowitz,
)

from routing.engine.playing import ArrivalStep
from routing.engine.records import Course, Membership, NewAgent, NewTicket, Overflow
from routing.engine.router import Router

pytestmark = pytest.mark.slow

A, B = Membership(queue="a"), Membership(queue="b")
SIZES = [8_000, pytest.param(300_000, marks=[pytest.mark.full, pytest.mark.timeout(600)])]
sizes = pytest.mark.parametrize("size", SIZES)


def agree(values, expected, *, at_least=0.0):
    assert abs(mean(values) - expected) <= max(4 * error_of_mean(values), at_least), (
        mean(values),
        expected,
    )


@sizes
@pytest.mark.parametrize(
    "staff",
    [
        agents("abcde", A),
        agents("a", A, capacity=5),
        agents("a", A, capacity=2) + agents("b", A, capacity=3),
    ],
    ids=["five agents", "one with five slots", "two and three slots"],
)
def test_one_line_is_erlang_c(size, staff):
    chance = random.Random(11)
    drawn = [
        ticket(n, at, "a", chance.expovariate(1)) for n, at in enumerate(arrivals(chance, 4, size))
    ]

    waited = waits(run(staff, drawn), drawn)

    agree(waited, erlang_c_wait(5, 4, 1))
    agree([float(w > 0) for w in waited], erlang_c(5, 4))
    agree([float(w <= 0.5) for w in waited], erlang_c_within(5, 4, 1, 0.5))


@sizes
def test_agents_are_as_busy_as_the_work_there_is(size):
    chance = random.Random(12)
    services = [chance.expovariate(1) for _ in range(size)]
    times = list(arrivals(chance, 3, size))
    drawn = [ticket(n, at, "a", s) for n, (at, s) in enumerate(zip(times, services, strict=True))]

    played = run(agents("abcd", A), drawn)

    busy = dict.fromkeys("abcd", 0.0)
    for who, service in zip(first_agents(played, drawn), services, strict=True):
        busy[who] += service
    assert sum(busy.values()) / times[-1] / 4 == pytest.approx(0.75, rel=0.03)
    assert max(busy.values()) == pytest.approx(min(busy.values()), rel=0.03), "idleness is shared"


@sizes
def test_impatient_callers_are_erlang_a(size):
    chance = random.Random(13)
    drawn = [
        ticket(n, at, "a", chance.expovariate(1), patience_us=us(chance.expovariate(0.5)))
        for n, at in enumerate(arrivals(chance, 6, size))
    ]

    played = run(agents("abcde", A), drawn)

    leaving, waiting = erlang_a(5, 6, 1, 0.5)
    agree([float(who is None) for who in first_agents(played, drawn)], leaving)
    agree(waits(played, drawn), waiting / 6)


@sizes
def test_overflow_takes_exactly_those_who_waited_as_long(size):
    """One agent for a, none for b: whoever waits 2 leaves the line, as by a patience of just 2."""
    chance = random.Random(14)
    work = [(at, chance.expovariate(1)) for at in arrivals(chance, 1.5, size)]
    plan = (Overflow(after_us=us(2), queue="b"),)
    overflowing = [ticket(n, at, "a", s, overflow=plan) for n, (at, s) in enumerate(work)]
    leaving = [ticket(n, at, "a", s, patience_us=us(2)) for n, (at, s) in enumerate(work)]

    moved = run(agents("x", A), overflowing)
    left = run(agents("x", A), leaving)

    stayed = [t for t, legs in left.legs.items() if legs[-1][1] is not None]
    assert [t for t, legs in moved.legs.items() if legs] == stayed
    assert [moved.legs[t] for t in stayed] == [left.legs[t] for t in stayed]
    # M/M/1+D, the share that leaves: the density of the offered wait is e^(rx) up to 2, then e^-x.
    # Source: Barrer, "Queuing with impatient customers and ordered service", 1957.
    agree([float(not moved.legs[n]) for n in range(size)], barrer(1.5, 1, 2))


def barrer(arrival, service, patience):
    """The share that leaves M/M/1 with a patience of exactly that long."""
    grow = arrival - service
    nobody = 1.0  # weight of an idle server; the density of the work ahead begins with ``arrival``
    ahead = arrival * (exp(grow * patience) - 1) / grow
    beyond = arrival * exp(grow * patience) / service
    return beyond / (nobody + ahead + beyond)


CREDITS = ((100_000, 50_000, 0), (0.4, 0.2, 0.0), (0, 3, 9))


@sizes
@pytest.mark.parametrize("credit_rows", CREDITS)
def test_no_credit_changes_the_mean_wait_of_all(size, credit_rows):
    """The conservation law: Kleinrock 1965. For equal work it holds in any one run to the tick."""
    chance = random.Random(15)
    work = [(at, chance.randrange(3)) for at in arrivals(chance, 1.8, size)]

    def total(of):
        drawn = [ticket(n, at, "a", 1, credit_us=us(of[kind])) for n, (at, kind) in enumerate(work)]
        played = run(agents("ab", A), drawn)
        return sum(legs[0][0] for legs in played.legs.values())

    assert total(credit_rows) == total((0, 0, 0))


@sizes
def test_classes_far_apart_wait_as_cobham_says(size):
    chance = random.Random(16)
    kinds = [chance.randrange(3) for _ in range(size)]
    drawn = [
        ticket(n, at, "a", chance.expovariate(1), credit_us=us(10_000_000 * (2 - kind)))
        for n, (at, kind) in enumerate(zip(arrivals(chance, 2.4, size), kinds, strict=True))
    ]

    waited = waits(run(agents("abc", A), drawn), drawn)

    for kind, expected in enumerate(cobham(3, [0.8, 0.8, 0.8], 1)):
        agree([w for w, k in zip(waited, kinds, strict=True) if k == kind], expected)


@sizes
def test_separate_teams_wait_longer_than_one_pooled(size):
    chance = random.Random(17)
    drawn = [
        ticket(n, at, chance.choice("ab"), chance.expovariate(1))
        for n, at in enumerate(arrivals(chance, 4.5, size))
    ]

    separate = waits(run(agents("klm", A) + agents("xyz", B), drawn), drawn)
    pooled = waits(run(agents("klmxyz", A, B), drawn), drawn)

    agree(separate, erlang_c_wait(3, 2.25, 1))
    agree(pooled, erlang_c_wait(6, 4.5, 1))


@sizes
def test_seniors_who_help_out_are_a_markov_chain(size):
    """The N-system: a junior takes a; a senior takes b, and a while nobody waits for him in b."""
    chance = random.Random(18)
    own, helping = Membership(queue="b"), Membership(queue="a", level=2, handicap_us=us(10_000_000))
    staff = [*agents("j", A), NewAgent(agent_id="s", memberships=(own, helping))]
    rates = (0.8, 0.4)
    drawn = [
        ticket(
            n, at, "a" if chance.random() < rates[0] / sum(rates) else "b", chance.expovariate(1)
        )
        for n, at in enumerate(arrivals(chance, sum(rates), size))
    ]

    waited = waits(run(staff, drawn), drawn)

    for queue, expected in zip("ab", n_system(*rates), strict=True):
        agree([w for w, d in zip(waited, drawn, strict=True) if d.ticket.queue == queue], expected)


def n_system(rate_a, rate_b, most=12):
    """Mean waits in a and b; service 1, cut off at ``most`` waiting in each line."""
    # (junior busy, senior busy, waiting in a, waiting in b)
    states = [(0, 0, 0, 0), (1, 0, 0, 0)]
    states += [(0, 1, 0, b) for b in range(most)]
    states += [(1, 1, a, b) for a in range(most) for b in range(most)]
    at = {state: n for n, state in enumerate(states)}
    rates = {}

    def go(source, target, rate):
        if target in at:
            key = (at[source], at[target])
            rates[key] = rates.get(key, 0.0) + rate

    for state in states:
        junior, senior, a, b = state
        go(
            state,
            (1, senior, a, b) if not junior else (1, 1, 0, b) if not senior else (1, 1, a + 1, b),
            rate_a,
        )
        go(state, (junior, 1, a, 0) if not senior else (junior, 1, a, b + 1), rate_b)
        if junior:
            go(state, (1, 1, a - 1, b) if a else (0, senior, 0, b), 1)
        if senior:
            go(
                state,
                (junior, 1, a, b - 1) if b else (1, 1, a - 1, 0) if a else (junior, 0, 0, 0),
                1,
            )
    chances = solve(rates, len(states))
    return (
        sum(p * s[2] for p, s in zip(chances, states, strict=True)) / rate_a,
        sum(p * s[3] for p, s in zip(chances, states, strict=True)) / rate_b,
    )


@sizes
@pytest.mark.parametrize("order", ["longest idle", "fastest first"])
def test_agents_of_different_speed_take_as_long_as_their_order_says(size, order):
    """Two agents of speed 2 and 1 at a load of two thirds.

    With equal bands the longest idle is, in the mean, as a random choice of the two. How long a
    ticket takes depends on who gets it, so its agent works it with his own draw.
    """
    chance = random.Random(19)
    fast = NewAgent(
        agent_id="f", memberships=(Membership(queue="a", band=int(order == "fastest first")),)
    )
    slow = NewAgent(agent_id="s", memberships=(A,))
    times = list(arrivals(chance, 2, size))

    took = times_by_speed(fast, slow, times, [chance.expovariate(1) for _ in times])

    agree(took, mean_sojourn(order))


def times_by_speed(fast, slow, times, work):
    """Time from arrival to end, where the service depends on the agent: played step by step."""
    router = Router(RULES, [fast, slow], explains=False)
    for agent in "fs":
        router.set_presence(0, agent, "available")
    speed, ends, ended, seen = {"f": 2, "s": 1}, [], {}, 0
    due = [(us(at), n) for n, at in enumerate(times)]
    n = 0
    while n < len(due) or ends:
        if ends and (n == len(due) or ends[0][0] <= due[n][0]):
            at, done = heappop(ends)
            ended[done] = at
            router.finish(at, done)
        else:
            at, arriving = due[n]
            n += 1
            router.add(at, NewTicket(ticket_id=arriving, queue="a"))
        for start, ticket_id, who in router.offers[seen:]:
            heappush(ends, (start + us(work[ticket_id] / speed[who]), ticket_id))
        seen = len(router.offers)
    return [(ended[n] - at) / UNIT for at, n in due]


def mean_sojourn(order, arrival=2.0, fast=2.0, slow=1.0, most=60):
    """Mean time in the system of two agents; which of two idle ones is asked depends on the order."""
    # States: 0 empty, 1 only the fast one busy, 2 only the slow one, n + 1 for n >= 2 in the system.
    chosen = 1.0 if order == "fastest first" else 0.5
    rates = {(0, 1): arrival * chosen, (0, 2): arrival * (1 - chosen), (1, 0): fast, (2, 0): slow}
    rates |= {(1, 3): arrival, (2, 3): arrival, (3, 1): slow, (3, 2): fast}
    for n in range(3, most):
        rates |= {(n, n + 1): arrival, (n + 1, n): fast + slow}
    chances = solve({k: v for k, v in rates.items() if v}, most + 1)
    inside = [0, 1, 1, *range(2, most)]
    return sum(p * n for p, n in zip(chances, inside, strict=True)) / arrival


@sizes
def test_tiers_are_a_jackson_network(size):
    """Juniors solve 70 %, the rest rises; each tier is as if it stood alone."""
    chance = random.Random(20)
    drawn = []
    for n, at in enumerate(arrivals(chance, 4, size)):
        rises = chance.random() < 0.3
        course = Course(
            service_us=(us(chance.expovariate(1)), us(chance.expovariate(0.5))),
            escalate=("b",) if rises else (),
        )
        drawn.append(
            ArrivalStep(at_us=us(at), ticket=NewTicket(ticket_id=n, queue="a", course=course))
        )

    played = run(agents("jklmn", A) + agents("stu", B), drawn)

    agree(waits(played, drawn), erlang_c_wait(5, 4, 1))
    risen = [d.ticket for d in drawn if d.ticket.course.escalate]
    legs = [(played.legs[t.ticket_id], t.course.service_us[0]) for t in risen]
    agree(
        [(second[0] - first[0] - served) / UNIT for (first, second), served in legs],
        erlang_c_wait(3, 1.2, 0.5),
    )


@sizes
def test_returns_and_reopenings_are_a_jackson_network_too(size):
    """40 % rise, half of those come back with a note; of what juniors solve, 20 % is reopened once."""
    chance = random.Random(22)
    drawn = []
    for n, at in enumerate(arrivals(chance, 3, size)):
        rises, back, again = (chance.random() < share for share in (0.4, 0.5, 0.2))
        path = (("b", "a") if back else ("b",)) if rises else (("a",) if again else ())
        service = tuple(us(chance.expovariate(1)) for _ in range(len(path) + 1))
        course = Course(service_us=service, escalate=path)
        drawn.append(
            ArrivalStep(at_us=us(at), ticket=NewTicket(ticket_id=n, queue="a", course=course))
        )

    played = run(agents("jklmno", A) + agents("st", B), drawn)

    waited = {"a": [], "b": []}
    for d in drawn:
        ready = d.at_us
        course = d.ticket.course
        legs = played.legs[d.ticket.ticket_id]
        for queue, (start, _), service in zip(
            ("a", *course.escalate), legs, course.service_us, strict=True
        ):
            waited[queue].append((start - ready) / UNIT)
            ready = start + service
    agree(waited["a"], erlang_c_wait(6, 3 * (1 + 0.4 * 0.5 + 0.6 * 0.2), 1))
    agree(waited["b"], erlang_c_wait(2, 3 * 0.4, 1))


@pytest.mark.parametrize("staff", [1, 2, 7])
@pytest.mark.parametrize("size", [5_000, pytest.param(200_000, marks=pytest.mark.full)])
def test_every_start_is_that_of_kiefer_and_wolfowitz(staff, size):
    chance = random.Random(21)
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

    played = run(agents("abcdefg"[:staff], A), drawn)

    assert [played.legs[n][0][0] for n in range(size)] == starts_of_kiefer_wolfowitz(staff, work)
