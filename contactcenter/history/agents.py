"""The history of one agent: what he did with the time in which he was signed in.

His presence says that he is there, his tickets what he does: while he has one in hand he handles,
while one rings at him it rings, and else he is what his presence says. Pauses are pauses, whatever
he holds meanwhile. Times of several tickets at once count once; ``busy`` has how many they were.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.ordering import in_order

#: A half-open stretch of time and what it is.
Stretch = tuple[datetime, datetime, str]

_AWAY: Final = "away"
#: Of what was planned and of what was done: all else is productive.
_BREAKS: Final = ("break", "lunch", "away", "pause", "training", "meeting")
_OFFLINE: Final = "offline"
_HANDLING: Final = "handling"


def facts_of_agent(
    agent: Id, entries: Iterable[Entry], tickets: Iterable[Fact], until: datetime
) -> list[Fact]:
    """How this agent spent his time, up to an instant, in the order of time.

    ``entries`` are what was told of his presence (``presence_changed``) and of his plan
    (``shift_planned``), ``tickets`` the facts of his tickets; both in any order, and those of
    others are left out. Every stretch ends, and begins anew, where something is told of him: so
    what comes later changes nothing before that.
    """
    told = [entry for entry in in_order(entries) if entry.agent == agent]
    mine = [fact for fact in tickets if fact.agent == agent]
    present = list(_presences(told, until))
    held = list(_in_hand(mine, until))
    rings = [(f.from_at, f.at or until) for f in mine if f.kind == "offer"]
    spent = list(_spent(present, held, rings))
    planned = list(_planned(told))
    facts = [_fact("presence", agent, one) for one in spent]
    facts += [
        _fact("busy", agent, (from_at, at, _HANDLING), load=load)
        for from_at, at, load in _Load(held).levels([one.at for one in told])
    ]
    for plan in planned:
        facts.append(_fact("planned", agent, plan))
        kept = (_common(one, plan) for one in spent if _kind_of(one[2]) == plan[2])
        facts += [_fact("adhered", agent, one) for one in kept if one is not None]
    return sorted(facts, key=lambda fact: (fact.from_at, fact.kind))


def _presences(told: Iterable[Entry], until: datetime) -> Iterator[Stretch]:
    state, since = _OFFLINE, until
    for entry in told:
        if entry.kind != "presence_changed":
            continue
        if state != _OFFLINE and since < entry.at:
            yield since, entry.at, state
        state = str(entry.get("to") or entry.get("state") or _OFFLINE)
        since = entry.at
    if state != _OFFLINE and since < until:
        yield since, until, state


def _spent(
    present: Sequence[Stretch],
    held: Sequence[tuple[datetime, datetime]],
    rings: Sequence[tuple[datetime, datetime]],
) -> Iterator[Stretch]:
    """Presence, cut where he begins or ends to hold something, or something to ring at him."""
    busy, ringing = _Load(held), _Load(rings)
    for from_at, to_at, state in present:
        if state == _AWAY:
            yield from_at, to_at, state
            continue
        edges = {from_at, to_at, *busy.changes(from_at, to_at), *ringing.changes(from_at, to_at)}
        yield from _joined(
            (begin, end, _doing(state, busy.at(begin), ringing.at(begin)))
            for begin, end in itertools.pairwise(sorted(edges))
        )


def _doing(state: str, held: int, rings: int) -> str:
    if held:
        return _HANDLING
    return "ringing" if rings and state == "available" else state


class _Load:
    """How many of some spans cover an instant."""

    def __init__(self, spans: Sequence[tuple[datetime, datetime]]) -> None:
        changes = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
        self._instants = [at for at, _ in changes]
        self._loads = list(itertools.accumulate(step for _, step in changes))

    def at(self, instant: datetime) -> int:
        place = bisect_right(self._instants, instant)
        return self._loads[place - 1] if place else 0

    def changes(self, from_at: datetime, to_at: datetime) -> Sequence[datetime]:
        """The instants between two at which it may change."""
        begin = bisect_right(self._instants, from_at)
        return self._instants[begin : bisect_left(self._instants, to_at)]

    def levels(self, cuts: Iterable[datetime]) -> Iterator[tuple[datetime, datetime, int]]:
        """Wherever it is one at least, and how many; cut at some instants besides."""
        if not self._instants:
            return
        edges = {*self._instants, *(at for at in cuts if self._instants[0] < at)}
        for since, at in itertools.pairwise(sorted(edges)):
            if load := self.at(since):
                yield since, at, load


def _planned(told: Iterable[Entry]) -> Iterator[Stretch]:
    for entry in told:
        if entry.kind != "shift_planned":
            continue
        from_at, to_at = entry.get("from_at"), entry.get("to_at")
        if isinstance(from_at, datetime) and isinstance(to_at, datetime) and from_at < to_at:
            yield from_at, to_at, _kind_of(str(entry.get("state") or "available"))


def _kind_of(state: str) -> str:
    return "break" if state in _BREAKS else "productive"


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours in the same state are one."""
    former: Stretch | None = None
    for one in stretches:
        if former is not None and former[2] == one[2]:
            former = (former[0], one[1], one[2])
            continue
        if former is not None:
            yield former
        former = one
    if former is not None:
        yield former


def _in_hand(mine: Sequence[Fact], until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What he held; and calls, where nobody told that he held their ticket."""
    held = [fact for fact in mine if fact.kind == "stay" and fact.outcome == "held"]
    tickets = {fact.ticket for fact in held}
    calls = (fact for fact in mine if fact.kind == "handled" and fact.outcome == "talked")
    for fact in (*held, *(call for call in calls if call.ticket not in tickets)):
        yield fact.from_at, fact.at or until


def _common(one: Stretch, other: Stretch) -> Stretch | None:
    """What two stretches have in common, named as the second."""
    begin, end = max(one[0], other[0]), min(one[1], other[1])
    return (begin, end, other[2]) if begin < end else None


def _fact(kind: Kind, agent: Id, stretch: Stretch, load: int | None = None) -> Fact:
    from_at, at, outcome = stretch
    lasted_s = (at - from_at).total_seconds()
    return Fact(
        kind=kind,
        ticket=None,
        contact=None,
        episode=0,
        from_at=from_at,
        at=at,
        calendar_s=lasted_s,
        business_s=lasted_s,
        outcome=outcome,
        agent=agent,
        load=load,
    )
