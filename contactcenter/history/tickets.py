"""The history of one ticket: its events in order, and the facts they amount to."""

from collections.abc import Iterable

from contactcenter.history import ordering
from contactcenter.history.entries import Entry
from contactcenter.history.facts import Fact
from contactcenter.history.handling import Handling
from contactcenter.history.making import FactMaker
from contactcenter.history.moves import Moves
from contactcenter.history.promises import Promises
from contactcenter.history.ratings import Ratings
from contactcenter.history.replies import Replies
from contactcenter.history.resolutions import Resolutions
from contactcenter.history.spans import CalendarOf
from contactcenter.history.standing import Standing
from contactcenter.history.stays import Stays
from contactcenter.history.waits import Waits


def facts_of_ticket(entries: Iterable[Entry], calendar_of: CalendarOf) -> list[Fact]:
    """All facts of one ticket, in the order in which they became true.

    ``entries`` are its events in any order, doubles among them. What is spam, was merged away or
    is a test has no facts, and neither has a ticket nobody told the opening of. Raises
    ``ValueError`` where the events are of several tickets.
    """
    ordered = ordering.in_order(entries)
    tickets = {entry.ticket for entry in ordered}
    if not tickets:
        return []
    if len(tickets) > 1:
        raise ValueError(f"events of {len(tickets)} tickets are no history of one")
    ticket = tickets.pop()
    if ticket is None:
        raise ValueError("an event of no ticket is in no ticket's history")
    contact = next((e.contact for e in reversed(ordered) if e.contact is not None), None)
    return _folded(ordered, FactMaker(ticket, contact, calendar_of))


def _folded(ordered: list[Entry], make: FactMaker) -> list[Fact]:
    answered = {entry.get("call_id") for entry in ordered if entry.kind == "call_answered"}
    stays, replies = Stays(make), Replies(make, answered)
    moves, promises = Moves(make), Promises(make)
    handling, resolutions = Handling(make, stays), Resolutions(make, stays, replies, moves)
    # what the last ones tell is made of what the first ones know by then
    ratings = Ratings(make, resolutions)
    recorders = (
        *(stays, Waits(make), replies, moves, promises, handling),
        *(resolutions, ratings),
    )
    facts: list[Fact] = []
    standing = Standing()
    for entry in ordered:
        after = standing.after(entry)
        if after.episode:
            for recorder in recorders:
                facts += recorder.told(entry, standing, after)
        standing = after
    if standing.is_out:
        return []
    ended = [*handling.facts(), *moves.received, *promises.facts(), *resolutions.facts()]
    solved = [fact for fact in (*facts, *ended) if fact.kind == "solved"]
    return [*facts, *ended, *ratings.facts(solved), *stays.goes_on(standing)]
