"""Which facts a metric is made of, as data: the same in memory and in the database."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property

from msgspec import Struct

from contactcenter.history import Fact, Id, Kind
from contactcenter.measuring.asks import Ask


class Selection(Struct, frozen=True, kw_only=True):
    """Facts of one kind, as far as all that is given here holds for them.

    Durations (``at_most_s``, ``above_s``, ``at_least_s``) go by the clock that is asked for.
    ``back_within_s`` is what came back within a time, ``lasted_s`` what did not, neither as the
    same ticket nor as another of the same contact that is not known to be about something else.
    ``mature_s`` leaves out what is not as old yet.
    """

    kind: Kind
    outcomes: frozenset[str] | None = None
    only_first: bool = False
    score_from: int | None = None
    score_to: int | None = None
    at_most_s: float | None = None
    above_s: float | None = None
    at_least_s: float | None = None
    contacts_max: int | None = None
    escalations_max: int | None = None
    back_within_s: float | None = None
    lasted_s: float | None = None
    mature_s: float | None = None

    def has(self, fact: Fact, seen: "Seen") -> bool:
        """Whether the fact is among them."""
        if fact.kind != self.kind or (self.only_first and not fact.is_first):
            return False
        return (
            (self.outcomes is None or fact.outcome in self.outcomes)
            and self._is_scored(fact)
            and self._is_as_long(seen.duration(fact))
            and self._is_as_easy(fact)
            and self._is_as_lasting(fact, seen)
        )

    def _is_scored(self, fact: Fact) -> bool:
        if self.score_from is not None and (fact.score is None or fact.score < self.score_from):
            return False
        return self.score_to is None or (fact.score is not None and fact.score <= self.score_to)

    def _is_as_long(self, lasted_s: float) -> bool:
        return (
            (self.at_most_s is None or lasted_s <= self.at_most_s)
            and (self.above_s is None or lasted_s > self.above_s)
            and (self.at_least_s is None or lasted_s >= self.at_least_s)
        )

    def _is_as_easy(self, fact: Fact) -> bool:
        if self.contacts_max is not None and (fact.contacts or 0) > self.contacts_max:
            return False
        return self.escalations_max is None or (fact.escalations or 0) <= self.escalations_max

    def _is_as_lasting(self, fact: Fact, seen: "Seen") -> bool:
        back_s = fact.came_back_s
        if self.mature_s is not None and not seen.is_mature(fact, self.mature_s):
            return False
        if self.back_within_s is not None and (back_s is None or back_s > self.back_within_s):
            return False
        if self.lasted_s is None:
            return True
        is_back = back_s is not None and back_s <= self.lasted_s
        return not is_back and not seen.is_repeated(fact, self.lasted_s)


class Chosen(Struct, frozen=True, kw_only=True):
    """What a metric is made of. ``of`` are the facts it counts or times; of a share, what it is of.

    ``hits`` are those a share is about, ``misses`` those that are taken off it.
    """

    of: tuple[Selection, ...]
    hits: tuple[Selection, ...] = ()
    misses: tuple[Selection, ...] = ()


class Seen:
    """All facts there are, as a question sees them."""

    def __init__(self, facts: Iterable[Fact], ask: Ask) -> None:
        self.facts = list(facts)
        self.ask = ask

    def duration(self, fact: Fact) -> float:
        """The seconds a fact lasted, by the clock that is asked for."""
        lasted_s = fact.business_s if self.ask.clock == "business" else fact.calendar_s
        return lasted_s or 0.0

    def is_mature(self, fact: Fact, window_s: float) -> bool:
        """Whether the time in which something could come back is over."""
        if fact.at is None:
            return False
        return self.ask.as_of is None or fact.at + timedelta(seconds=window_s) <= self.ask.as_of

    def is_repeated(self, fact: Fact, window_s: float) -> bool:
        """Whether the same person came with the same within a time, as another ticket."""
        if fact.at is None or fact.contact is None:
            return False
        opened = self._opened[fact.contact]
        for at, ticket, category in opened[bisect_right(opened, fact.at, key=lambda o: o[0]) :]:
            if at > fact.at + timedelta(seconds=window_s):
                return False
            is_same = category is None or fact.category is None or category == fact.category
            if ticket != fact.ticket and is_same:
                return True
        return False

    @cached_property
    def _opened(self) -> dict[Id, list[tuple[datetime, Id | None, Id | None]]]:
        found = defaultdict(list)
        for fact in self.facts:
            if fact.kind == "opened" and fact.contact is not None and fact.outcome != "us":
                found[fact.contact].append((fact.at or _NEVER, fact.ticket, fact.category))
        for told in found.values():
            told.sort(key=lambda o: (o[0], str(o[1])))
        return found


_NEVER = datetime.max.replace(tzinfo=UTC)
