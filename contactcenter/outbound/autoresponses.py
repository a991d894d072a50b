"""Tells who wrote first that we have got it, without a word of his: not more than once a day.

Two backstops need no header of anybody's and end every loop: one answer a correspondent and day,
five a domain and hour, each at one of our addresses. They are rows, counted under a lock that all
processes take. A third, counted without one, keeps us from writing to everybody.
Source: https://www.rfc-editor.org/rfc/rfc3834, https://www.rfc-editor.org/rfc/rfc5230#section-4.2
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from channels import Channel, MailAddress
from contactcenter import db, events, timeline
from contactcenter.db import Conn
from contactcenter.mails import mails
from contactcenter.outbound import opt_outs, outbox
from contactcenter.tickets import tickets

A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)
#: To so many correspondents of one domain within an hour.
OF_DOMAIN: Final = 5
#: To so many correspondents in all within an hour, or a few more where processes answer side by
#: side: whoever invents authors of a thousand domains has us write to a thousand strangers.
OF_ALL: Final = 500
#: Its subject: whoever has somebody else's address answered makes him read no word of his own.
SUBJECTS: Final[Mapping[str, str]] = {
    "en": "We have received your message",
    "fa": "پیام شما به دست ما رسید",
}


class Asked(Struct, frozen=True, kw_only=True):
    """A mail that opened a ticket, and the words it is to be answered by, in their ``language``.

    ``correspondent`` is the canonical address of its author; ``references`` are those it has.
    """

    ticket_id: int
    contact_id: int
    identity_id: int
    entry_point_id: int
    channel: str
    entry_point: str
    correspondent: str
    message_id: str | None
    references: tuple[str, ...]
    text: str
    language: str

    @property
    def domain(self) -> str:
        """Where the correspondent's mailbox is."""
        return self.correspondent.rpartition("@")[2]


_SQL = db.Statements(__name__)
_lock = _SQL.command("lock")
_may_answer = _SQL.take("may_answer", bool)
_remember = _SQL.command("remember")


async def write(
    conn: Conn, now: datetime, asked: Sequence[Asked], channels: Mapping[str, Channel]
) -> None:
    """Answer those that may be answered; mail, outbox and event with them, or none of it."""
    for entry_point_id, domain in sorted({(one.entry_point_id, one.domain) for one in asked}):
        await _lock.run(conn, f"{entry_point_id} {domain}")
    for one in asked:
        if await _is_wanted(conn, now, one, channels):
            await _answer(conn, now, one)


async def _is_wanted(
    conn: Conn, now: datetime, one: Asked, channels: Mapping[str, Channel]
) -> bool:
    may_answer = await _may_answer.one(
        conn,
        one.entry_point_id,
        one.correspondent,
        one.domain,
        now - A_DAY,
        now - AN_HOUR,
        OF_DOMAIN,
        one.channel,
        OF_ALL,
    )
    if not may_answer:
        return False
    try:
        await opt_outs.check(
            conn,
            channels,
            channel=one.channel,
            entry_point=one.entry_point,
            identity_id=one.identity_id,
        )
    except opt_outs.OptedOut:
        return False
    return True


async def _answer(conn: Conn, now: datetime, one: Asked) -> None:
    correlation_id = secrets.token_hex(16)
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=one.contact_id,
        ticket_id=one.ticket_id,
        channel=one.channel,
        direction="outbound",
        kind="autoresponse",
        author_id=None,
        body=one.text,
        state="queued",
        entry_point_id=one.entry_point_id,
        identity_id=one.identity_id,
    )
    answered = [] if one.message_id is None else [one.message_id]
    await mails.write(
        conn,
        interaction_id,
        message_id=mails.message_id_of(correlation_id, one.entry_point),
        ticket_id=one.ticket_id,
        subject=SUBJECTS[one.language],
        in_reply_to=one.message_id,
        references=[*one.references[1 - mails.REFERENCES :], *answered],
        to=[MailAddress("", one.correspondent)],
        automatic=True,
    )
    # In a queue of its own: what an agent writes next does not wait for it.
    await outbox.enqueue(
        conn,
        now,
        interaction_id,
        conversation=f"{one.channel}:{one.entry_point_id}:{one.identity_id}:automatic",
        correlation_id=correlation_id,
    )
    await _remember.run(
        conn, interaction_id, one.entry_point_id, one.correspondent, one.domain, now
    )
    await _record(conn, now, one, interaction_id)


async def _record(conn: Conn, now: datetime, one: Asked, interaction_id: int) -> None:
    ticket = await tickets.find(conn, one.ticket_id)
    await events.record(
        conn,
        events.Event(
            kind="autoresponse_written",
            at=now,
            actor="system",
            ticket_id=ticket.id,
            contact_id=ticket.contact_id,
            team_ids=tuple(ticket.team_ids),
            data={"interaction_id": interaction_id, "channel": one.channel},
        ),
    )
