"""What the router in memory does for a replayed day: queues of their own ways, and work that waits."""

import random
from pathlib import Path

import pytest

from contactcenter.bench import simulation
from contactcenter.scenarios import reading
from routing.engine.playing import PresenceStep, Scenario
from routing.engine.playing import play as play_scenario
from routing.engine.records import (
    Course,
    Membership,
    NewAgent,
    NewTicket,
    Overflow,
    QueueRules,
    Rules,
)
from routing.engine.router import Router

S = 1_000_000


class Told:
    """Writes down what it is told."""

    def __init__(self):
        self.facts = []

    def waits(self, at_us, ticket):
        self.facts.append((at_us // S, "waits", ticket.ticket_id, ticket.queue))

    def rings(self, at_us, ticket, agent):
        self.facts.append((at_us // S, "rings", ticket.ticket_id, agent.agent_id))

    def begins(self, at_us, ticket, agent):
        self.facts.append((at_us // S, "begins", ticket.ticket_id, agent.agent_id))

    def ends(self, at_us, ticket, agent):
        self.facts.append((at_us // S, "ends", ticket.ticket_id, agent.agent_id))

    def moves(self, at_us, ticket, why):
        self.facts.append((at_us // S, why, ticket.ticket_id, ticket.queue))

    def leaves(self, at_us, ticket):
        self.facts.append((at_us // S, "leaves", ticket.ticket_id, ticket.queue))

    def is_at(self, at_us, agent):
        self.facts.append((at_us // S, "is_at", agent.agent_id, agent.presence))


def agent(name="ann", *queues, capacity=1):
    served = tuple(Membership(queue=queue) for queue in queues or ("a",))
    return NewAgent(agent_id=name, memberships=served, capacity=capacity)


def ticket(ticket_id, queue="a", channel="webchat", course=None, **more):
    return NewTicket(ticket_id=ticket_id, queue=queue, channel=channel, course=course, **more)


def watched(rules, *agents, forgets=False):
    told = Told()
    return Router(rules, agents, explains=False, watcher=told, forgets=forgets), told.facts


def play(router):
    while (due_us := router.next_due_us()) is not None:
        router.advance(due_us)


def test_a_watcher_is_told_of_everything_that_happens_to_a_ticket():
    router, facts = watched(Rules(auto_accept=True, wrap_up_us=5 * S), agent("ann", "a", "b"))
    course = Course(service_us=(10 * S, 20 * S), escalate=("b",))

    router.set_presence(0, "ann", "available")
    router.add(3 * S, ticket(1, course=course))
    play(router)

    assert facts == [
        (0, "is_at", "ann", "available"),
        (3, "waits", 1, "a"),
        (3, "rings", 1, "ann"),
        (3, "begins", 1, "ann"),
        (13, "ends", 1, "ann"),
        (13, "is_at", "ann", "wrap_up"),
        (13, "escalated", 1, "a"),
        (13, "waits", 1, "b"),
        (18, "is_at", "ann", "available"),
        (18, "rings", 1, "ann"),
        (18, "begins", 1, "ann"),
        (38, "ends", 1, "ann"),
        (38, "is_at", "ann", "wrap_up"),
        (43, "is_at", "ann", "available"),
    ]


def test_overflow_and_leaving_are_told_of():
    router, facts = watched(Rules(), agent("ann", "a"))

    router.add(0, ticket(1, overflow=(Overflow(after_us=5 * S, queue="b"),), patience_us=9 * S))
    play(router)

    assert facts == [
        (0, "waits", 1, "a"),
        (5, "overflowed", 1, "a"),
        (5, "waits", 1, "b"),
        (9, "leaves", 1, "b"),
    ]


def test_a_queue_has_its_own_ways():
    own = QueueRules(
        auto_accept=frozenset({"sms"}),
        offer_timeout_us=30 * S,
        offer_timeouts_us={"phone": 7 * S},
        wrap_up_us=4 * S,
    )
    rules = Rules(queues={"a": own}, offer_timeout_us=20 * S, wrap_up_us=90 * S)
    course = Course(service_us=(S,))
    router, facts = watched(rules, agent("ann"), agent("bob", "b"), agent("cyd", capacity=3))
    for name in ("ann", "bob", "cyd"):
        router.set_presence(0, name, "available")

    router.add(0, ticket(1, channel="sms", course=course))
    router.add(0, ticket(2, channel="phone"))
    router.add(0, ticket(3, channel="webchat"))
    router.add(0, ticket(4, "b", "sms"))
    router.advance(31 * S)

    back = [(n, at) for at, what, n, _ in facts if what == "waits" and at > 0]
    assert (0, "begins", 1, "ann") in facts
    assert (1, "is_at", "ann", "wrap_up") in facts
    assert (5, "is_at", "ann", "available") in facts
    assert dict(reversed(back)) == {2: 7, 4: 20, 3: 30}


def test_an_answer_drawn_beforehand_comes_after_it_has_rung_so_long():
    router, facts = watched(Rules(offer_timeout_us=20 * S), agent())
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(S,), answer_us=(6 * S,))))
    play(router)

    assert [fact[:2] for fact in facts[2:]] == [(0, "rings"), (6, "begins"), (7, "ends")]


def test_an_answer_that_comes_after_the_offer_has_expired_is_a_miss():
    router, facts = watched(Rules(offer_timeout_us=20 * S, max_misses=1), agent())
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(S,), answer_us=(21 * S,))))
    play(router)

    assert facts[3:] == [(20, "waits", 1, "a"), (20, "is_at", "ann", "away")]


def test_work_stands_still_while_its_agent_is_gone():
    router, facts = watched(Rules(auto_accept=True), agent())
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(10 * S,), stands_still=True)))
    router.set_presence(4 * S, "ann", "offline")
    router.set_presence(50 * S, "ann", "available")
    router.set_presence(52 * S, "ann", "draining")
    play(router)

    assert facts[-1] == (56, "ends", 1, "ann")


def test_work_that_does_not_stand_still_goes_on_without_its_agent():
    router, facts = watched(Rules(auto_accept=True), agent())
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(10 * S,))))
    router.set_presence(4 * S, "ann", "offline")
    play(router)

    assert facts[-1] == (10, "ends", 1, "ann")


def test_who_drains_gives_back_what_rings_and_is_not_asked():
    router, facts = watched(Rules(), agent("ann"), agent("bob"))
    router.set_presence(0, "ann", "available")
    router.add(0, ticket(1))

    router.set_presence(2 * S, "ann", "draining")
    router.add(3 * S, ticket(2))

    assert facts[3:] == [
        (2, "is_at", "ann", "draining"),
        (2, "waits", 1, "a"),
        (3, "waits", 2, "a"),
    ]


def test_what_nobody_took_in_its_queues_time_goes_to_the_next_tier_with_credit():
    own = QueueRules(escalate_after_us=60 * S, escalate_to="s", escalation_credit_us=300 * S)
    router, facts = watched(Rules(queues={"a": own}), agent())

    router.add(0, ticket(1))
    router.advance(60 * S)

    assert facts == [(0, "waits", 1, "a"), (60, "escalated", 1, "a"), (60, "waits", 1, "s")]
    assert router.tickets[1].rank_us == -300 * S
    assert router.next_due_us() is None


def test_what_somebody_has_stays_with_him_though_its_queues_time_is_over():
    own = QueueRules(auto_accept=frozenset({"webchat"}), escalate_after_us=60 * S, escalate_to="s")
    router, facts = watched(Rules(queues={"a": own}), agent())
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(90 * S,))))
    play(router)

    assert facts[-1] == (90, "ends", 1, "ann")


