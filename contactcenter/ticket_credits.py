"""Credits: named reasons to be served as if one had waited longer; a ticket has their sum.

``credit_rule`` says what reasons are worth. What is asserted of the contact is granted as
``<kind>:<value>`` when a problem is queued or comes back, and kept in step while it is unsolved.
Every event that grants or takes back names the reasons with their seconds.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import db, events, tickets
from contactcenter.db import Conn
from contactcenter.tickets import Ticket, fact

#: Whoever had a problem of this kind solved in this time comes again.
REPEAT_WINDOW: Final = timedelta(days=7)


class Credit(Struct, frozen=True, kw_only=True):
    """One reason, and how many seconds of waiting it counts as."""

    reason: str
    credit_s: int


class _Granted(Struct, frozen=True, kw_only=True):
    credits: dict[str, int]


class _Stale(Struct, frozen=True, kw_only=True):
    ticket_id: int
    worth: dict[str, int]
    granted: dict[str, int]


_SQL = db.Statements(__name__)
_begin = _SQL.take("begin", _Granted)
_stale = _SQL.take("stale", _Stale)
_put = _SQL.command("put")
_take_back = _SQL.command("take_back")
_total = _SQL.take("total", int)
_of_ticket = _SQL.take("of_ticket", Credit)


async def begin(
    conn: Conn, now: datetime, ticket: Ticket, named: Mapping[str, int] | None = None
) -> tuple[Ticket, dict[str, int]]:
    """Start an episode of a locked ticket; returns it, not saved yet, and what it was granted.

    ``named`` are reasons beside the contact's; an episode after the first is no repeated contact.
    """
    since = now - REPEAT_WINDOW if ticket.reopens == 0 and not named else None
    found = await _begin.one(
        conn, ticket.id, ticket.contact_id, ticket.category_id, now, since, dict(named or {})
    )
    granted = found.credits
    return msgspec.structs.replace(ticket, credit_s=sum(granted.values())), granted


async def change(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    *,
    grants: Mapping[str, int],
    revokes: Collection[str] = (),
    actor: str,
) -> Ticket:
    """Let named reasons of a locked ticket be worth so much, or nothing; saved, and told of.

    Under the routing lock. It moves nobody by itself.
    """
    if grants:
        await _put.run(conn, ticket.id, dict(grants))
    if revokes:
        await _take_back.run(conn, ticket.id, sorted(revokes))
    credit_s = await _total.one(conn, ticket.id)
    ticket = await tickets.save(conn, msgspec.structs.replace(ticket, credit_s=credit_s))
    told = fact(
        ticket,
        "ticket_credited",
        now,
        actor,
        credits=dict(grants),
        revoked=sorted(revokes),
        credit_s=credit_s,
    )
    await events.record(conn, told)
    return ticket


async def refresh(conn: Conn, now: datetime, contact_ids: Collection[int], *, actor: str) -> None:
    """Bring unsolved tickets in step with what is asserted of their contacts now.

    Under the routing lock. What holds on keeps its worth, also where a rule has changed since.
    """
    for stale in await _stale.all(conn, sorted(contact_ids), now):
        grants = {r: s for r, s in stale.worth.items() if r not in stale.granted}
        revokes = stale.granted.keys() - stale.worth.keys()
        if grants or revokes:
            ticket = await tickets.lock(conn, stale.ticket_id)
            await change(conn, now, ticket, grants=grants, revokes=revokes, actor=actor)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Credit]:
    """Every reason of a ticket, by name."""
    return await _of_ticket.all(conn, ticket_id)
