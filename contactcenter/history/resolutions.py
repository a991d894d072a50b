"""Resolutions: what came of an episode, through whom, and whether it lasted."""

from collections.abc import Iterator

from msgspec import structs

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.making import FactMaker
from contactcenter.history.replies import Replies
from contactcenter.history.standing import Standing
from contactcenter.history.stays import Lasted, Stays, plus


class Resolutions:
    """Whoever held a ticket that is solved has solved it, if he wrote or spoke; the rest assisted.

    The whole of a ticket is told once, for as long as it is solved: ``whole`` is made anew by each
    solution and taken back by a reopening.
    """

    def __init__(self, make: FactMaker, stays: Stays, replies: Replies) -> None:
        self._make = make
        self._stays = stays
        self._replies = replies
        self._solver: Id | None = None
        self._is_first = True
        self._solution: Fact | None = None
        self._sum: Lasted = (0.0, 0.0)
        self.whole: list[Fact] = []

    def told(self, entry: Entry, before: Standing, _after: Standing) -> Iterator[Fact]:
        """Tell of a solution, or of its end; comes after the stays of the same event."""
        if entry.kind == "ticket_solved":
            yield from self._solved(entry, before)
        elif entry.kind == "ticket_reopened":
            self.whole = []
            yield from self._reopened(entry, before)

    def _solved(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        holder = before.holder
        self._solver = holder if holder in self._replies.spoke else None
        episode_at = before.episode_at or entry.at
        solved = self._make.span("solved", before, episode_at, entry.at, agent=self._solver)
        self._solution = structs.replace(solved, contacts=self._replies.contacts)
        self._sum = plus(self._sum, (solved.calendar_s or 0.0, solved.business_s or 0.0))
        for agent in sorted(self._others(holder), key=str):
            yield self._make.at("assisted", before, entry.at, agent=agent)
        if self._is_first:
            self._is_first = False
            opened_at = before.opened_at or entry.at
            yield self._make.span(
                "first_resolution", before, opened_at, entry.at, agent=self._solver
            )
        self.whole = list(self._whole(entry, before))

    def _reopened(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        if self._solution is None or self._solution.at is None:
            return
        solved_at = self._solution.at
        came_back_s = (entry.at - solved_at).total_seconds()
        yield structs.replace(self._solution, came_back_s=came_back_s)
        yield self._make.span("reopened", before, solved_at, entry.at, agent=self._solver)
        self._solution = None

    def standing_solution(self) -> Iterator[Fact]:
        """The last solution, if the customer has not come back."""
        if self._solution is not None:
            yield self._solution

    def _others(self, holder: Id | None) -> set[Id]:
        return (self._stays.holders & self._replies.spoke) - {holder}

    def _whole(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        totals, agent = self._stays.totals, self._solver
        opened_at = before.opened_at or entry.at
        waited = plus(totals["waiting"], totals["held"])
        parts: tuple[tuple[Kind, Lasted], ...] = (
            ("full_resolution", self._sum),
            ("requester_wait", plus(waited, totals["on_hold"])),
            ("agent_wait", totals["pending"]),
            ("on_hold", totals["on_hold"]),
        )
        for kind, lasted in parts:
            yield self._make.sum(kind, before, opened_at, entry.at, lasted, agent=agent)
