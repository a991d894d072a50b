"""Credits: named reasons to be served as if one had waited longer; a ticket has their sum.

``credit_rule`` says what reasons are worth. What is asserted of the contact is granted as
``<kind>:<value>`` when a problem is queued or comes back, and kept in step while it is unsolved.
Every event that grants or takes back names the reasons with their seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact

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


class _Total(Struct, frozen=True, kw_only=True):
    ticket_id: int
    credit_s: int
    version: int


class _Change(NamedTuple):
    ticket: Ticket
    grants: Mapping[str, int]
    revokes: Collection[str]


_SQL = db.Statements(__name__)
_begin = _SQL.take("begin", _Granted)
_stale = _SQL.take("stale", _Stale)
_put = _SQL.command("put")
_take_back = _SQL.command("take_back")
_total = _SQL.take("total", _Total)
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
    """Let named reasons of a locked ticket be worth so much, or nothing; written, and told of.

    Under the routing lock. It moves nobody by itself.
    """
    (changed,) = await _change_all(conn, now, [_Change(ticket, grants, revokes)], actor=actor)
    return changed


async def refresh(conn: Conn, now: datetime, contact_ids: Collection[int], *, actor: str) -> None:
    """Bring unsolved tickets in step with what is asserted of their contacts now.

    Under the routing lock. What holds on keeps its worth, also where a rule has changed since.
    """
    stale = [s for s in await _stale.all(conn, sorted(contact_ids), now) if _differs(s)]
    locked = await tickets.lock_all(conn, [s.ticket_id for s in stale])
    changes = [
        _Change(
            locked[s.ticket_id],
            {r: credit_s for r, credit_s in s.worth.items() if r not in s.granted},
            s.granted.keys() - s.worth.keys(),
        )
        for s in stale
    ]
    await _change_all(conn, now, changes, actor=actor)


async def of_ticket(conn: Conn, ticket_id: int) -> list[Credit]:
    """Every reason of a ticket, by name."""
    return await _of_ticket.all(conn, ticket_id)


def _differs(stale: _Stale) -> bool:
    return stale.worth.keys() != stale.granted.keys()


async def _change_all(
    conn: Conn, now: datetime, changes: Sequence[_Change], *, actor: str
) -> list[Ticket]:
    """As many statements for many tickets as for one."""
    if not changes:
        return []
    granted = [(c.ticket.id, r, s) for c in changes for r, s in c.grants.items()]
    revoked = [(c.ticket.id, r) for c in changes for r in c.revokes]
    if granted:
        await _put.run(conn, *map(list, zip(*granted, strict=True)))
    if revoked:
        await _take_back.run(conn, *map(list, zip(*revoked, strict=True)))
    totals = {t.ticket_id: t for t in await _total.all(conn, [c.ticket.id for c in changes])}
    after = [
        msgspec.structs.replace(
            c.ticket,
            credit_s=totals[c.ticket.id].credit_s,
            version=totals[c.ticket.id].version,
        )
        for c in changes
    ]
    told = [_told(now, t, c, actor=actor) for t, c in zip(after, changes, strict=True)]
    await events.record(conn, *told)
    return after


def _told(now: datetime, ticket: Ticket, change: _Change, *, actor: str) -> events.Event:
    return fact(
        ticket,
        "ticket_credited",
        now,
        actor,
        credits=dict(change.grants),
        revoked=sorted(change.revokes),
        credit_s=ticket.credit_s,
    )
