"""Measures what a document of events amounts to, so that anybody can check a number by hand."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from msgspec import structs

from contactcenter.history import Entry, Fact, Id, facts_of_agent, facts_of_ticket
from contactcenter.history.ordering import in_order
from contactcenter.measuring import documents
from contactcenter.measuring.asks import Row
from contactcenter.measuring.bad_document import BadDocument
from contactcenter.measuring.documents import Document, Question
from contactcenter.measuring.rows import measured, nothing
from routing.calendars import Calendar

__all__ = ["BadDocument", "answered"]

_OPENED = "ticket_opened"


def answered(raw: bytes, kinds: Collection[str]) -> list[Row]:
    """The rows of every question of a JSON document, in the order of the questions.

    The document is ``{zone, calendar, as_of, events, ask}``. ``calendar`` has the hours of the days
    ``monday`` to ``sunday`` as ``[["09:00", "17:00"]]`` and ``exceptions`` by date; without one it
    is always open. What happened after ``as_of`` is not known yet. ``kinds`` are those of
    ``docs/events.md``. A ticket of which nobody told the opening is open from its first event on.
    A question about nothing has one row of zeros. Raises ``BadDocument`` naming the place.
    """
    document = documents.read(raw, kinds)
    facts = _facts(document)
    return [row for one in document.questions for row in _answer(facts, one, document.calendar)]


def _answer(facts: list[Fact], question: Question, calendar: Calendar) -> Iterable[Row]:
    rows = measured(facts, question.ask, calendar_of=lambda _queue: calendar)
    if not rows:
        group = dict.fromkeys(question.ask.by)
        rows = [structs.replace(nothing(question.ask), group=group)]
    return (structs.replace(row, metric=question.called) for row in rows)


def _facts(document: Document) -> list[Fact]:
    of_ticket: dict[Id, list[Entry]] = defaultdict(list)
    of_agent: dict[Id, list[Entry]] = defaultdict(list)
    for entry in document.entries:
        if entry.ticket is not None:
            of_ticket[entry.ticket].append(entry)
        elif entry.agent is not None:
            of_agent[entry.agent].append(entry)
    tickets = [
        fact
        for ticket in sorted(of_ticket, key=str)
        for fact in facts_of_ticket(_opened(of_ticket[ticket]), lambda _queue: document.calendar)
    ]
    work: dict[Id, list[Fact]] = defaultdict(list)
    for fact in tickets:
        if fact.agent is not None:
            work[fact.agent].append(fact)
    return [
        *tickets,
        *(
            fact
            for agent in sorted({*of_agent, *work}, key=str)
            for fact in facts_of_agent(agent, of_agent[agent], work[agent], document.until)
        ),
    ]


def _opened(entries: list[Entry]) -> list[Entry]:
    """The events of a ticket with its opening, and with the tier it was opened in."""
    ordered = in_order(entries)
    tier = _first_tier(ordered)
    if not any(entry.kind == _OPENED for entry in ordered):
        first = ordered[0]
        told = {name: first.get(name) for name in ("channel", "direction") if first.get(name)}
        opening = Entry(
            at=first.at,
            kind=_OPENED,
            id=f"opening of {first.ticket}",
            ticket=first.ticket,
            contact=first.contact,
            actor="customer",
            data=told,
        )
        ordered = [opening, *ordered]
    if tier is None:
        return ordered
    return [
        structs.replace(entry, data={"tier": tier, **entry.data})
        if entry.kind == _OPENED
        else entry
        for entry in ordered
    ]


def _first_tier(ordered: list[Entry]) -> int | None:
    """The tier of a ticket before it was moved, where only the move is told; 1 of one never told.

    None where the tier is told otherwise.
    """
    for entry in ordered:
        step = {"ticket_escalated": -1, "ticket_returned": 1}.get(entry.kind)
        tier: int | None = entry.get("tier")
        if step is not None:
            before: int | None = entry.get("from_tier")
            return before or (1 if tier is None else max(tier + step, 1))
        if tier is not None:
            return None
    return 1
