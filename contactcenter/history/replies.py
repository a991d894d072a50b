"""Replies: how long a customer waited until a person of ours answered."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing


class Replies:
    """The first run of messages waits for the first reply, each later one for the next.

    The first reply of a ticket is timed from its opening; where we opened it by writing first, from
    the customer's first message. Further messages of a run do not restart its wait; a solution ends
    it without an answer. Calls of which it is told when both talked (``answered_calls``) are
    answered then, and not when somebody was found to be with the customer.
    """

    def __init__(self, make: FactMaker, answered_calls: Collection[Any]) -> None:
        self._make = make
        self._answered_calls = answered_calls
        self._first_at: datetime | None = None
        self._waits_since: datetime | None = None
        self._is_answered = False
        #: Who has answered in the episode that is open.
        self.spoke: set[Id] = set()
        #: How many runs of messages the customer wrote in it.
        self.contacts = 0

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Begin a wait with a customer's word, end it with a person's."""
        if after.episode > before.episode:
            self._begin(entry, after)
        elif entry.is_customers_word:
            self.contacts += self._waits_since is None
            self._waits_since = self._waits_since or entry.at
            self._first_at = self._first_at or entry.at
        elif entry.is_human_reply and not self._is_told_better(entry):
            yield from self._answered(entry, before)
        if entry.kind in ("ticket_solved", "ticket_abandoned"):
            self._waits_since = None

    def _is_told_better(self, entry: Entry) -> bool:
        return entry.kind == "call_connected" and entry.get("call_id") in self._answered_calls

    def _begin(self, entry: Entry, after: Standing) -> None:
        if after.episode == 1:
            is_heard = not after.is_ours
            self._first_at = entry.at if is_heard else None
        else:
            is_heard = entry.actor == "customer" or entry.get("because") == "customer_wrote"
        if is_heard:
            self._waits_since = self._waits_since or entry.at
        self.spoke, self.contacts = set(), int(self._waits_since is not None)

    def _answered(self, entry: Entry, standing: Standing) -> Iterator[Fact]:
        speaker = entry.speaker(standing.holder)
        if speaker is not None:
            self.spoke.add(speaker)
        first_at, since = self._first_at, self._waits_since
        self._waits_since = None
        if self._is_answered:
            if since is not None:
                yield self._span("next_reply", standing, since, entry, speaker)
        elif first_at is not None:
            self._is_answered = True
            yield self._span("first_reply", standing, first_at, entry, speaker)

    def _span(
        self, kind: Kind, standing: Standing, from_at: datetime, entry: Entry, speaker: Id | None
    ) -> Fact:
        at = max(entry.replied_at, from_at)
        return self._make.span(kind, standing, from_at, at, agent=speaker)
