"""What an agent does with a ticket besides routing it: answer, write first, note, describe, tag."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg
import msgspec

from channels import Channel
from contactcenter import (
    addressing,
    attachments,
    db,
    escalation_checks,
    events,
    queues,
    reply_tones,
    timeline,
)
from contactcenter.addressing import EntryPoint, Identity, Letter
from contactcenter.chats import chat_ways
from contactcenter.db import Conn
from contactcenter.dispatch import pausing
from contactcenter.errors import BadInput, Conflict
from contactcenter.mails import mails
from contactcenter.outbound import opt_outs, outbox
from contactcenter.sla import sla, sla_clocks
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket, fact
from routing.states import UNSOLVED


class TicketAlreadyOpen(Conflict):
    """The contact has an unsolved ticket here: write in that one."""

    code = "ticket_already_open"


class NotSendable(Conflict):
    """Only a message that failed, or whose outcome nobody knows, is sent again."""

    code = "not_sendable"


_SQL = db.Statements(__name__)
_contact_exists = _SQL.take("contact_exists", bool)


async def reply(
    conn: Conn,
    now: datetime,
    ticket_id: int,
    letter: Letter,
    *,
    author_id: int,
    actor: str,
    channels: Mapping[str, Channel],
) -> int:
    """Write to the customer: timeline, outbox and event in one; returns the interaction's id.

    Raises ``opt_outs.OptedOut`` where he does not want messages from the address it would go from.
    """
    ticket = await tickets.lock(conn, ticket_id)
    if ticket.state not in UNSOLVED:
        raise Conflict(f"ticket {ticket_id} is {ticket.state}; reopen it to answer")
    identity, entry_point = await chat_ways.addresses(
        conn, now, ticket, letter, channels=channels, actor=actor
    )
    interaction_id = await _write(
        conn,
        now,
        ticket,
        letter,
        identity=identity,
        entry_point=entry_point,
        author_id=author_id,
        channels=channels,
    )
    ticket = await tickets.save(
        conn,
        msgspec.structs.replace(
            ticket, first_reply_at=ticket.first_reply_at or now, last_reply_at=now
        ),
    )
    await sla.replied(conn, now, ticket)
    written = fact(
        ticket,
        "reply_written",
        now,
        actor,
        agent_id=author_id,
        interaction_id=interaction_id,
        channel=entry_point.channel,
        episode=ticket.episode,
        temperament=ticket.temperament,
    )
    await events.record(conn, written)
    await escalation_checks.ask(conn, now, [ticket_id], escalation_checks.REPLY)
    return interaction_id


async def write_first(
    conn: Conn,
    now: datetime,
    letter: Letter,
    *,
    contact_id: int,
    channel: str,
    subject: str,
    author_id: int,
    actor: str,
    channels: Mapping[str, Channel],
) -> Ticket:
    """Open a ticket and write first: the author holds it, and it is the customer's turn.

    Under the routing lock. A contact who already has an unsolved ticket at this entry queue is
    written to in that one: ``TicketAlreadyOpen`` names it.
    """
    if not await _contact_exists.one(conn, contact_id):
        raise BadInput("body.contact_id", f"there is no contact {contact_id}")
    if channel not in channels:
        raise BadInput("body.channel", f"there is no channel {channel}")
    entry_point = await addressing.own_address(conn, channel, letter.entry_point_id)
    queue = await queues.find(conn, entry_point.queue_id)
    if (twin := await tickets.unsolved_of(conn, contact_id, queue.id)) is not None:
        raise TicketAlreadyOpen(f"write in ticket {twin}: it is unsolved", ticket_id=twin)
    try:
        ticket_id = await tickets.open_by_us(
            conn,
            now,
            contact_id=contact_id,
            channel=channel,
            entry_point_id=entry_point.id,
            intake_queue_id=queue.id,
            subject=subject or letter.text[:80],
            team_ids=[queue.team_id],
        )
    except asyncpg.UniqueViolationError as error:  # he wrote in this very moment
        raise TicketAlreadyOpen("the customer has just written himself") from error
    ticket = await tickets.lock(conn, ticket_id)
    await events.record(
        conn,
        fact(ticket, "ticket_opened", now, actor, channel=channel, entry_point_id=entry_point.id),
    )
    await pausing.begin_held(conn, now, ticket, queue, author_id, actor=actor)
    sla_clocks.note(conn, ticket_id, is_new=True)
    await reply(conn, now, ticket_id, letter, author_id=author_id, actor=actor, channels=channels)
    return await tickets.find(conn, ticket_id)


async def note(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    text: str,
    *,
    author_id: int,
    actor: str,
    kind: str = "note",
) -> int:
    """Write what only colleagues read: a note, or a hand-over note; returns its id."""
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        channel="internal",
        direction="internal",
        kind=kind,
        author_id=author_id,
        body=text,
        state="recorded",
    )
    await events.record(
        conn,
        events.Event(
            kind="note_written",
            at=now,
            actor=actor,
            ticket_id=ticket.id,
            contact_id=ticket.contact_id,
            agent_id=author_id,
            team_ids=tuple(ticket.team_ids),
            data={"interaction_id": interaction_id, "kind": kind},
        ),
    )
    return interaction_id


async def tell_of_failure(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    reason: str,
    *,
    author_id: int,
    actor: str,
    note_id: int | None,
) -> None:
    """A solution was tried and is none; rules may ask for it."""
    if ticket.state not in UNSOLVED:
        raise Conflict(f"ticket {ticket.id} is {ticket.state}; reopen it first")
    await events.record(
        conn,
        events.Event(
            kind="resolution_failed",
            at=now,
            actor=actor,
            ticket_id=ticket.id,
            contact_id=ticket.contact_id,
            agent_id=author_id,
            team_ids=tuple(ticket.team_ids),
            data={"reason": reason, "note_id": note_id},
        ),
    )
    await escalation_checks.ask(conn, now, [ticket.id], escalation_checks.FAILURE)


async def send_again(
    conn: Conn,
    now: datetime,
    interaction_id: int,
    *,
    correlation_id: str,
    author_id: int,
    actor: str,
    channels: Mapping[str, Channel],
) -> int:
    """A person's decision to send a message anew: a new attempt beside the old; its id."""
    old = await timeline.find(conn, interaction_id)
    if old.direction != "outbound" or old.state not in ("failed", "undelivered", "unknown"):
        raise NotSendable(f"interaction {interaction_id} is {old.direction} and {old.state}")
    assert old.ticket_id is not None
    letter = await mails.again(conn, old, correlation_id)
    sent_id = await reply(
        conn, now, old.ticket_id, letter, author_id=author_id, actor=actor, channels=channels
    )
    if not await timeline.supersede(conn, interaction_id, sent_id):
        raise NotSendable(f"interaction {interaction_id} was sent again already")
    return sent_id


