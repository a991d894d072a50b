"""Waits: how long a ticket stood in a queue, and how long it rang at each agent."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing
from routing import states

_MOVES: Final = ("ticket_escalated", "ticket_transferred", "ticket_returned", "ticket_overflowed")
_ANSWERS: Final = {
    "offer_declined": "declined",
    "offer_expired": "expired",
    "offer_rescinded": "rescinded",
}


class Waits:
    """A wait ends where the ticket stops looking for somebody, or looks in another queue."""

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._offered: tuple[Id, datetime] | None = None

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """End the wait and the offer that end here."""
        yield from self._queue_wait(entry, before, after)
        yield from self._offer(entry, before, after)

    def _queue_wait(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        if before.state not in states.SEEKING or before.queue_at is None:
            return
        is_moved = after.labels.queue != before.labels.queue
        if after.state in states.SEEKING and not is_moved:
            return
        if after.state == "assigned":
            outcome, agent = "answered", after.holder
        else:
            agent = None
            outcome = "abandoned" if entry.kind == "ticket_abandoned" else "flowed_out"
            if entry.kind not in (*_MOVES, "ticket_abandoned"):
                outcome = "ended"
        yield self._make.span(
            "queue_wait", before, before.queue_at, entry.at, agent=agent, outcome=outcome
        )

    def _offer(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        if entry.kind == "ticket_offered" and entry.agent is not None:
            self._offered = (entry.agent, entry.at)
            return
        if self._offered is None or after.state == "offered":
            return
        agent, at = self._offered
        self._offered = None
        accepted = after.state == "assigned" and after.holder == agent
        outcome = "accepted" if accepted else _ANSWERS.get(entry.kind, "rescinded")
        yield self._make.span("offer", before, at, entry.at, agent=agent, outcome=outcome)
