"""What holds of any events: their order and repetition are nothing, parts add up to wholes."""

import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from told import ask, counts, e, rows, walk

from contactcenter.history import Entry, Fact, facts_of_ticket
from contactcenter.history.spans import both
from contactcenter.measuring import METRICS, Ask, measured
from contactcenter.measuring.asks import DIMENSIONS
from routing.calendars import OpeningHours, Span, unchanging

#: What can happen to a ticket, by its state, in the words of a document.
NEXT = {
    "new": ["ticket_queued", "ticket_assigned", "interaction_received"],
    "waiting": [
        "ticket_assigned",
        "ticket_offered",
        "ticket_escalated",
        "ticket_abandoned",
        "ticket_overflowed",
    ],
    "offered": ["ticket_assigned", "offer_declined", "offer_expired"],
    "assigned": [
        *(
            "reply_written",
            "interaction_received",
            "ticket_pending",
            "ticket_held",
            "ticket_solved",
        ),
        *(
            "ticket_escalated",
            "ticket_returned",
            "ticket_transferred",
            "ticket_released",
            "ticket_changed",
        ),
    ],
    "pending": ["interaction_received", "ticket_resumed", "ticket_solved"],
    "on_hold": ["ticket_resumed", "ticket_pending", "reply_written"],
    "solved": ["ticket_reopened", "ticket_closed", "chat_rated"],
    "closed": ["ticket_reopened"],
}
AFTER = {
    "ticket_queued": "waiting",
    "ticket_assigned": "assigned",
    "ticket_offered": "offered",
    "ticket_escalated": "waiting",
    "ticket_returned": "waiting",
    "ticket_released": "waiting",
    "ticket_overflowed": "waiting",
    "offer_declined": "waiting",
    "offer_expired": "waiting",
    "ticket_abandoned": "closed",
    "ticket_pending": "pending",
    "ticket_held": "on_hold",
    "ticket_resumed": "assigned",
    "ticket_solved": "solved",
    "ticket_reopened": "waiting",
    "ticket_closed": "closed",
    "ticket_transferred": "assigned",
}
BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn, ticket: int = 1) -> list[dict]:
    """A ticket's events as they happened; some of them in the same minute, or the same instant."""
    at, state, agent, tier = BEGAN, "new", 7, 1
    told = [
        {
            "at": at.isoformat(),
            "kind": "ticket_opened",
            "ticket": ticket,
            "contact": 1,
            "channel": "sms",
        }
    ]
    for _ in range(draw(st.integers(0, 14))):
        at += timedelta(seconds=draw(st.sampled_from([0, 1, 60, 4000, 90_000])))
        kind = draw(st.sampled_from(NEXT[state]))
        event = {"at": at.isoformat(), "kind": kind, "ticket": ticket}
        if kind in ("ticket_assigned", "ticket_offered", "ticket_transferred"):
            agent = draw(st.sampled_from([7, 8, 9]))
        if kind not in ("interaction_received", "ticket_reopened", "ticket_abandoned"):
            event["agent"] = agent
        if kind == "ticket_escalated":
            tier += 1
        if kind == "ticket_returned":
            tier = max(tier - 1, 1)
        if kind in ("ticket_queued", "ticket_escalated", "ticket_returned"):
            event |= {"queue": tier, "tier": tier}
        if kind == "ticket_changed":
            event["temperament"] = draw(st.sampled_from(["warm", "haggler"]))
        if kind == "chat_rated":
            event["score"] = draw(st.integers(1, 5))
        told.append(event)
        state = AFTER.get(kind, state)
    return told


def facts(events: list[dict], hours: OpeningHours | None = None) -> list[Fact]:
    calendar = None if hours is None else unchanging(hours)
    entries = [
        Entry(
            at=datetime.fromisoformat(event["at"]),
            kind=event["kind"],
            id=n,
            ticket=event["ticket"],
            contact=event.get("contact"),
            agent=event.get("agent"),
            actor="customer" if event["kind"] == "ticket_opened" else f"user:{event.get('agent')}",
            data={
                k: v
                for k, v in event.items()
                if k in ("queue", "tier", "temperament", "score", "channel")
            },
        )
        for n, event in enumerate(events)
    ]
    of_queue = (lambda _queue: calendar) if calendar is not None else unlimited
    return facts_of_ticket(entries, of_queue)


def unlimited(_queue: object):
    return unchanging(OpeningHours(zone=UTC, week=((Span(opens_min=0, closes_min=1440),),) * 7))


EVERYTHING = [
    {"metric": name, "by": by, "clock": clock}
    for name in METRICS
    for by in ("", "agent", "tier,outcome")
    for clock in ("calendar", "business")
]
#: A ticket may be in several of these, and a rate by them counts it in each.
MANY = ("agent", "team", "queue", "tier", "to_tier", "outcome")
OFFICE = {"week": {"monday": [["09:00", "17:00"]], "tuesday": [["08:00", "12:00"]]}}


