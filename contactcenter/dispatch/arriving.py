"""What a customer's message does to its ticket, once triage has looked at it."""

from datetime import datetime

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.dispatch import calling, ending, escalating, moving, pausing, rule_book, seek
from contactcenter.dispatch.connection import rules_of
from contactcenter.segments import segments
from contactcenter.sla import sla_clocks
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

_SQL = db.Statements(__name__)
_mark = _SQL.take("mark", int)
_temperament_since = _SQL.take("temperament_since", str)


class Finding(Struct, frozen=True, kw_only=True):
    """What triage found out about the new messages of one ticket.

    ``queue_id`` is where a new problem goes; ``escalation_cue`` names the words by which the
    customer asked for somebody more senior. ``received_at`` is when the last message was received,
    ``first_received_at`` the first, where there are several. What does not ``count`` was written by
    no person: it opened the ticket, which is given a queue, and nothing else comes of it.
    ``call_id`` is a call that waits on the line.
    """

    ticket_id: int
    interaction_ids: list[int]
    received_at: datetime
    temperament: str
    language: str | None
    subject: str
    queue_id: int
    rule_id: int | None = None
    escalation_cue: str | None = None
    first_received_at: datetime | None = None
    counts: bool = True
    call_id: int | None = None

    @property
    def heard_at(self) -> datetime:
        """When the first of the messages was received."""
        return self.first_received_at or self.received_at


async def route(conn: Conn, now: datetime, finding: Finding) -> None:
    """Let what triage found take effect; under the routing lock, once a message."""
    ticket = await tickets.lock(conn, finding.ticket_id)
    if not await _mark.all(conn, finding.interaction_ids, now):
        return
    if not finding.counts and ticket.state != "new":
        return
    sla_clocks.note(conn, ticket.id, heard_at=finding.heard_at)
    former, was_new = ticket.temperament, ticket.state == "new"
    ticket = msgspec.structs.replace(
        ticket,
        temperament=await _temperament_since.one(conn, ticket.contact_id, now, finding.temperament),
        language=finding.language or ticket.language,
        subject=ticket.subject or finding.subject,
        last_customer_message_at=finding.received_at,
    )
    ticket = await _moved(conn, now, ticket, finding, former)
    if former != ticket.temperament:  # whoever holds another problem of this person, too
        await segments.mark_open_tickets(
            conn, now, ticket.contact_id, ticket.temperament, actor="system"
        )
    asked = finding.escalation_cue is not None
    if asked or rule_book.hears_words(await rules_of(conn)):
        ticket = await escalating.look(conn, now, ticket, customer_asked=asked)
    if was_new and ticket.state == "waiting" and finding.call_id is None:
        await seek.agent_for(conn, now, ticket)


async def _moved(
    conn: Conn, now: datetime, ticket: Ticket, finding: Finding, former: str
) -> Ticket:
    """The ticket where it goes from here; ``former`` is how its customer was taken to be."""
    if finding.call_id is not None:
        return await calling.enter(conn, now, ticket, finding.call_id, finding.queue_id)
    if ticket.state == "new":
        return await moving.enqueue(conn, now, ticket, finding.queue_id, rule_id=finding.rule_id)
    if ticket.state == "pending":
        return await pausing.resume(conn, now, ticket, actor="customer", because="customer_wrote")
    if ticket.state in ("solved", "closed"):
        return await ending.reopen(conn, now, ticket, actor="customer", because="customer_wrote")
    ticket = await tickets.save(conn, ticket)
    if former != ticket.temperament:
        changed = {"temperament": {"from": former, "to": ticket.temperament}}
        await tickets.record_change(conn, now, ticket, "system", changed)
    return ticket
