"""Two contacts turn out to be one person: pointers move, and what moved is written down.

Under the routing lock, which keeps tickets still. Intake does not take that lock, so the timeline
is locked as a table for the moment of the move: a message that arrives meanwhile waits, looks its
sender up afterwards, and is stored with the contact that is left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import contact_facts, db, events
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact, ContactMerged
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Forbidden, NotFound
from contactcenter.merge_values import (
    Held,
    Merge,
    MergeRow,
    Moved,
    SendersNotVerified,
    Unmergeable,
    view,
)
from contactcenter.segmentation import segment_setting
from contactcenter.temperaments import temperament_merging, temperaments
from contactcenter.tickets import ticket_changes
from contactcenter.tickets.ticket_changes import ChangedTicket

#: Who writes to the timeline now is waited for this long.
LOCK_TIMEOUT: Final = "2s"


class _Last(Struct, frozen=True, kw_only=True):
    ticket_id: int
    interaction_id: int


class _Lasting(Struct, frozen=True, kw_only=True):
    id: int
    to_at: datetime | None


_SQL = db.Statements(__name__)
_of_contact = _SQL.take("of_contact", MergeRow)
_unreadable = _SQL.take("unreadable", int)
_unverified = _SQL.take("unverified", int)
_lock_timeout = _SQL.take("lock_timeout", str)
_set_lock_timeout = _SQL.command("set_lock_timeout")
_lock_tickets = _SQL.command("lock_tickets")
_lock_timeline = _SQL.command("lock_timeline")
_held_tickets = _SQL.take("held_tickets", Held)
_last = _SQL.take("last", _Last)
_free_keys = _SQL.take("free_keys", ChangedTicket)
_move_tickets = _SQL.take("move_tickets", ChangedTicket)
_move_identities = _SQL.take("move_identities", int)
_move_interactions = _SQL.take("move_interactions", int)
_move_calls = _SQL.command("move_calls")
_lasting_segments = _SQL.take("lasting_segments", _Lasting)
_end_segments = _SQL.command("end_segments")
_move_segments = _SQL.take("move_segments", int)
_point_to = _SQL.command("point_to")
_keep = _SQL.take("keep", MergeRow)


async def merge(
    conn: Conn,
    now: datetime,
    kept_id: int,
    other_id: int,
    *,
    actor: str,
    must_read_as: int | None,
    accept_unverified: bool = False,
) -> Merge:
    """Make the other contact part of the kept one; under the routing lock.

    Whoever holds a ticket of a person may read his others, so a merge shows some people more:
    ``must_read_as`` names a person who must be allowed to read all of it before. Anybody can write
    a mail in another's name, so who wrote from addresses that were never verified is merged only
    where somebody answers for it. Raises ``NotFound``, ``BadInput``, ``Unmergeable``,
    ``Forbidden`` or ``SendersNotVerified``.
    """
    kept, other = await _both(conn, kept_id, other_id)
    await check_may_read_all(conn, must_read_as, kept_id, other_id)
    held = await hold_still(conn, kept_id, other_id)
    unverified = await _unverified.all(conn, [kept_id, other_id])
    if unverified and not accept_unverified:
        raise SendersNotVerified(
            "Mails came from addresses of these people that were never verified to be theirs. Ask"
            " them by another channel, then merge with accept_unverified.",
            identity_ids=unverified,
        )
    facts, moved = await _move(conn, now, held, kept, other, actor=actor)
    row = await _keep.one(conn, kept_id, other_id, msgspec.to_builtins(moved), actor, now)
    joined = contacts.fact(
        "contact_merged",
        now,
        actor,
        kept_id,
        merge_id=row.id,
        merged_id=other_id,
        accepted_unverified=unverified,
    )
    await events.record(conn, joined, *facts)
    await temperaments.take_effect(conn, now, [kept_id], actor=actor)
    await segment_setting.told(conn, now, {kept_id, other_id}, actor=actor)
    return view(row)


async def of_contact(conn: Conn, contact_id: int) -> list[Merge]:
    """What was merged into a contact, the newest first."""
    return [view(row) for row in await _of_contact.all(conn, contact_id)]


async def check_may_read_all(conn: Conn, person_id: int | None, *contact_ids: int) -> None:
    """Raise ``Forbidden`` where a person may not read every ticket of these contacts."""
    if person_id is not None and await _unreadable.one(conn, person_id, list(contact_ids)):
        raise Forbidden("There are tickets that you may not read: ask a supervisor.")


async def hold_still(conn: Conn, *contact_ids: int) -> list[Held]:
    """Lock the tickets of these contacts, then the timeline; nobody writes to it until the commit.

    In this order, because whoever holds a ticket may be about to write. A ticket that was opened
    in between and is in somebody's hands is not waited for: the change is refused and may be
    tried again.
    """
    before = await _lock_timeout.one(conn)
    await _set_lock_timeout.run(conn, LOCK_TIMEOUT)
    await _lock_tickets.run(conn, list(contact_ids))
    await _lock_timeline.run(conn)
    held = await _held_tickets.all(conn, list(contact_ids))
    await _set_lock_timeout.run(conn, before)
    return held


async def _both(conn: Conn, kept_id: int, other_id: int) -> Sequence[Contact]:
    await contacts.find(conn, kept_id)
    if kept_id == other_id:
        raise BadInput("body.contact_id", "A contact cannot be merged into itself.")
    try:
        locked = await contacts.lock(conn, kept_id, other_id)
    except ContactMerged as merged:
        raise Unmergeable(str(merged), **merged.data) from merged
    except NotFound as missing:
        raise BadInput("body.contact_id", str(missing)) from missing
    return locked[kept_id], locked[other_id]


async def _move(
    conn: Conn, now: datetime, held: Iterable[Held], kept: Contact, other: Contact, *, actor: str
) -> tuple[list[events.Event], Moved]:
    """Point everything of the other at the kept contact; returns what the tickets have to tell."""
    way = (other.id, kept.id)
    last = await _last.one(conn)
    keys = _doubled_keys(held, kept.id)
    freed = await _free_keys.all(conn, list(keys))
    tickets = await _move_tickets.all(conn, *way)
    lasting = await _lasting_segments.all(conn, other.id, now)
    await _end_segments.run(conn, *way, now)
    filled, taken = contact_facts.joined(kept, other)
    moved = Moved(
        identity_ids=await _move_identities.all(conn, *way),
        ticket_ids=[ticket.id for ticket in tickets],
        interaction_ids=await _move_interactions.all(conn, *way),
        segment_ids=await _move_segments.all(conn, *way),
        open_segment_ids=[s.id for s in lasting if s.to_at is None],
        segment_ends=[(s.id, s.to_at) for s in lasting if s.to_at is not None],
        freed_keys=list(keys.items()),
        last_ticket_id=last.ticket_id,
        last_interaction_id=last.interaction_id,
        **msgspec.structs.asdict(taken),
        temperament=await temperament_merging.move(conn, now, *way, actor=actor),
    )
    await _move_calls.run(conn, *way)
    await _save(conn, now, kept, filled, actor=actor)
    await _point_to.run(conn, *way, now)
    facts = [
        ticket_changes.fact(t, now, actor, intake_queue_id={"from": keys[t.id], "to": None})
        for t in freed
    ]
    facts += [
        ticket_changes.fact(t, now, actor, contact_id={"from": other.id, "to": kept.id})
        for t in tickets
    ]
    return facts, moved


def _doubled_keys(held: Iterable[Held], kept_id: int) -> dict[int, int]:
    """The younger of two open tickets that stand for one entry queue, with that queue."""
    stands = [(t, t.intake_queue_id) for t in held if t.is_open]
    kept = {queue_id: t.id for t, queue_id in stands if t.contact_id == kept_id}
    return {
        max(t.id, kept[queue_id]): queue_id
        for t, queue_id in stands
        if queue_id is not None and t.contact_id != kept_id and queue_id in kept
    }


async def _save(conn: Conn, now: datetime, before: Contact, after: Contact, *, actor: str) -> None:
    if before == after:
        await contacts.touch(conn, now, before.id)
    else:
        await contacts.change(conn, now, before, after, actor=actor)
