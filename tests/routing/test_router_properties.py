"""What holds of every history whatever: the router in memory against its invariants, and itself."""

import copy
import os

import plain_router
import pytest
from histories import AGENTS, histories
from histories_played import THE_END, centre, outcome, play, step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.engine.playing import take
from routing.engine.router import Router

SOME = settings(
    max_examples=int(os.environ.get("ROUTING_HISTORIES", "10")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
MORE = settings(SOME, max_examples=2 * SOME.max_examples)
MANY = settings(SOME, max_examples=2_000)
LIVE_WITH_AGENT = ("offered", "assigned")


def looked_after(router: Router) -> None:
    """I1 to I4, I7 to I11 and I17, at one instant."""
    agents, tickets = router.agents, router.tickets.values()
    for a in agents.values():
        has = [t for t in tickets if t.agent_id == a.agent_id]
        assert a.load == sum(t.weight for t in has) <= a.capacity  # I1
        assert a.ringing | a.holding == {t.ticket_id for t in has}
        assert not a.ringing & a.holding  # I2
    for t in tickets:
        assert (t.agent_id is not None) == (t.state in LIVE_WITH_AGENT)
        assert t.rank_us == t.enqueued_us - sum(row.credit_us for row in t.credits)  # I8
        for a in agents.values():
            clause = router.why_not(t.ticket_id, a.agent_id)
            assert clause is not None, (
                f"{t.ticket_id} waits and {a.agent_id} may have it"
            )  # I3, I17
    timers_looked_after(router)


def timers_looked_after(router: Router) -> None:
    """I11: each state that waits for time has one timer, and none is overdue."""
    pending = router._floor.clock.pending()
    assert all(due >= router.now_us for due in pending.values())
    of = {(kind, subject[0]): due for (kind, subject), due in pending.items()}
    for t in router.tickets.values():
        assert (("offer_expiry", t.ticket_id) in of) == (t.state == "offered")
        if t.state in ("done", "left"):
            assert not any(subject == t.ticket_id for _, subject in of)
        excluded = {a for a, until in t.exclusions.items() if until > router.now_us}
        assert all(("exclusion_end", (t.ticket_id, a)) in pending for a in excluded)
        delays = [
            m.delay_us for a in router.agents.values() for m in [a.memberships.get(t.queue)] if m
        ]
        later = [t.enqueued_us + d for d in delays if t.enqueued_us + d > router.now_us]
        wanted = min(later, default=None) if t.state == "waiting" else None
        assert of.get(("delay_step", t.ticket_id)) == wanted
        is_live = t.state not in ("done", "left")
        assert (("overflow", t.ticket_id) in of) == (bool(t.overflow) and is_live)
        is_kept = t.sticky_agent is not None and t.sticky_until_us > router.now_us
        assert (("sticky_end", t.ticket_id) in of) == (is_kept and is_live)
    for a in router.agents.values():
        assert (("wrap_up_end", a.agent_id) in of) == (a.presence == "wrap_up")


@MORE
@given(histories())
def test_invariants_hold_after_every_event(history):
    play(history, looked_after)


def plain_outcome(history):
    agents = [
        plain_router.Agent(a["id"], a["capacity"], {m["queue"]: m for m in a["members"]})
        for a in copy.deepcopy(history["agents"])
    ]
    plain = plain_router.PlainRouter(history["config"], agents)
    for event in copy.deepcopy(history["events"]):
        plain.play(event)
    plain.advance(plain.now + THE_END)
    return (
        plain.offers,
        {t.id: t.legs for t in plain.tickets.values()},
        {t.id: (t.state, t.agent.id if t.agent else None) for t in plain.tickets.values()},
        {a.id: a.presence for a in plain.agents.values()},
    )


@MORE
@given(histories())
def test_everybody_asked_about_everything_decides_the_same(history):  # I6 among others
    assert outcome(play(history)) == plain_outcome(history)


class Watching:
    """Remembers what may never change, and looks at what has been offered since the last look."""

    def __init__(self):
        self.offers, self.enqueued, self.states = 0, {}, {}
        self.exclusions = {}

    def __call__(self, router):
        for t in router.tickets.values():
            assert self.enqueued.setdefault(t.ticket_id, t.enqueued_us) == t.enqueued_us  # I7
            before = self.states.get(t.ticket_id)
            if before in ("done", "left"):
                assert t.state == before  # I9
            self.states[t.ticket_id] = t.state
        new = router.offers[self.offers :]
        for at, ticket_id, agent_id in new:
            assert self.exclusions.get((ticket_id, agent_id), -1) <= at  # I10
        self.offers = len(router.offers)
        self.exclusions = {
            (t.ticket_id, a): u for t in router.tickets.values() for a, u in t.exclusions.items()
        }


def without_escalations(history):
    """The same without what lifts an exclusion before its end."""
    for event in history["events"]:
        if event["do"] == "escalate":
            event["do"] = "credit"
        event.pop("escalate", None) or event.pop("service", None)
        event.pop("escalation_credit", None)
        event.pop("service", None)
    return history


@SOME
@given(histories())
def test_age_ends_and_exclusions_are_kept(history):  # I7, I9, I10
    play(without_escalations(history), Watching())


@SOME
@given(histories())
def test_offers_go_to_available_members_with_room(history):  # I4
    router = centre(history, explains=True)
    for event in history["events"]:
        take(router, step(event))

    for why in router.why:
        a = router.agents[why.agent_id]
        assert why.queue in a.memberships
        assert why.load < why.capacity
        assert why.agent_id not in {p.agent_id for p in why.passed_over}
        assert why.agents >= 1
        assert 1 <= why.rank <= why.tickets
        assert why.is_sticky or why.rank == 1


@SOME
@given(histories())
def test_within_a_queue_nobody_is_overtaken(history):  # I5
    history["config"] |= {"exclude_for": 0, "auto_accept": True}
    for a in history["agents"]:
        for m in a["members"]:
            m["delay"] = 0
    for event in history["events"]:
        if event["do"] == "ticket":
            event["weight"] = 1
            for name in ("sticky_agent", "sticky_for", "overflow"):
                event.pop(name, None)
    router, seen = centre(history), 0
    for event in history["events"]:
        while (due := router.next_due_us()) is not None and due <= event["at"]:
            router.advance(due)
        take(router, step(event))
        for at, ticket_id, _ in router.offers[seen:]:
            offered = router.tickets[ticket_id]
            behind = [
                t
                for t in router.tickets.values()
                if t.state == "waiting" and t.queue == offered.queue
            ]
            if (
                event["do"] not in ("credit", "escalate")
                and offered.state == "assigned"
                and at == router.now_us
            ):
                mine = (offered.rank_us, offered.ticket_id)
                assert all(mine < (t.rank_us, t.ticket_id) for t in behind)
        seen = len(router.offers)


@SOME
@given(histories())
def test_a_replay_decides_the_same(history):  # I12
    assert outcome(play(history)) == outcome(play(copy.deepcopy(history)))


@SOME
@given(histories())
def test_an_event_that_comes_twice_counts_once(history):  # I14
    # These name no offer: said twice, they are said of the next offer or add up.
    once = [e for e in history["events"] if e["do"] not in ("decline", "credit", "escalate")]
    twice = [copy.deepcopy(e) for e in once for _ in range(2)]

    assert outcome(play(history | {"events": twice})) == outcome(play(history | {"events": once}))


@SOME
@given(histories(), st.integers(0, 10**9))
def test_a_shift_of_time_shifts_every_decision(history, shift):  # I19
    there = play(history)
    for event in history["events"]:
        event["at"] += shift
    shifted = play(history)

    assert shifted.offers == [(at + shift, t, a) for at, t, a in there.offers]


@SOME
@given(histories())
def test_other_names_in_the_same_order_change_nothing(history):  # I20
    there = play(history)
    other = {name: f"agent-{n}" for n, name in enumerate(AGENTS)}
    for a in history["agents"]:
        a["id"] = other[a["id"]]
    for event in history["events"]:
        for key in ("agent", "sticky_agent"):
            if key in event:
                event[key] = other[event[key]]

    assert play(history).offers == [(at, t, other[a]) for at, t, a in there.offers]


def renamed(history, suffix, add):
    """The same centre again under other names, to stand beside the first."""
    other = copy.deepcopy(history)
    for a in other["agents"]:
        a["id"] += suffix
        for m in a["members"]:
            m["queue"] += suffix
    for event in other["events"]:
        for key in ("agent", "sticky_agent", "queue"):
            if key in event:
                event[key] += suffix
        for key in ("id", "ticket"):
            if key in event:
                event[key] += add
        if "overflow" in event:
            event["overflow"] = [(after, queue + suffix) for after, queue in event["overflow"]]
        if "escalate" in event and event["do"] == "ticket":
            event["escalate"] = [queue + suffix for queue in event["escalate"]]
    return other


@SOME
@given(histories(longest=30), histories(longest=30), st.booleans())
def test_centres_that_share_nothing_do_not_touch_each_other(one, two, first):  # I13
    two = renamed(two, "-2", 1_000) | {"config": one["config"]}
    both = [*one["events"], *two["events"]] if first else [*two["events"], *one["events"]]
    together = one | {
        "agents": one["agents"] + two["agents"],
        "events": sorted(both, key=lambda e: e["at"]),
    }

    offers = play(together).offers

    end = max(e["at"] for e in both)
    for alone, ids in ((one, range(1_000)), (two, range(1_000, 2_000))):
        alone["events"].append({"at": end, "do": "advance"})
        assert play(alone).offers == [o for o in offers if o[1] in ids]


@SOME
@given(histories(longest=40))
def test_every_leg_begins_where_the_ticket_was_free(history):  # I16
    router = play(history)

    for t in router.tickets.values():
        starts = [at for at, _ in t.legs]
        assert starts == sorted(starts)
        assert all(at >= t.enqueued_us for at in starts)
        assert [agent for _, agent in t.legs].count(None) == (t.state == "left")
        if t.state == "left":
            assert t.legs[-1][1] is None
        if t.state == "assigned":
            assert t.legs[-1][1] == t.agent_id


one_queue = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), min_size=1, max_size=30)


