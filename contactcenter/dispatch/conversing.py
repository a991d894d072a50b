"""To talk with a customer is to answer him: once a call, whichever side had called.

It counts from the instant at which both were there, by the provider's clock, and for who was the
first of ours to talk with him. Why no earlier: a telephone that is picked up has told him nothing.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.sla import sla
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact


class _Talk(Struct, frozen=True, kw_only=True):
    answered_at: datetime
    user_id: int


_SQL = db.Statements(__name__)
_note = _SQL.take("note", _Talk)


async def note(conn: Conn, now: datetime, ticket: Ticket, call_id: int) -> Ticket:
    """Count the call as a reply on its ticket, which is locked, if they talk and it was not yet.

    A call with a number outside alone is nobody's reply. What the provider corrects later changes
    the figures of the call, not a promise that was kept.
    """
    talk = await _note.first(conn, call_id)
    if talk is None:
        return ticket
    ticket = await tickets.save(
        conn,
        msgspec.structs.replace(
            ticket,
            first_reply_at=ticket.first_reply_at or talk.answered_at,
            last_reply_at=max(ticket.last_reply_at or talk.answered_at, talk.answered_at),
        ),
    )
    await sla.replied(conn, now, ticket)
    answered = fact(
        ticket,
        "call_answered",
        now,
        f"user:{talk.user_id}",
        agent_id=talk.user_id,
        call_id=call_id,
        answered_at=talk.answered_at,
        episode=ticket.episode,
        temperament=ticket.temperament,
    )
    await events.record(conn, answered)
    return ticket
