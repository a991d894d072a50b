"""New problems enter their queues many at a time: the most frequent change, and always the same.

One statement does for all of them what ``moving.enqueue`` does for one; a test compares the two.
Whatever else a message may do to a ticket stays with ``arriving.route``.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from contactcenter import db, queues, timers
from contactcenter.db import Conn
from contactcenter.dispatch import arriving, rule_book, seek
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.connection import rules_of
from contactcenter.segments import segments
from contactcenter.sla import sla_clocks
from contactcenter.tickets import ticket_credits, tickets


class _Entered(Struct, frozen=True, kw_only=True):
    ticket_id: int
    contact_id: int
    queue_id: int
    temperament: str
    is_otherwise: bool


_SQL = db.Statements(__name__)
_enter = _SQL.take("enter", _Entered)
_served_queues = _SQL.take("served_queues", int)


async def enter(conn: Conn, now: datetime, findings: Sequence[Finding]) -> None:
    """Let these take effect, at most one a ticket; those of tickets no longer new go on alone.

    So do those of calls.
    """
    for call in (finding for finding in findings if finding.call_id is not None):
        await arriving.route(conn, now, call)
    await _enter_all(conn, now, [finding for finding in findings if finding.call_id is None])


async def _enter_all(conn: Conn, now: datetime, findings: Sequence[Finding]) -> None:
    entered = await _enter.all(
        conn,
        now,
        [f.ticket_id for f in findings],
        [f.queue_id for f in findings],
        [f.temperament for f in findings],
        [f.language for f in findings],
        [f.subject for f in findings],
        [f.received_at if f.counts else None for f in findings],
        [f.rule_id for f in findings],
        [i for f in findings for i in f.interaction_ids],
        now - ticket_credits.REPEAT_WINDOW,
        (await rules_of(conn)).capacity,
    )
    for one in entered:
        if one.is_otherwise:  # whoever holds another problem of this person, too
            await segments.mark_open_tickets(
                conn, now, one.contact_id, one.temperament, actor="system"
            )
    moved = {one.ticket_id for one in entered}
    await _ask_rules(conn, now, entered)
    for finding in findings:
        if finding.ticket_id in moved and finding.counts:
            sla_clocks.note(conn, finding.ticket_id, is_new=True, heard_at=finding.heard_at)
    for finding in findings:
        if finding.ticket_id not in moved:
            await arriving.route(conn, now, finding)
    served = set(await _served_queues.all(conn, sorted({one.queue_id for one in entered})))
    for one in entered:
        if one.queue_id in served:
            await seek.agent_for(conn, now, await tickets.lock(conn, one.ticket_id))


async def _ask_rules(conn: Conn, now: datetime, entered: Sequence[_Entered]) -> None:
    """Where there are escalation rules, set when they are first asked; the queue's own is set."""
    rules = await rules_of(conn)
    if not rules.escalation:
        return
    due = {}
    for queue_id in {one.queue_id for one in entered}:
        queue = await queues.find(conn, queue_id)
        due[queue_id] = rule_book.first_look(now, queue, rules, reopens=0, escalations=0)
    await timers.set_for_tickets(
        conn,
        "escalation",
        [(one.ticket_id, at) for one in entered if (at := due[one.queue_id]) is not None],
    )
