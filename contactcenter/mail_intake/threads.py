"""What is known of the mails of a batch: who wrote them, and which tickets they name.

Read twice: first to learn which contacts and tickets it is about, then, with those locked, as it
will be when the mails are stored. What changed in between is told by ``LostRace``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
from msgspec import Struct

from channels import Inbound
from contactcenter import db
from contactcenter.db import Conn
from contactcenter.mail_intake.placing import (
    Author,
    Candidate,
    Correspondent,
    History,
    Named,
    NewMail,
    Placer,
)
from contactcenter.mails import mail_columns
from contactcenter.storable_text import storable

_AN_HOUR: Final = timedelta(hours=1)


class LostRace(asyncpg.SerializationError):
    """Another transaction was faster: this one is to be run again."""


class _Author(Struct, frozen=True, kw_only=True):
    n: int
    identity_id: int
    contact_id: int


class _Candidate(Struct, frozen=True, kw_only=True):
    n: int
    step: int
    rank: int
    ticket_id: int


class _Ticket(Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int
    is_over: bool


class _Successor(Struct, frozen=True, kw_only=True):
    id: int
    successor_id: int


class _Participant(Struct, frozen=True, kw_only=True):
    n: int
    ticket_id: int


class _History(Struct, frozen=True, kw_only=True):
    n: int
    last_id: int | None
    unsolved_id: int | None
    opened_ids: list[int]


_SQL = db.Statements(__name__)
_authors = _SQL.take("authors", _Author)
_candidates = _SQL.take("candidates", _Candidate)
_contacts_of = _SQL.take("contacts_of", int)
_lock_contacts = _SQL.take("lock_contacts", int)
_lock_tickets = _SQL.take("lock_tickets", _Ticket)
_successors = _SQL.take("successors", _Successor)
_participants = _SQL.take("participants", _Participant)
_histories = _SQL.take("histories", _History)


async def read(conn: Conn, items: Mapping[int, tuple[int, Inbound]]) -> list[NewMail]:
    """The mails of a batch with all that they name, and lock whom it is about.

    ``items`` are entry points and mails by their place in the batch. Raises ``LostRace``.
    """
    authors = await _known(conn, items)
    candidates = await _named(conn, items)
    ticket_ids = sorted({c.ticket_id for found in candidates.values() for c in found})
    contact_ids = {a.contact_id for a in authors.values()}
    contact_ids.update(await _contacts_of.all(conn, ticket_ids))
    await _lock_contacts.all(conn, sorted(contact_ids))
    if await _known(conn, items) != authors:
        raise LostRace
    return [
        _mail(n, entry_point_id, item, authors.get(n), candidates[n])
        for n, (entry_point_id, item) in items.items()
    ]


async def placer(
    conn: Conn, mails: Sequence[NewMail], now: datetime, *, reopen_window_s: int
) -> Placer:
    """Read what decides about these mails, under the locks of ``read``; raises ``LostRace``."""
    ticket_ids = sorted({c.ticket_id for mail in mails for c in mail.candidates})
    reopens_since = now - timedelta(seconds=reopen_window_s)
    tickets = await _as_they_are(conn, ticket_ids, reopens_since)
    pairs = _pairs(mails)
    participants = await _participants.all(
        conn,
        [mail.n for mail, _ in pairs],
        [ticket_id for _, ticket_id in pairs],
        [storable(mail.author.address.value) for mail, _ in pairs],
    )
    return Placer(
        tickets,
        {(one.n, one.ticket_id) for one in participants},
        await _told_histories(conn, mails, now - _AN_HOUR),
    )


async def _as_they_are(
    conn: Conn, ticket_ids: Sequence[int], reopens_since: datetime
) -> dict[int, Named]:
    """Lock the tickets, and read what came in the place of those that are over."""
    locked = await _lock_tickets.all(conn, ticket_ids, reopens_since)
    over = [ticket.id for ticket in locked if ticket.is_over]
    found = await _successors.all(conn, over, reopens_since) if over else []
    successors = {row.id: row.successor_id for row in found}
    return {
        ticket.id: Named(
            id=ticket.id,
            contact_id=ticket.contact_id,
            is_over=ticket.is_over,
            successor_id=successors.get(ticket.id),
        )
        for ticket in locked
    }


async def _known(conn: Conn, items: Mapping[int, tuple[int, Inbound]]) -> dict[int, _Author]:
    senders = [item.sender for _, item in items.values()]
    rows = await _authors.all(
        conn, list(items), [s.kind for s in senders], [storable(s.value) for s in senders]
    )
    return {row.n: row for row in rows}


async def _named(
    conn: Conn, items: Mapping[int, tuple[int, Inbound]]
) -> Mapping[int, list[Candidate]]:
    found: dict[int, list[Candidate]] = {n: [] for n in items}
    proven, answered, numbered = [], [], []
    for n, (_, item) in items.items():
        thread = item.thread
        if thread is None:
            continue
        if thread.ticket_id is not None:
            proven.append((n, thread.ticket_id))
        if thread.accepted:
            continue
        answered += [
            (n, rank, mail_columns.message_key(one), storable(one))
            for rank, one in enumerate(_answers(item))
        ]
        if thread.named_ticket_id is not None:
            numbered.append((n, thread.named_ticket_id))
    as_columns = mail_columns.columns
    given = [*as_columns(proven, 2), *as_columns(answered, 4), *as_columns(numbered, 2)]
    for row in await _candidates.all(conn, *given):
        found[row.n].append(Candidate(step=row.step, rank=row.rank, ticket_id=row.ticket_id))
    return found


def _answers(item: Inbound) -> list[str]:
    """The ids of mails that it is about: first the one it reports on, then the answered ones."""
    mail = item.received.mail if item.received else None
    reports = [mail.bounce, mail.notice] if mail else []
    about = [one.message_id for one in reports if one is not None and one.message_id is not None]
    return [*about, *(item.thread.answers if item.thread else ())]


def _mail(
    n: int, entry_point_id: int, item: Inbound, author: _Author | None, candidates: list[Candidate]
) -> NewMail:
    assert item.received is not None, "a message with a thread is a mail"
    assert item.thread is not None
    mail = item.received.mail
    return NewMail(
        n=n,
        kind=mail.kind,
        entry_point_id=entry_point_id,
        author=Author(
            address=item.sender,
            contact_id=author.contact_id if author else None,
            identity_id=author.identity_id if author else None,
        ),
        message_id=mail.message_id,
        answers=item.thread.answers,
        candidates=tuple(candidates),
        accepted=item.thread.accepted,
    )


def _pairs(mails: Sequence[NewMail]) -> list[tuple[NewMail, int]]:
    """Which author may have to be known to which ticket, also by way of mails of this batch."""
    named: dict[str, set[int]] = defaultdict(set)
    found: list[tuple[NewMail, int]] = []
    for mail in mails:
        ticket_ids = {c.ticket_id for c in mail.candidates}
        ticket_ids.update(*(named[one] for one in mail.answers if one in named))
        if mail.message_id:
            named[mail.message_id] |= ticket_ids
        if mail.author.address.kind == "email":
            found += [(mail, ticket_id) for ticket_id in sorted(ticket_ids)]
    return found


async def _told_histories(
    conn: Conn, mails: Sequence[NewMail], since: datetime
) -> dict[Correspondent, History]:
    known = [mail for mail in mails if mail.author.contact_id is not None]
    rows = await _histories.all(
        conn,
        [mail.n for mail in known],
        [mail.author.contact_id for mail in known],
        [mail.author.identity_id for mail in known],
        [mail.entry_point_id for mail in known],
        since,
    )
    by_n = {mail.n: mail for mail in known}
    return {
        (by_n[row.n].author.address, by_n[row.n].entry_point_id): History(
            last_id=row.last_id, unsolved_id=row.unsolved_id, opened_ids=row.opened_ids
        )
        for row in rows
    }
