"""Waits: how long a ticket, or a caller, stood in a queue, and how long it rang at each agent."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing
from routing import states

_FLOWS: Final = ("ticket_escalated", "ticket_transferred", "ticket_returned", "ticket_overflowed")
_ANSWERS: Final = {
    "offer_declined": "declined",
    "offer_expired": "expired",
    "offer_rescinded": "rescinded",
}
#: What becomes of the wait of a caller who hangs up, or does something else than to wait.
_CALL_OUTCOMES: Final = {
    "abandoned": "abandoned",
    "short_abandoned": "abandoned",
    "callback": "flowed_out",
    "voicemail": "flowed_out",
}


class Waits:
    """A wait ends where the ticket stops looking for somebody, or looks in another queue.

    A caller who leaves a message or asks to be called back flows out of his queue: nobody stands
    in it any more, although his ticket goes on looking for somebody.
    """

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._offered: tuple[Id, datetime] | None = None
        self._called_at: datetime | None = None
        self._is_left = False

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """End the wait and the offer that end here."""
        if _seeks(before):
            yield from self._queue_wait(entry, before, after)
        else:
            yield from self._call_wait(entry, before, after)
        if after.queue_at != before.queue_at or not _seeks(after):
            self._is_left = False
        yield from self._offer(entry, before, after)

    def _queue_wait(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        outcome, agent = _end_of_wait(entry, before, after), None
        if outcome is None or before.queue_at is None:
            return
        if outcome == "answered":
            agent = after.holder if after.holder is not None else entry.speaker(None)
        is_left, self._is_left = self._is_left, _seeks(after)
        if not is_left:
            of = after if before.labels.queue is None else before
            told = {"agent": agent, "outcome": outcome}
            yield self._make.span("queue_wait", of, before.queue_at, entry.at, **told)

    def _call_wait(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """A caller may wait while his ticket is somebody's, or is solved."""
        if entry.kind == "call_waiting":
            self._called_at = entry.at
        if _seeks(after):
            self._called_at = None  # the ticket's wait is his
        from_at = self._called_at
        if from_at is None or entry.kind not in ("call_connected", "call_ended"):
            return
        self._called_at = None
        outcome = _end_by_caller(entry)
        if outcome is not None:
            agent = entry.speaker(before.holder) if outcome == "answered" else None
            told = {"agent": agent, "outcome": outcome}
            yield self._make.span("queue_wait", before, from_at, entry.at, **told)

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


def _seeks(standing: Standing) -> bool:
    """Whether the router looks for somebody, or will as soon as the ticket has its queue."""
    return standing.state in states.SEEKING or (standing.state == "new" and not standing.is_ours)


def _end_of_wait(entry: Entry, before: Standing, after: Standing) -> str | None:
    """How a wait ends with this event; None where it goes on."""
    by_caller = _end_by_caller(entry)
    if by_caller is not None:
        return by_caller
    if _seeks(after):
        is_first = before.labels.queue is None
        return None if is_first or after.labels.queue == before.labels.queue else "flowed_out"
    if after.state == "assigned":
        return "answered"
    if entry.kind == "ticket_abandoned":
        return "abandoned"
    return "flowed_out" if entry.kind in _FLOWS else "ended"


def _end_by_caller(entry: Entry) -> str | None:
    """How a caller's wait ends, whatever becomes of his ticket."""
    if entry.kind == "call_connected":
        return "answered"
    if entry.kind == "call_ended":
        return _CALL_OUTCOMES.get(str(entry.get("outcome")))
    is_promised = entry.kind == "callback_changed" and entry.get("callback_state") == "waiting"
    return "flowed_out" if is_promised else None
