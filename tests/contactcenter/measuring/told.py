"""Documents of events, as somebody writes them by hand, and what they are answered with."""

from datetime import UTC, datetime, timedelta

import msgspec

from contactcenter.events import KINDS
from contactcenter.measuring.from_events import answered

#: A Monday.
DAY = datetime(2026, 3, 2, tzinfo=UTC)
AS_OF = "2026-04-01T00:00:00Z"


def at(clock: str, day: int = 0) -> str:
    """An instant by its clock, ``09:00`` or ``09:00:30``, and by days after Monday."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    told = DAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds)
    return told.strftime("%Y-%m-%dT%H:%M:%SZ")


def e(clock, kind, ticket=1, *, day=0, **told):
    """An event; without a ticket where that is None."""
    about = {} if ticket is None else {"ticket": ticket}
    return {"at": at(clock, day), "kind": kind, **about, **told}


def rows(events, *asks, **document):
    """The rows of these questions."""
    told = {"as_of": AS_OF, **document, "events": events, "ask": list(asks)}
    return answered(msgspec.json.encode(told), KINDS)


def ask(events, metric, by=None, **more):
    """The rows of one question, by their groups: a value where there is one dimension."""
    document = {name: more.pop(name) for name in ("zone", "calendar", "as_of") if name in more}
    found = rows(events, {"metric": metric, "by": by, **more}, **document)
    return {
        next(iter(row.group.values()), None)
        if len(row.group) < 2
        else tuple(row.group.values()): row
        for row in found
    }


def value(events, metric, **more):
    """The one figure of a question that tells nothing apart."""
    return ask(events, metric, **more)[None].value


def counts(events, metric, by=None, **more):
    """Numerator and denominator by group."""
    found = ask(events, metric, by, **more)
    return {group: (row.numerator, row.denominator) for group, row in found.items()}


def values(events, metric, by, **more):
    """The value by group."""
    return {group: row.value for group, row in ask(events, metric, by, **more).items()}


def walk(ticket=1, *, agent=7, day=0, contact=None, solved="10:00", reply="09:30", **labels):
    """A ticket as most are: opened at nine, taken at 9:10, answered and solved."""
    return [
        e("09:00", "ticket_opened", ticket, day=day, contact=contact, **labels),
        e("09:00", "interaction_received", ticket, day=day),
        e("09:00", "ticket_queued", ticket, day=day, queue=1, tier=1),
        e("09:10", "ticket_assigned", ticket, day=day, agent=agent),
        e(reply, "reply_written", ticket, day=day, agent=agent),
        e(solved, "ticket_solved", ticket, day=day, agent=agent),
    ]