@SOME
@given(one_queue, st.integers(1, 3))
def test_one_more_idle_agent_makes_nobody_wait_longer(work, staff):  # I18
    def starts(agents):
        history = {
            "config": {
                "offer_timeout": 1,
                "exclude_for": 1,
                "max_misses": 2,
                "auto_accept": True,
                "wrap_up": 0,
            },
            "agents": [
                {"id": f"a{n}", "capacity": 1, "members": [{"queue": "a"}]} for n in range(agents)
            ],
            "events": [
                {"at": 0, "do": "presence", "agent": f"a{n}", "to": "available"}
                for n in range(agents)
            ],
        }
        for n, (at, service) in enumerate(sorted(work)):
            history["events"].append(
                {
                    "at": at,
                    "do": "ticket",
                    "id": n,
                    "queue": "a",
                    "service": [service],
                    "escalate": [],
                    "escalation_credit": 0,
                }
            )
        played = play(history)
        return [t.legs[0][0] for t in sorted(played.tickets.values(), key=lambda t: t.ticket_id)]

    fewer, more = starts(staff), starts(staff + 1)

    assert all(later <= earlier for earlier, later in zip(fewer, more, strict=True))


@SOME
@given(histories(longest=40), st.integers(0, 39))
def test_a_closed_queue_offers_nothing_new_and_nothing_else_changes(history, when):  # I21
    router = centre(history)
    closed_from = None
    for n, event in enumerate(history["events"]):
        take(router, step(event))
        if n == when:
            router.set_open(event["at"], "a", is_open=False)
            closed_from, before = len(router.offers), outcome(router)
            assert outcome(router) == before
        elif closed_from is not None:
            waiting_in_a = {
                t.ticket_id
                for t in router.tickets.values()
                if t.queue == "a" and t.state == "offered"
            }
            assert not waiting_in_a & {t for _, t, _ in router.offers[closed_from:]}
    if closed_from is not None:
        router.set_open(router.now_us, "a", is_open=True)
        looked_after(router)


@pytest.mark.full
@pytest.mark.timeout(600)
@MANY
@given(histories())
def test_invariants_hold_in_thousands_of_histories(history):
    assert outcome(play(history, looked_after)) == plain_outcome(history)
