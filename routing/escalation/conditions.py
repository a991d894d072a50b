"""What an escalation rule may ask for: thresholds, flags and attributes, joined by all and any.

A condition maps leaves to what is wanted of them, and all of them must hold. ``all`` and ``any``
map to lists of conditions. Beside the leaves of ``LEAVES`` there are the attributes of
``routing.entry``; ``keyword`` hears only what was said in this tier. Minutes are open time of the
queue, and stand still while it is not our turn.

Leaves differ in what they rest on: on this stay in a tier, as ``OF_THE_STAY`` do, or on the whole
ticket. What has moved a ticket once is no reason to move it again (see ``deciding``).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final

from routing import calendars, entry
from routing.calendars import ALWAYS_OPEN, Calendar, NeverOpens

#: What a rule may ask for besides the attributes of a problem, and what it means.
LEAVES: Final[Mapping[str, str]] = {
    "business_minutes_in_tier": "open minutes since it came to this tier",
    "business_minutes_in_queue": "open minutes since it came to this queue",
    "minutes_without_reply": "open minutes in this tier with words of the customer unanswered",
    "public_replies_without_solve": "answers to the customer in this tier",
    "reopens": "how often the problem came back",
    "transfers": "how often it was moved sideways since it came, or came back",
    "offers_unanswered": "how often it rang in this tier and nobody answered",
    "sla_burn": "the share of a promised time that has gone by; 1 is all of it",
    "repeat_contacts": "other problems of this customer and category, within some days",
    "customer_request": "the customer asked for somebody more senior, in this tier",
    "agent_request": "the agent refers it himself: the rule says where to",
    "resolution_failed": "a solution was tried in this tier and failed; true, or reasons",
}
OF_THE_STAY: Final = frozenset(
    {
        "business_minutes_in_tier",
        "business_minutes_in_queue",
        "minutes_without_reply",
        "public_replies_without_solve",
        "offers_unanswered",
        "customer_request",
        "agent_request",
        "resolution_failed",
        "keyword",
    }
)
#: Of a number alone, ``repeat_contacts`` looks back so many days.
REPEATED_WITHIN_DAYS: Final = 7
COUNTS: Final[Mapping[str, str]] = {
    "public_replies_without_solve": "replies",
    "reopens": "reopens",
    "transfers": "transfers",
    "offers_unanswered": "offers_unanswered",
}
MINUTES: Final[Mapping[str, str]] = {
    "business_minutes_in_tier": "in_tier",
    "business_minutes_in_queue": "in_queue",
    "minutes_without_reply": "unanswered",
}
FLAGS: Final = frozenset({"customer_request", "agent_request"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promised time that runs: all of it, when it will be over, and by whose hours."""

    target: timedelta
    due_at: datetime
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one ticket at an instant.

    ``unanswered`` is None where the customer waits for no answer. ``repeats`` are the instants at
    which the same customer came with the same category. Where ``problem`` or ``repeats`` is None
    it is not known yet, and whatever is asked of it may be true.
    """

    at: datetime
    calendar: Calendar = ALWAYS_OPEN
    in_tier: timedelta = timedelta()
    in_queue: timedelta = timedelta()
    unanswered: timedelta | None = None
    replies: int = 0
    reopens: int = 0
    transfers: int = 0
    offers_unanswered: int = 0
    promises: tuple[Promise, ...] = ()
    repeats: tuple[datetime, ...] | None = None
    customer_request: bool = False
    agent_request: bool = False
    failures: frozenset[str] = frozenset()
    problem: entry.Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A leaf that held: what was wanted, and what was found (True where it is no number)."""

    leaf: str
    wanted: Any
    found: float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When a condition holds if nothing but time goes on, and by which leaves; None: never.

    ``anew_at`` is the same where at least one leaf must be of this stay in a tier.
    """

    at: datetime | None
    because: tuple[Held, ...]
    anew_at: datetime | None
    anew_because: tuple[Held, ...]


def when(condition: Mapping[str, Any], facts: Facts) -> When:
    """When the condition holds: at ``facts.at`` if it does so now."""
    return _all_of(
        [
            _all_of([when(c, facts) for c in wanted])
            if name == "all"
            else _any_of([when(c, facts) for c in wanted])
            if name == "any"
            else _leaf(name, wanted, facts)
            for name, wanted in condition.items()
        ]
    )


def leaves(condition: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every leaf of a condition that was checked: its place, its name, and what is wanted."""
    for name, wanted in condition.items():
        if name in ("all", "any"):
            for n, inner in enumerate(wanted):
                yield from leaves(inner, f"{place}{name}[{n}].")
        else:
            yield f"{place}{name}", name, wanted