@given(histories(), histories(2), st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_events_change_nothing(
    one: list[dict], other: list[dict], chance: random.Random
) -> None:
    events = [*one, *other]
    shuffled = [*events, *chance.choices(events, k=3)]
    chance.shuffle(shuffled)

    told = rows(events, *EVERYTHING[::5], calendar=OFFICE)
    assert msgspec.json.encode(
        rows(shuffled, *EVERYTHING[::5], calendar=OFFICE)
    ) == msgspec.json.encode(told)


def test_events_of_one_instant_happened_in_the_order_in_which_they_can(  # opened before received …
) -> None:
    kinds = [
        ("ticket_opened", {"channel": "sms"}),
        ("interaction_received", {}),
        ("ticket_queued", {"queue": 1, "tier": 1}),
        ("ticket_escalated", {"queue": 2, "tier": 2}),
        ("ticket_offered", {"agent": 7}),
        ("ticket_assigned", {"agent": 7}),
        ("reply_written", {"agent": 7}),
        ("ticket_solved", {"agent": 7}),
        ("chat_rated", {"score": 5}),
        ("ticket_closed", {}),
    ]
    told = [e("09:00", kind, **data) for kind, data in kinds]
    for seed in range(20):
        events = random.Random(seed).sample(told, len(told))
        for event in events:
            assert "id" not in event
        assert counts(events, "fcr", "agent") == {7: (1, 1)}
        assert counts(events, "csat", "agent") == {7: (1, 1)}
        assert counts(events, "escalation_rate", "tier") == {1: (1, 1), 2: (0, 1)}


def test_a_ticket_that_comes_back_at_once_is_taken_after_that() -> None:
    again = [
        *walk(),
        e("12:00", "ticket_assigned", agent=9),
        e("12:00", "ticket_reopened"),
        e("12:00", "reply_written", agent=9),
        e("12:30", "ticket_solved", agent=9),
    ]

    assert {group: row.n for group, row in ask(again, "solved", "agent").items()} == {7: 1, 9: 1}
    assert {g: row.value for g, row in ask(again, "aht", "agent").items()} == {7: 3000, 9: 1800}


@given(histories(), st.sampled_from(["calendar", "business"]))
def test_parts_add_up_to_wholes_over_every_dimension(events: list[dict], clock: str) -> None:
    told = facts(events)
    period = {"from_at": BEGAN - timedelta(days=1), "to_at": BEGAN + timedelta(days=90)}
    for metric in METRICS.values():
        whole = measured(told, Ask(metric=metric.name, clock=clock, **period))[0]
        for dimension in DIMENSIONS:
            if dimension == metric.over or (metric.has_reasons and dimension in MANY):
                continue  # a portion of everything; a ticket in several tiers
            by = Ask(metric=metric.name, by=(dimension,), clock=clock, **period)
            parts = measured(told, by)
            assert sum(row.n for row in parts) == whole.n, (metric.name, dimension)
            for name in ("numerator", "denominator"):
                if getattr(whole, name) is not None:
                    told_parts = sum(getattr(row, name) for row in parts)
                    assert abs(told_parts - getattr(whole, name)) < 1e-6, (metric.name, dimension)
            if metric.measure == "duration" and whole.n:
                sums = sum((row.mean or 0) * row.n for row in parts)
                assert abs(sums - whole.mean * whole.n) < 1e-3, (metric.name, dimension)


@given(histories())
def test_stays_tile_episodes_and_are_what_the_whole_is_the_sum_of(events: list[dict]) -> None:
    told = facts(events)
    stays = sorted(
        (f for f in told if f.kind == "stay"), key=lambda f: (f.from_at, f.at is None, f.at)
    )
    episodes = Counter(f.episode for f in told if f.kind == "solved")

    for before, after in itertools.pairwise(stays):
        if before.episode == after.episode:
            assert before.at == after.from_at
    for fact in told:
        if fact.kind == "solved":
            of_episode = [s for s in stays if s.episode == fact.episode]
            assert episodes[fact.episode] == 1
            assert (of_episode[0].from_at, of_episode[-1].at) == (fact.from_at, fact.at)
            assert sum(s.calendar_s for s in of_episode) == fact.calendar_s
    sums = {f.kind: f.calendar_s for f in told}
    if "full_resolution" in sums:
        assert sums["requester_wait"] + sums["agent_wait"] == sums["unsolved_time"]
        gaps = sum(f.calendar_s for f in told if f.kind == "reopened")
        left = [s for s in stays if s.episode not in episodes]
        if not left:  # an episode that was abandoned has an end and no solution
            assert sums["unsolved_time"] + gaps == sums["full_resolution"]


def test_days_of_23_and_25_hours_and_leap_days_are_as_long_as_they_are() -> None:
    whole = {"monday": [["00:00", "24:00"]], "sunday": [["00:00", "24:00"]]}
    berlin = {"zone": "Europe/Berlin", "calendar": whole}

    def solved(from_at: str, to_at: str, **document) -> tuple:
        events = [
            {"at": from_at, "kind": "ticket_opened", "ticket": 1},
            {"at": to_at, "kind": "ticket_solved", "ticket": 1, "agent": 7},
        ]
        asks = ({"metric": "full_resolution", "clock": clock} for clock in ("calendar", "business"))
        return tuple(row.value / 3600 for row in rows(events, *asks, as_of=None, **document))

    assert solved("2026-03-29", "2026-03-30", **berlin) == (23, 23)
    assert solved("2026-10-25", "2026-10-26", **berlin) == (25, 25)
    assert solved("2028-02-28", "2028-03-01", zone="Asia/Tehran", calendar=whole) == (48, 24)
    hours = OpeningHours(
        zone=ZoneInfo("Europe/Berlin"), week=((Span(opens_min=60, closes_min=240),),) * 7
    )
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)  # from one to four that night is two hours
    assert both(unchanging(hours), night, night + timedelta(hours=12)) == (43200, 7200)
