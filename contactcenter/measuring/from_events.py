"""Measures what a document of events amounts to, so that anybody can check a number by hand."""

from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec
from msgspec import structs

from contactcenter.history import Entry, Fact, Id, facts_of_agent, facts_of_ticket
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
    others = []
    for entry in document.entries:
        if entry.ticket is not None:
            of_ticket[entry.ticket].append(entry)
        else:
            others.append(entry)
    tickets = [
        fact
        for ticket in sorted(of_ticket, key=str)
        for fact in facts_of_ticket(_opened(of_ticket[ticket]), lambda _queue: document.calendar)
    ]
    agents = {entry.agent for entry in others if entry.agent is not None}
    agents |= {fact.agent for fact in tickets if fact.agent is not None}
    return [
        *tickets,
        *(
            fact
            for agent in sorted(agents, key=str)
            for fact in facts_of_agent(agent, others, tickets, document.until)
        ),
    ]


def _opened(entries: list[Entry]) -> list[Entry]:
    if any(entry.kind == _OPENED for entry in entries):
        return entries
    first = min(entries, key=lambda entry: (entry.at, msgspec.json.encode(entry, order="sorted")))
    labels = {"channel": first.get("channel"), "direction": first.get("direction")}
    opening = Entry(
        at=first.at,
        kind=_OPENED,
        id=f"opening of {first.ticket}",
        ticket=first.ticket,
        contact=first.contact,
        actor="customer",
        data={name: told for name, told in labels.items() if told is not None},
    )
    return [opening, *entries]