def asks_for(condition: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether one of these leaves is in the condition."""
    return any(name in names for _, name, _ in leaves(condition))


def days_looked_back(wanted: Any) -> int:
    """How far back ``repeat_contacts`` looks."""
    return int(wanted["days"]) if isinstance(wanted, Mapping) else REPEATED_WITHIN_DAYS


def _leaf(name: str, wanted: Any, facts: Facts) -> When:
    at, found = _ASKED.get(name, _attribute)(name, wanted, facts)
    because = (Held(leaf=name, wanted=wanted, found=found),)
    is_anew = name in OF_THE_STAY
    return When(
        at=at,
        because=because,
        anew_at=at if is_anew else None,
        anew_because=because if is_anew else (),
    )


_Answer = tuple[datetime | None, float | bool]


def _minutes(name: str, wanted: Any, facts: Facts) -> _Answer:
    gone: timedelta | None = getattr(facts, MINUTES[name])
    if gone is None:
        return None, 0.0
    left = timedelta(minutes=wanted) - gone
    return _after(facts.calendar, facts.at, left), _in_minutes(gone)


def _count(name: str, wanted: Any, facts: Facts) -> _Answer:
    found: int = getattr(facts, COUNTS[name])
    return (facts.at if found >= wanted else None), found


def _sla_burn(_name: str, wanted: Any, facts: Facts) -> _Answer:
    at: datetime | None = None
    most = 0.0
    for promise in facts.promises:
        before, after = sorted((facts.at, promise.due_at))
        apart = calendars.business_time(promise.calendar, before, after)
        left = apart if facts.at < promise.due_at else -apart
        most = max(most, 1 - left / promise.target)
        burnt_at = _after(promise.calendar, facts.at, left - (1 - wanted) * promise.target)
        at = _earlier(at, burnt_at)
    return at, round(most, 3)


def _repeat_contacts(_name: str, wanted: Any, facts: Facts) -> _Answer:
    if facts.repeats is None:
        return facts.at, True
    since = facts.at - timedelta(days=days_looked_back(wanted))
    found = sum(since <= at <= facts.at for at in facts.repeats)
    times = wanted["times"] if isinstance(wanted, Mapping) else wanted
    return (facts.at if found >= times else None), found


def _flag(name: str, _wanted: Any, facts: Facts) -> _Answer:
    return (facts.at if getattr(facts, name) else None), True


def _resolution_failed(_name: str, wanted: Any, facts: Facts) -> _Answer:
    reasons = facts.failures if wanted is True else facts.failures & set(as_list(wanted))
    return (facts.at if reasons else None), True


def _attribute(name: str, wanted: Any, facts: Facts) -> _Answer:
    holds = facts.problem is None or entry.holds({name: wanted}, facts.problem)
    return (facts.at if holds else None), True


_ASKED: Final[Mapping[str, Callable[[str, Any, Facts], _Answer]]] = {
    **dict.fromkeys(MINUTES, _minutes),
    **dict.fromkeys(COUNTS, _count),
    **dict.fromkeys(FLAGS, _flag),
    "sla_burn": _sla_burn,
    "repeat_contacts": _repeat_contacts,
    "resolution_failed": _resolution_failed,
}


def _all_of(parts: Sequence[When]) -> When:
    """All must hold; anew as soon as one of them does so."""
    at = reduce(_later, (part.at for part in parts)) if parts else None
    first = _first(parts, lambda part: part.anew_at)
    anew_at = None if first is None else _later(at, first.anew_at)
    return When(
        at=at,
        because=tuple(held for part in parts for held in part.because),
        anew_at=anew_at,
        anew_because=()
        if anew_at is None
        else tuple(
            held
            for part in parts
            for held in (part.anew_because if part is first else part.because)
        ),
    )


def _any_of(parts: Sequence[When]) -> When:
    """One is enough: the earliest, and of those that hold together the first."""
    first = _first(parts, lambda part: part.at)
    anew = _first(parts, lambda part: part.anew_at)
    return When(
        at=None if first is None else first.at,
        because=() if first is None else first.because,
        anew_at=None if anew is None else anew.anew_at,
        anew_because=() if anew is None else anew.anew_because,
    )


def _first(parts: Sequence[When], at: Callable[[When], datetime | None]) -> When | None:
    found = [(instant, n) for n, part in enumerate(parts) if (instant := at(part)) is not None]
    return parts[min(found)[1]] if found else None


def _after(calendar: Calendar, at: datetime, left: timedelta) -> datetime | None:
    """When it has been open for so long; now where nothing is left."""
    if left <= timedelta():
        return at
    try:
        return calendars.instant_after(calendar, at, left)
    except NeverOpens:
        return None


def _later(a: datetime | None, b: datetime | None) -> datetime | None:
    return None if a is None or b is None else max(a, b)


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else min(a, b)


def _in_minutes(span: timedelta) -> float:
    return round(span / timedelta(minutes=1), 1)


def as_list(wanted: Any) -> list[Any]:
    """One wanted value, or several of which one is enough."""
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
