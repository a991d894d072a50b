"""Stays: every moment of an open ticket in one state and hand, under one set of labels.

They tile its episodes.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing
from routing import states

#: What a state is to who waits: ours until somebody has it, his, theirs, or put off.
OUTCOMES: Final = {
    "new": "waiting",
    "waiting": "waiting",
    "offered": "waiting",
    "assigned": "held",
    "pending": "pending",
    "on_hold": "on_hold",
}
Lasted = tuple[float, float]
_NO_TIME: Final[Lasted] = (0.0, 0.0)


def plus(one: Lasted, other: Lasted) -> Lasted:
    """Calendar and business seconds of two times together."""
    return one[0] + other[0], one[1] + other[1]


class Stays:
    """Cuts an episode into stays, and knows what the ticket's time was spent on so far."""

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._from_at: datetime | None = None
        self._is_placed = False
        #: The stay that ended with the last event, if one did.
        self.ended: Fact | None = None
        #: By what the time was spent on, over all episodes.
        self.totals: dict[str, Lasted] = defaultdict(lambda: _NO_TIME)
        #: Who has held the ticket in the episode that is open.
        self.holders: set[Id] = set()

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """End the stay that ends here, and begin the next."""
        self.ended = None
        yield from self._placed(after)
        if after.episode > before.episode:
            self._from_at, self.holders = entry.at, set()
        elif _place(before) != _place(after) and self._from_at is not None:
            # what waited in no queue waited for its first one
            of = after if before.labels.queue is None and after.is_unsolved else before
            self.ended = self._end(before, of, self._from_at, entry.at)
            yield self.ended
            self._from_at = entry.at if after.is_unsolved else None
        if after.holder is not None:
            self.holders.add(after.holder)

    def goes_on(self, now: Standing) -> Iterator[Fact]:
        """The stay that nobody has ended yet; and that it was opened, if it never had a queue."""
        if not self._is_placed:
            yield from self._opened(now)
        if self._from_at is not None and now.is_unsolved:
            outcome = OUTCOMES[now.state]
            told = {"agent": now.holder, "outcome": outcome, "since_at": now.episode_at}
            yield self._make.going_on("stay", now, self._from_at, **told)

    def _placed(self, after: Standing) -> Iterator[Fact]:
        if not self._is_placed and after.labels.queue is not None:
            self._is_placed = True
            yield from self._opened(after)

    def _opened(self, standing: Standing) -> Iterator[Fact]:
        if standing.opened_at is not None:
            outcome = "us" if standing.is_ours else "customer"
            yield self._make.at("opened", standing, standing.opened_at, outcome=outcome)

    def _end(self, before: Standing, of: Standing, from_at: datetime, at: datetime) -> Fact:
        outcome = OUTCOMES[before.state]
        told = {"agent": before.holder, "outcome": outcome, "since_at": before.episode_at}
        stay = self._make.span("stay", of, from_at, at, **told)
        lasted = (stay.calendar_s or 0.0, stay.business_s or 0.0)
        self.totals[outcome] = plus(self.totals[outcome], lasted)
        return stay


def _place(standing: Standing) -> tuple[object, ...]:
    if standing.state not in states.UNSOLVED:
        return ("over",)
    return OUTCOMES[standing.state], standing.holder, standing.labels
