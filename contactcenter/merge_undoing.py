"""A merge was a mistake: two people are two contacts again.

What was moved goes back. What came since goes by its address: a message from or to one of the
other's addresses is his, and so is a ticket in which only those were used. Whoever
chats goes on in a ticket of his own.
"""

from datetime import datetime

import msgspec

from contactcenter import contact_facts, db, events, merge_remainders, merges
from contactcenter.behaviour import behaviour
from contactcenter.contacts import contacts
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound
from contactcenter.merge_values import Merge, MergeRow, Moved, view
from contactcenter.segmentation import segment_setting
from contactcenter.temperaments import temperament_merging, temperaments
from contactcenter.tickets import ticket_changes
from contactcenter.tickets.ticket_changes import ChangedTicket


class AlreadyUndone(Conflict):
    """This merge was undone already."""

    code = "merge_already_undone"


class UndoLaterFirst(Conflict):
    """The contact was itself merged into another since: undo that merge first."""

    code = "undo_later_merge_first"


_SQL = db.Statements(__name__)
_find = _SQL.take("find", MergeRow)
_return_identities = _SQL.take("return_identities", int)
_return_tickets = _SQL.take("return_tickets", ChangedTicket)
_return_interactions = _SQL.command("return_interactions")
_return_calls = _SQL.command("return_calls")
_return_segments = _SQL.command("return_segments")
_reopen_segments = _SQL.command("reopen_segments")
_return_visitors = _SQL.command("return_visitors")
_restore_key = _SQL.take("restore_key", ChangedTicket)
_stand_alone = _SQL.command("stand_alone")
_end = _SQL.take("end", MergeRow)


async def undo(
    conn: Conn, now: datetime, merge_id: int, *, actor: str, must_read_as: int | None
) -> Merge:
    """Make two contacts of the one again; under the routing lock.

    ``must_read_as`` is as in ``merges.merge``. Raises ``NotFound``, ``AlreadyUndone``,
    ``UndoLaterFirst`` or ``Forbidden``.
    """
    row = await _undoable(conn, merge_id)
    moved = msgspec.convert(row.moved, Moved)
    both = await contacts.lock_rows(conn, row.kept_id, row.merged_id)
    kept, other = both[row.kept_id], both[row.merged_id]
    if kept.merged_into_id is not None:
        raise UndoLaterFirst(
            f"contact {kept.id} was merged into contact {kept.merged_into_id} since",
            contact_id=kept.merged_into_id,
        )
    await merges.check_may_read_all(conn, must_read_as, kept.id)
    await merges.hold_still(conn, kept.id, other.id)
    facts = await _return(conn, now, row, moved, actor=actor)
    await _stand_alone.run(conn, other.id, now)
    await _return_visitors.run(conn, kept.id, other.id, now)
    undone = await _end.one(conn, merge_id, now)
    left = contact_facts.parted(kept, other, moved)
    left = await merge_remainders.kept_of_others(conn, kept, left)
    await contacts.change(conn, now, kept, left, actor=actor)
    await contacts.touch(conn, now, kept.id)
    parted = contacts.fact(
        "contact_unmerged", now, actor, kept.id, merge_id=merge_id, merged_id=other.id
    )
    await events.record(conn, parted, *facts)
    await temperaments.take_effect(conn, now, [kept.id, other.id], actor=actor)
    await segment_setting.told(conn, now, {kept.id, other.id}, actor=actor)
    return view(undone)


async def _undoable(conn: Conn, merge_id: int) -> MergeRow:
    row = await _find.first(conn, merge_id)
    if row is None:
        raise NotFound(f"there is no merge {merge_id}")
    if row.undone_at is not None:
        raise AlreadyUndone
    return row


async def _return(
    conn: Conn, now: datetime, row: MergeRow, moved: Moved, *, actor: str
) -> list[events.Event]:
    """Point everything back to the other contact; returns the events of its tickets."""
    way = (row.kept_id, row.merged_id)
    identity_ids = await _return_identities.all(conn, *way, moved.identity_ids)
    tickets = await _return_tickets.all(
        conn, *way, moved.ticket_ids, moved.last_ticket_id, identity_ids
    )
    await _return_interactions.run(
        conn,
        *way,
        moved.interaction_ids,
        moved.last_interaction_id,
        identity_ids,
        [ticket.id for ticket in tickets],
    )
    await _return_calls.run(conn, *way)
    await _return_segments.run(conn, *way, moved.segment_ids)
    await temperament_merging.move_back(conn, *way, moved.temperament)
    await behaviour.return_told(
        conn,
        kept_id=row.kept_id,
        merged_id=row.merged_id,
        identity_ids=identity_ids,
        since=row.merged_at,
    )
    lasting = [(i, None) for i in moved.open_segment_ids] + moved.segment_ends
    ids, ends = [i for i, _ in lasting], [end for _, end in lasting]
    await _reopen_segments.run(conn, row.merged_id, ids, ends)
    facts = [
        ticket_changes.fact(t, now, actor, contact_id={"from": row.kept_id, "to": row.merged_id})
        for t in tickets
    ]
    for ticket_id, queue_id in moved.freed_keys:
        ticket = await _restore_key.first(conn, ticket_id, queue_id)
        if ticket is not None:
            key = {"from": None, "to": queue_id}
            facts.append(ticket_changes.fact(ticket, now, actor, intake_queue_id=key))
    return facts
