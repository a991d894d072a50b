"""Sends a visitor his conversation by mail because he asks for it, and lets nobody abuse that.

Anybody can tell anybody's address, so this is a way to have us write to strangers. An agent must
have answered; an address that is not known to be the visitor's gets one a day, whoever asks, and no
link of a visitor's; a visitor gets three a day, to one such address; everybody together has a cap.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from channels import Channel, ChatRefused, MailAddress
from contactcenter import db, events, timeline
from contactcenter.chats import chat_addresses, chat_ways
from contactcenter.chats.chat_addresses import Known
from contactcenter.chats.chat_transcript_text import SUBJECTS, Spoken, transcript
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.mails import mails
from contactcenter.outbound import opt_outs, outbox
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket
from contactcenter.time_zones import zone_of
from routing.wording import Language

A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)
#: To one address a day: of somebody who did not say so himself, and of the visitor's own.
TO_UNKNOWN: Final = 1
TO_HIS_OWN: Final = 3
#: For one visitor a day.
FOR_VISITOR: Final = 3
#: From one address of ours an hour, to everybody together.
FROM_US: Final = 200
#: So many messages are sent, the newest.
MESSAGES: Final = 500

_EMAIL: Final = "email"
_NOT_THERE: Final = "This conversation cannot be sent to that address."


class _Visitor(Struct, frozen=True, kw_only=True):
    id: int
    entry_point_id: int
    language: str | None
    ticket_id: int | None
    identity_id: int
    contact_id: int
    widget_language: str | None
    time_zone: str


class _Counted(Struct, frozen=True, kw_only=True):
    to_address: int
    for_visitor: int
    elsewhere: int
    from_us: int


_SQL = db.Statements(__name__)
_visitor = _SQL.take("visitor", _Visitor)
_spoken = _SQL.take("spoken", Spoken)
_lock = _SQL.command("lock")
_counted = _SQL.take("counted", _Counted)
_is_ours = _SQL.take("is_ours", bool)
_remember = _SQL.command("remember")


async def write(
    conn: Conn,
    now: datetime,
    visitor_id: int,
    address: str,
    *,
    channels: Mapping[str, Channel],
) -> int:
    """Write the mail; the interaction's id. Ring the outbox after the commit.

    Raises ``ChatRefused``: ``bad_email``, ``nothing_to_send`` (no agent has answered),
    ``too_many_transcripts``, ``address_refused`` (he wants no mail, or it is our own),
    ``not_available`` (we send no mail).
    """
    try:
        value = chat_addresses.canonical(channels, _EMAIL, address)
    except BadInput as error:
        raise ChatRefused("bad_email", error.detail) from error
    visitor = await _visitor.first(conn, visitor_id)
    if visitor is None or visitor.ticket_id is None:
        raise ChatRefused("nothing_to_send", "Nobody has answered yet.")
    spoken = await _spoken.all(conn, visitor.id, visitor.ticket_id, MESSAGES)
    if not any(one.by == "agent" for one in spoken):
        raise ChatRefused("nothing_to_send", "Nobody has answered yet.")
    ticket = await tickets.find(conn, visitor.ticket_id)
    ours = await _sender(conn, ticket, channels)
    await _lock.run(conn, ours.id)
    if await _is_ours.one(conn, value):
        raise ChatRefused("address_refused", _NOT_THERE)
    known = await chat_addresses.known(conn, _EMAIL, value)
    is_his = known is not None and known.contact_id == visitor.contact_id
    await _check_limits(conn, now, visitor, known, ours_id=ours.id, is_his=is_his)
    if known is None:
        known = await chat_addresses.reachable(
            conn, now, _EMAIL, value, told_by=visitor.contact_id, actor="customer"
        )
    await _check_wanted(conn, channels, known, ours)
    language: Language = "fa" if (visitor.language or visitor.widget_language) == "fa" else "en"
    text = transcript(spoken[::-1], language, zone_of(visitor.time_zone), is_his=is_his)
    sent_id = await _send(
        conn, now, ticket, known, ours=ours, text=text, subject=SUBJECTS[language]
    )
    await _remember.run(conn, sent_id, visitor.id, ours.id, known.id, now)
    return sent_id


async def _sender(conn: Conn, ticket: Ticket, channels: Mapping[str, Channel]) -> chat_ways.Sender:
    channel = channels.get(_EMAIL)
    found = await chat_ways.nearest_senders(conn, ticket, channels)
    if channel is None or channel.missing or _EMAIL not in found:
        raise ChatRefused("not_available", "No mail is sent from here.")
    return found[_EMAIL]


async def _check_limits(
    conn: Conn,
    now: datetime,
    visitor: _Visitor,
    known: Known | None,
    *,
    ours_id: int,
    is_his: bool,
) -> None:
    to_id = None if known is None else known.id
    counted = await _counted.one(
        conn, visitor.id, to_id, ours_id, now - A_DAY, now - AN_HOUR, FROM_US
    )
    is_too_many = (
        counted.to_address >= (TO_HIS_OWN if is_his else TO_UNKNOWN)
        or counted.for_visitor >= FOR_VISITOR
        or (not is_his and counted.elsewhere > 0)
        or counted.from_us >= FROM_US
    )
    if is_too_many:
        raise ChatRefused("too_many_transcripts", "It was sent already; try again tomorrow.")


async def _check_wanted(
    conn: Conn, channels: Mapping[str, Channel], known: Known, ours: chat_ways.Sender
) -> None:
    try:
        await opt_outs.check(
            conn, channels, channel=_EMAIL, entry_point=ours.address, identity_id=known.id
        )
    except opt_outs.OptedOut:
        raise ChatRefused("address_refused", _NOT_THERE) from None


async def _send(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    to: Known,
    *,
    ours: chat_ways.Sender,
    text: str,
    subject: str,
) -> int:
    correlation_id = secrets.token_hex(16)
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=ticket.contact_id,
        ticket_id=ticket.id,
        channel=_EMAIL,
        direction="outbound",
        kind="transcript",
        author_id=None,
        body=text,
        state="queued",
        entry_point_id=ours.id,
        identity_id=to.id,
    )
    await mails.write(
        conn,
        interaction_id,
        message_id=mails.message_id_of(correlation_id, ours.address),
        ticket_id=ticket.id,
        subject=subject,
        in_reply_to=None,
        references=(),
        to=[MailAddress("", to.value)],
        automatic=True,
    )
    # In a queue of its own: what an agent writes next does not wait for it.
    await outbox.enqueue(
        conn,
        now,
        interaction_id,
        conversation=f"{_EMAIL}:{ours.id}:{to.id}:automatic",
        correlation_id=correlation_id,
    )
    await _record(conn, now, ticket, interaction_id)
    return interaction_id


async def _record(conn: Conn, now: datetime, ticket: Ticket, interaction_id: int) -> None:
    written = events.Event(
        kind="transcript_written",
        at=now,
        actor="customer",
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        team_ids=tuple(ticket.team_ids),
        data={"interaction_id": interaction_id, "channel": _EMAIL},
    )
    await events.record(conn, written)
