"""What customers say of us: answers to the one question, and how often it was asked."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import structs

from contactcenter.history.entries import Entry
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.resolutions import Resolutions
from contactcenter.history.standing import Standing

_RATED: Final = ("chat_rated", "survey_answered")
_ASKED: Final = ("survey_sent",)
#: Of what is told without a scale: 1 to 5, as stars.
_CSAT: Final = "csat"


#: Visitors of a chat are asked in its window when it has ended, without an event of their own.
_ASKED_BY_ENDING: Final = ("ticket_solved", "webchat")


class Ratings:
    """An answer belongs to who solved its episode; while nobody has, to who held it last.

    Who ends his chat may rate it before it is solved, perhaps by another one than he talked with.
    """

    def __init__(self, make: FactMaker, resolutions: Resolutions) -> None:
        self._make = make
        self._resolutions = resolutions
        #: Each with the episode that it is about, which may be an earlier one.
        self._told: list[tuple[int, Fact]] = []

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Take in a question or its answer; told when it is known who solved the episode."""
        for fact in self._facts(entry, before, after):
            self._told.append((entry.get("episode") or after.episode, fact))
        yield from ()

    def facts(self, solved: Iterable[Fact]) -> Iterator[Fact]:
        """Questions and answers, each his who solved the episode by one of these facts."""
        solver_of = {one.episode: one.agent for one in solved if one.agent is not None}
        for episode, fact in self._told:
            yield structs.replace(fact, agent=solver_of.get(episode, fact.agent))

    def _facts(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        is_asked = entry.kind in _ASKED or self._asks(entry, after)
        if entry.kind not in _RATED and not is_asked:
            return
        agent = entry.agent
        if agent is None:
            is_over = before.state in ("solved", "closed")
            agent = self._resolutions.solver if is_over else before.last_holder
        outcome = entry.get("scale") or _CSAT
        told = {"agent": agent, "outcome": outcome}
        if is_asked:
            yield self._make.at("asked", after, entry.at, **told)
        elif isinstance(entry.get("score"), int | float):
            yield self._make.at("rated", after, entry.at, score=round(entry.get("score")), **told)

    def _asks(self, entry: Entry, after: Standing) -> bool:
        """Whether a chat ended that somebody had in hand: who only waited has nobody to rate."""
        is_ending = (entry.kind, after.labels.channel) == _ASKED_BY_ENDING
        return is_ending and self._resolutions.solver is not None
