"""What is promised to a customer, and when a promise is due: clocks that run in business time.

Three things are promised on a ticket: a first reply, the next one, a solution. A clock begins with
what it is about, stands still in the states that are not ours to end, and ends when the promise is
kept or falls away. Nothing here has a clock of its own: instants and calendars are passed in.

What others do: reply times of Zendesk run on whatever the state, its next reply begins with the
oldest message that nobody has answered, its "agent work time" leaves out pending and on hold, its
"requester wait time" only pending.
Source: https://support.zendesk.com/hc/en-us/articles/4408829459866
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from routing import calendars
from routing.calendars import Calendar, NeverOpens
from routing.states import State

Metric = Literal["first_reply", "next_reply", "resolution"]
Ending = Literal["met", "cancelled"]
#: ``overdue``: it goes on after its time was over. ``met_late``: kept, but after that.
Condition = Literal["running", "paused", "overdue", "met", "met_late", "cancelled"]

#: In which states a clock stands still. Who has heard nothing waits, whatever we call it; who has
#: asked again waits while we wait for somebody else; a solution cannot come before what it needs.
STANDS_STILL: Final[Mapping[Metric, frozenset[State]]] = {
    "first_reply": frozenset(),
    "next_reply": frozenset({"pending"}),
    "resolution": frozenset({"pending", "on_hold"}),
}
#: People are warned when this share of the time is gone, unless a policy says otherwise.
WARN_SHARE: Final = 0.75

_OVER: Final = frozenset[State]({"solved", "closed"})
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A span in which a clock stands still; it goes on while ``to_at`` is None."""

    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise; its pauses come in order, at most the last one is open."""

    metric: Metric
    episode: int
    target: timedelta
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: Ending | None = None

    @property
    def is_paused(self) -> bool:
        """Whether it stands still and has not ended."""
        return bool(self.pauses) and self.pauses[-1].to_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What matters of a ticket; ``replied_at`` is when somebody last wrote to the customer.

    ``was_answered`` is true once somebody ever did, ``is_dropped`` of spam and of who gave up.
    """

    state: State
    episode: int
    enqueued_at: datetime
    was_answered: bool
    replied_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    is_dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What may begin a promise: an episode (``is_new``); words of the customer, since when."""

    is_new: bool = False
    heard_at: datetime | None = None

    def and_then(self, other: "Happening") -> "Happening":
        """Both of them: what was heard first counts."""
        heard = [h.heard_at for h in (self, other) if h.heard_at is not None]
        return Happening(is_new=self.is_new or other.is_new, heard_at=min(heard, default=None))


def begun(
    ticket: Situation, clocks: Iterable[Clock], happening: Happening
) -> list[tuple[Metric, datetime]]:
    """Which promises begin now, and since when they run.

    A solution is promised when an episode begins. A reply is promised when the customer wrote and
    no earlier words of his wait for one: the first reply as long as nobody ever wrote to him.
    """
    if ticket.state == "new" or ticket.state in _OVER:
        return []
    running = {c.metric for c in clocks if c.ended_at is None and c.episode == ticket.episode}
    beginning: list[tuple[Metric, datetime]] = []
    if happening.heard_at is not None and running.isdisjoint({"first_reply", "next_reply"}):
        metric: Metric = "next_reply" if ticket.was_answered else "first_reply"
        beginning.append((metric, happening.heard_at))
    if happening.is_new and "resolution" not in running:
        beginning.append(("resolution", ticket.enqueued_at))
    return beginning


def moved_on(clock: Clock, ticket: Situation, now: datetime) -> Clock:
    """The clock as it is now that the ticket is so; what has ended stays as it is."""
    if clock.ended_at is not None:
        return clock
    ending = _ending(clock, ticket)
    if ending is not None:
        ended_at, ended_by = ending
        going = _gone_on(clock, ended_at) if clock.is_paused else clock
        return replace(going, ended_at=ended_at, ended_by=ended_by)
    stands_still = ticket.state in STANDS_STILL[clock.metric]
    if stands_still and not clock.is_paused:
        return _stood_still(clock, max(now, clock.started_at))
    if clock.is_paused and not stands_still:
        return _gone_on(clock, now)
    return clock


def judged(clock: Clock, due_at: datetime | None, now: datetime) -> Clock:
    """The clock with the instant at which its promise was broken, if it was by now.

    It is kept by what happens before it is due: at that very instant it is broken, whoever looks
    first.
    """
    if clock.breached_at is not None or due_at is None or due_at > (clock.ended_at or now):
        return clock
    return replace(clock, breached_at=due_at)


def due(clock: Clock, calendar: Calendar) -> datetime | None:
    """When its time is over; None while it stands still before that, or if it never will be."""
    return instant_of(clock, calendar, clock.target)


def share_reached(clock: Clock, calendar: Calendar, share: float) -> datetime | None:
    """The first instant at which this share of its time is gone, exactly: ``burn`` is no less."""
    return instant_of(clock, calendar, _share_of(clock.target, share))


def instant_of(clock: Clock, calendar: Calendar, amount: timedelta) -> datetime | None:
    """The first instant by which it has run for so long; None as in ``due``."""
    left = amount
    for begin, end in _runs(clock):
        if end is not None:
            gone = calendars.business_time(calendar, begin, end)
            if gone < left:
                left -= gone
                continue
        try:
            return calendars.instant_after(calendar, begin, left)
        except NeverOpens:
            return None
    return None


def spent(clock: Clock, calendar: Calendar, at: datetime) -> timedelta:
    """How long it has run by then; after it has ended no more."""
    until = at if clock.ended_at is None else min(at, clock.ended_at)
    return sum(
        (
            calendars.business_time(calendar, begin, until if end is None else min(end, until))
            for begin, end in _runs(clock)
        ),
        timedelta(),
    )


def burn(clock: Clock, calendar: Calendar, at: datetime) -> float:
    """The share of its time that is gone; above 1 when it is late."""
    return (spent(clock, calendar, at) // _INSTANT) / (clock.target // _INSTANT)


def condition(clock: Clock, *, is_over: bool) -> Condition:
    """What a person says of it; ``is_over``: its time is, whether or not anybody noted it yet."""
    is_late = is_over or clock.breached_at is not None
    if clock.ended_by == "cancelled":
        return "cancelled"
    if clock.ended_by == "met":
        return "met_late" if is_late else "met"
    if is_late:
        return "overdue"
    return "paused" if clock.is_paused else "running"


def _ending(clock: Clock, ticket: Situation) -> tuple[datetime, Ending] | None:
    """How and when the clock ends now that the ticket is so; None where it goes on."""
    is_solution = clock.metric == "resolution"
    if not is_solution and ticket.replied_at is not None and ticket.replied_at >= clock.started_at:
        return ticket.replied_at, "met"
    if clock.episode < ticket.episode:  # solved and back within one hold of the lock
        return ticket.enqueued_at, "met" if is_solution else "cancelled"
    if ticket.state not in _OVER:
        return None
    if ticket.is_dropped:
        assert ticket.closed_at is not None, "what is dropped is closed"
        return ticket.closed_at, "cancelled"
    assert ticket.solved_at is not None, "what is over was solved"
    return ticket.solved_at, "met" if is_solution else "cancelled"


def _stood_still(clock: Clock, at: datetime) -> Clock:
    last = clock.pauses[-1] if clock.pauses else None
    if last is not None and last.to_at is not None and last.to_at >= at:  # it never went on
        return replace(clock, pauses=(*clock.pauses[:-1], replace(last, to_at=None)))
    return replace(clock, pauses=(*clock.pauses, Pause(from_at=at, to_at=None)))


def _gone_on(clock: Clock, at: datetime) -> Clock:
    *before, pause = clock.pauses
    return replace(clock, pauses=(*before, replace(pause, to_at=max(at, pause.from_at))))


@lru_cache(maxsize=1024)  # a centre promises a few things
def _share_of(target: timedelta, share: float) -> timedelta:
    """So much of a target, not a moment less: the share is what is written, not its binary."""
    return math.ceil(Fraction(repr(share)) * (target // _INSTANT)) * _INSTANT


def _runs(clock: Clock) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans in which it ran; the last one goes on, unless it stands still."""
    begin = clock.started_at
    for pause in clock.pauses:
        if begin < pause.from_at:
            yield begin, pause.from_at
        if pause.to_at is None:
            return
        begin = pause.to_at
    yield begin, None
