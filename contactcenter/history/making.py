"""Makes the facts of one ticket: with the labels it had at the time, and in both clocks."""

from datetime import datetime
from typing import Any

from msgspec import structs

from contactcenter.history import spans
from contactcenter.history.entries import Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.spans import CalendarOf
from contactcenter.history.standing import Standing


class FactMaker:
    """Knows whose facts they are and by which calendars they are timed."""

    def __init__(self, ticket: Id, contact: Id | None, calendar_of: CalendarOf) -> None:
        self._ticket = ticket
        self._contact = contact
        self._calendar_of = calendar_of

    def at(self, kind: Kind, standing: Standing, at: datetime, **told: Any) -> Fact:
        """Something that happened at an instant and lasted no time."""
        return self._made(kind, standing, at, at, **told)

    def span(
        self, kind: Kind, standing: Standing, from_at: datetime, at: datetime, **told: Any
    ) -> Fact:
        """Something that lasted; timed by the calendar of the queue the ticket was in."""
        lasted = self.both(standing.labels.queue, from_at, at)
        return self.sum(kind, standing, from_at, at, lasted, **told)

    def sum(
        self,
        kind: Kind,
        standing: Standing,
        from_at: datetime,
        at: datetime,
        lasted: tuple[float, float],
        **told: Any,
    ) -> Fact:
        """Something that lasted in pieces between two instants."""
        seconds = {"calendar_s": lasted[0], "business_s": lasted[1]}
        return self._made(kind, standing, from_at, at, **seconds, **told)

    def going_on(self, kind: Kind, standing: Standing, from_at: datetime, **told: Any) -> Fact:
        """Something whose end nobody knows yet."""
        return self._made(kind, standing, from_at, None, **told)

    def both(self, queue: Id | None, from_at: datetime, at: datetime) -> tuple[float, float]:
        """Calendar and business seconds, by the calendar of a queue."""
        return spans.both(self._calendar_of(queue), from_at, at)

    def _made(
        self, kind: Kind, standing: Standing, from_at: datetime, at: datetime | None, **told: Any
    ) -> Fact:
        labels = structs.asdict(standing.labels)
        return Fact(
            kind=kind,
            ticket=self._ticket,
            contact=self._contact,
            episode=standing.episode,
            from_at=from_at,
            at=at,
            **{**labels, **told},
        )