async def _write(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    letter: Letter,
    *,
    identity: Identity,
    entry_point: EntryPoint,
    author_id: int,
    channels: Mapping[str, Channel],
) -> int:
    await opt_outs.check(
        conn,
        channels,
        channel=entry_point.channel,
        entry_point=entry_point.address,
        identity_id=identity.id,
        ticket_id=ticket.id,
    )
    letter = await addressing.fitting(conn, channel := channels.get(entry_point.channel), letter)
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        channel=entry_point.channel,
        direction="outbound",
        kind="message",
        author_id=author_id,
        body=letter.text,
        state="queued",
        entry_point_id=entry_point.id,
        identity_id=identity.id,
        segments=_segments(channel, letter.text),
    )
    await reply_tones.keep(conn, now, ticket, interaction_id, letter)
    await timeline.attach(conn, interaction_id, letter.attachment_ids, author_id=author_id)
    if channel is not None:
        await attachments.check_size(conn, interaction_id, at_most=channel.max_files_bytes)
        if channel.has_threads:
            await mails.write_letter(
                conn, ticket.id, interaction_id, letter, to=identity.value, entry_point=entry_point
            )
    await outbox.enqueue(
        conn,
        now,
        interaction_id,
        conversation=f"{entry_point.channel}:{entry_point.id}:{identity.id}",
        correlation_id=letter.correlation_id,
    )
    return interaction_id


def _segments(channel: Channel | None, text: str) -> int | None:
    size = None if channel is None else channel.size(text)
    return None if size is None else size.segments