def test_what_waited_before_is_as_old_as_it_is():
    router, _ = watched(Rules(), agent())

    router.add(
        100 * S,
        ticket(1, waited_us=30 * S, overflow=(Overflow(after_us=40 * S, queue="b"),)),
    )

    assert router.tickets[1].enqueued_us == 70 * S
    assert router.next_due_us() == 110 * S


def test_a_waiting_ticket_is_given_to_an_agent_with_room():
    router, facts = watched(Rules(), agent())
    router.add(0, ticket(1))
    router.add(0, ticket(2))

    given = [router.give(0, n, "ann") for n in (1, 1, 2)]

    assert given == [True, False, False]
    assert facts[2:] == [(0, "begins", 1, "ann")]
    assert router.offers == []


def test_each_escalation_may_have_a_credit_of_its_own():
    router, _ = watched(Rules(auto_accept=True), agent("ann", "a"))
    router.set_presence(0, "ann", "available")
    course = Course(service_us=(S, S), escalate=("b",), escalation_credit_us=9, credits_us=(5,))

    router.add(0, ticket(1, course=course))
    router.advance(S)

    assert router.tickets[1].rank_us == -5


def test_what_is_over_is_forgotten_if_nobody_wants_it():
    router, facts = watched(Rules(auto_accept=True), agent(), forgets=True)
    router.set_presence(0, "ann", "available")

    router.add(0, ticket(1, course=Course(service_us=(S,))))
    router.add(0, ticket(2, patience_us=S // 2))
    play(router)

    assert (router.tickets, router.offers) == ({}, [])
    assert facts[-1] == (1, "ends", 1, "ann")


@pytest.mark.parametrize(
    "file",
    sorted(
        file
        for file in (Path(__file__).parent / "scenarios").glob("*.json")
        if not file.name.endswith(".expected.json")
    ),
    ids=lambda file: file.stem,
)
def test_a_scenario_is_decided_alike_whether_it_is_explained_or_not(file):
    scenario = reading.read(file.read_bytes()).scenario

    told, untold = play_scenario(scenario), play_scenario(scenario, explains=False)

    assert (told.offers, told.legs, told.tickets) == (untold.offers, untold.legs, untold.tickets)


@pytest.mark.parametrize("agents", [6, 40])
def test_a_busy_and_an_idle_centre_are_decided_alike_whether_they_are_explained_or_not(agents):
    plan = simulation.Plan(tickets=1500, agents=agents, full=True, seed=9)
    staff = tuple(simulation._agents(plan))
    steps = [PresenceStep(at_us=0, agent_id=a.agent_id, to="available") for a in staff]
    drawn = list(simulation._drawn(plan, random.Random(2)))
    scenario = Scenario(rules=Rules(auto_accept=True), agents=staff, steps=steps, drawn=drawn)

    told, untold = play_scenario(scenario), play_scenario(scenario, explains=False)

    assert told.offers == untold.offers
