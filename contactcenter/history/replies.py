"""Replies: how long a customer waited until a person of ours answered."""

from collections.abc import Iterator
from datetime import datetime

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing


class Replies:
    """The first run of messages waits for the first reply, each later one for the next.

    Further messages of a run do not restart its wait.
    """

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._waits_since: datetime | None = None
        self._is_first = True
        #: Who has answered in the episode that is open.
        self.spoke: set[Id] = set()
        #: How many runs of messages the customer wrote in it.
        self.contacts = 0

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Begin a wait with a customer's word, end it with a person's."""
        if entry.kind in ("ticket_opened", "ticket_reopened"):
            self._is_first, self.spoke = True, set()
            is_heard = entry.kind == "ticket_reopened" or not after.is_ours
            self._waits_since = entry.at if is_heard else None
            self.contacts = int(is_heard)
        elif entry.is_customers_word and before.episode:
            self.contacts += self._waits_since is None
            self._waits_since = self._waits_since or entry.at
        elif entry.is_human_reply and before.episode:
            yield from self._answered(entry, before)

    def _answered(self, entry: Entry, standing: Standing) -> Iterator[Fact]:
        assert entry.speaker is not None
        self.spoke.add(entry.speaker)
        if self._waits_since is None:
            return
        kind: Kind = "first_reply" if self._is_first else "next_reply"
        yield self._make.span(kind, standing, self._waits_since, entry.at, agent=entry.speaker)
        self._waits_since, self._is_first = None, False
