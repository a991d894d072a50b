"""Writes a reply once more by another channel because the visitor of the chat is gone.

The same words, the same ticket: who answers there goes on with the same conversation.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from channels import Channel
from contactcenter import db, desk, events, timeline
from contactcenter.addressing import Letter
from contactcenter.chats import chat_ways
from contactcenter.chats.chat_ways import WEBCHAT, Way
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict
from contactcenter.outbound import opt_outs
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket
from contactcenter.timeline import Interaction


class NotForwardable(Conflict):
    """Only a reply in a chat that its visitor has not read goes on by another channel, once."""

    code = "not_forwardable"


class WayClosed(Conflict):
    """Nothing can be sent to him that way; ``why_not`` says why."""

    code = "way_closed"


class By(Struct, frozen=True, kw_only=True):
    """Which way: to an address he told, or to one his contact has; without either the first open.

    ``entry_point_id`` is the address of ours, where it is not to be the nearest.
    """

    told_id: int | None = None
    identity_id: int | None = None
    entry_point_id: int | None = None


_SQL = db.Statements(__name__)
_forwarded_as = _SQL.take("forwarded_as", int)
_remember = _SQL.command("remember")


async def forward(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    reply: Interaction,
    by: By,
    *,
    correlation_id: str,
    author_id: int,
    actor: str,
    channels: Mapping[str, Channel],
) -> int:
    """Write a reply of the locked ticket once more by another channel; the new interaction's id.

    Raises ``NotForwardable``, ``WayClosed`` or ``opt_outs.OptedOut``.
    """
    is_reply = (reply.channel, reply.direction, reply.kind) == (WEBCHAT, "outbound", "message")
    if not is_reply or reply.state == "read":
        raise NotForwardable(
            f"interaction {reply.id} is {reply.direction} by {reply.channel} and {reply.state}"
        )
    if (done := await _forwarded_as.first(conn, reply.id)) is not None:
        raise NotForwardable(
            f"interaction {reply.id} went on as {done} already", forwarded_as_id=done
        )
    way = await _way(conn, ticket, by, channels)
    letter = Letter(text=reply.body, correlation_id=correlation_id)
    letter = await chat_ways.along(
        conn, now, ticket, letter, way, entry_point_id=by.entry_point_id, actor=actor
    )
    sent_id = await desk.reply(
        conn, now, ticket.id, letter, author_id=author_id, actor=actor, channels=channels
    )
    await _remember.run(conn, reply.id, sent_id, now)
    await timeline.attach_same(conn, reply.id, sent_id)
    await _record(
        conn,
        now,
        ticket.id,
        reply_id=reply.id,
        sent_id=sent_id,
        channel=way.channel,
        author_id=author_id,
        actor=actor,
    )
    return sent_id


async def _way(conn: Conn, ticket: Ticket, by: By, channels: Mapping[str, Channel]) -> Way:
    """The way that was named, else the first that is open; raises where it is closed."""
    visitor = await chat_ways.visitor_of(conn, ticket.id)
    found = [] if visitor is None else await chat_ways.ways(conn, ticket, visitor, channels)
    if by.told_id is not None:
        found = [way for way in found if way.told_id == by.told_id]
        if not found:
            raise BadInput("body.told_id", f"the visitor told no address {by.told_id}")
    elif by.identity_id is not None:
        found = [way for way in found if way.identity_id == by.identity_id]
        if not found:
            raise BadInput("body.identity_id", f"there is no way by address {by.identity_id}")
    if not found:
        raise WayClosed("no address is known besides the chat", why_not="no_address")
    way = next((one for one in found if one.allowed), found[0])
    if way.why_not == "opted_out":
        raise opt_outs.OptedOut(opt_outs.NOT_SENT, identity_id=way.identity_id)
    if way.why_not is not None:
        raise WayClosed(f"this way is closed: {way.why_not}", why_not=way.why_not)
    return way


async def _record(
    conn: Conn,
    now: datetime,
    ticket_id: int,
    *,
    reply_id: int,
    sent_id: int,
    channel: str | None,
    author_id: int,
    actor: str,
) -> None:
    ticket = await tickets.find(conn, ticket_id)
    data = {"interaction_id": reply_id, "forwarded_as_id": sent_id, "channel": channel}
    await events.record(
        conn,
        events.Event(
            kind="reply_forwarded",
            at=now,
            actor=actor,
            ticket_id=ticket.id,
            version=ticket.version,
            contact_id=ticket.contact_id,
            agent_id=author_id,
            team_ids=tuple(ticket.team_ids),
            data=data,
        ),
    )
