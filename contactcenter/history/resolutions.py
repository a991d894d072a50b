"""Resolutions: what came of an episode, through whom, and whether it lasted."""

from collections.abc import Iterator

from msgspec import structs

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.making import FactMaker
from contactcenter.history.moves import Moves
from contactcenter.history.replies import Replies
from contactcenter.history.standing import Standing
from contactcenter.history.stays import Lasted, Stays, plus


class Resolutions:
    """Whoever held a ticket that is solved has solved it, if he wrote or spoke; the rest assisted.

    What a program or a rule solves is nobody's. The whole of a ticket is told once, for as long as
    it is solved: ``whole`` is made anew by each solution and taken back by a reopening.
    """

    def __init__(self, make: FactMaker, stays: Stays, replies: Replies, moves: Moves) -> None:
        self._make = make
        self._stays = stays
        self._replies = replies
        self._moves = moves
        self._owners = _Owners()
        self._is_first = True
        self._solution: Fact | None = None
        #: Who solved the last episode that was.
        self.solver: Id | None = None
        self.whole: list[Fact] = []

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Tell of a solution, or of its end; comes after the stays of the same event."""
        self._owners.follow(entry, before, after)
        if entry.kind == "ticket_solved" and before.is_unsolved:
            yield from self._solved(entry, before)
        elif after.episode > before.episode:
            self.whole = []
            yield from self._reopened(entry, before)

    def _solved(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        holder = before.holder if before.holder is not None else _solving(entry)
        spoke = self._replies.spoke
        self.solver = holder if holder in spoke and not entry.is_by_itself else None
        episode_at = before.episode_at or entry.at
        self._solution = self._make.span(
            "solved",
            before,
            episode_at,
            entry.at,
            agent=self.solver,
            is_first=self._is_first,
            contacts=self._replies.contacts,
            transfers=self._owners.transfers,
            escalations=len(self._moves.received),
        )
        silent = {holder} - spoke
        for agent in sorted((self._stays.holders | spoke) - silent - {self.solver}, key=str):
            yield self._make.at("assisted", before, entry.at, agent=agent)
        if self._is_first:
            self._is_first = False
            opened_at = before.opened_at or entry.at
            yield self._make.span(
                "first_resolution", before, opened_at, entry.at, agent=self.solver
            )
        self.whole = list(self._whole(entry, before))

    def _reopened(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        if self._solution is None or self._solution.at is None:
            return
        solved_at = self._solution.at
        came_back_s = (entry.at - solved_at).total_seconds()
        yield structs.replace(self._solution, came_back_s=came_back_s)
        yield self._make.span("reopened", before, solved_at, entry.at, agent=self.solver)
        self._solution = None

    def facts(self) -> Iterator[Fact]:
        """The last solution, if the customer has not come back, and the whole it makes."""
        if self._solution is not None:
            yield self._solution
        yield from self.whole

    def _whole(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        totals, agent = self._stays.totals, self.solver
        opened_at = before.opened_at or entry.at
        ours = plus(plus(totals["waiting"], totals["held"]), totals["on_hold"])
        parts: tuple[tuple[Kind, Lasted], ...] = (
            ("unsolved_time", plus(ours, totals["pending"])),
            ("requester_wait", ours),
            ("agent_wait", totals["pending"]),
            ("on_hold", totals["on_hold"]),
        )
        yield self._make.span("full_resolution", before, opened_at, entry.at, agent=agent)
        for kind, lasted in parts:
            yield self._make.sum(kind, before, opened_at, entry.at, lasted, agent=agent)


class _Owners:
    """Counts the changes of owner in an episode: not the first, nor what the router took back."""

    def __init__(self) -> None:
        self._owner: Id | None = None
        self._is_taken_back = False
        self.transfers = 0

    def follow(self, entry: Entry, before: Standing, after: Standing) -> None:
        if after.episode > before.episode:
            self._owner, self._is_taken_back, self.transfers = None, False, 0
        if entry.kind == "ticket_released" and (entry.is_by_itself or _is_no_reply(entry)):
            self._is_taken_back = True
        if after.holder is None or after.holder == self._owner:
            return
        if self._owner is not None and not self._is_taken_back:
            self.transfers += 1
        self._owner, self._is_taken_back = after.holder, False


def _is_no_reply(entry: Entry) -> bool:
    return bool(entry.get("reason") == "no_reply")


def _solving(entry: Entry) -> Id | None:
    """Who solved what nobody was told to hold."""
    return entry.agent if entry.is_by_person else None
