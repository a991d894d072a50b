"""Asks customers what they think: on the ticket's own channel, at their hours, and never twice.

The question, its place in the outbox and the row of the survey are written in one transaction: what
a killed process leaves was not begun, or is done. Whoever asks a person has his row locked, so that
two who work side by side do not ask him about two problems at once.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import structlog
from msgspec import Struct

from channels import Channel, MailAddress
from contactcenter import addressing, db, events, logs, metrics, timeline
from contactcenter.addressing import ContactUnreachable, EntryPoint, Identity, Letter
from contactcenter.apart import Failed, apart
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.mails import mails
from contactcenter.notices import notice_limits
from contactcenter.outbound import opt_outs, outbox
from contactcenter.surveys import links, policy
from contactcenter.surveys.policy import LINK, Policy
from contactcenter.tickets import tickets

Reason = Literal[
    "switched_off", "not_solved", "asked_lately", "too_late", "unreachable", "opted_out"
]

#: A question that could not be asked for so long is not asked any more: nobody remembers.
LATE_AFTER: Final = timedelta(days=3)
#: Who has another problem just now is asked later.
BUSY_FOR: Final = timedelta(hours=1)
#: One that failed is tried again after this, until it is too late.
AFTER_A_FAILURE: Final = timedelta(hours=1)

log = structlog.get_logger()


class Links(Struct, frozen=True, kw_only=True):
    """What an address of a question is made of: our public address, and the keys that sign it."""

    public_url: str
    keys: Sequence[bytes]

    def of(self, survey_id: int) -> str:
        """Where this question is answered."""
        return f"{self.public_url}/survey/{links.token(self.keys, survey_id)}"


class _Planned(Struct, frozen=True, kw_only=True):
    id: int
    ticket_id: int
    episode: int
    due_at: datetime
    contact_id: int
    is_solved: bool
    is_busy: bool
    agent_id: int | None
    is_persian: bool
    preferred_hours: dict[str, Any] | None
    asked_at: datetime | None


class _Question(Struct, frozen=True, kw_only=True):
    """A question on its way to somebody, from an address of ours."""

    planned: _Planned
    ticket: tickets.Ticket
    to: Identity
    sender: EntryPoint
    correlation_id: str


class _Asking(Struct, frozen=True, kw_only=True):
    """In which words and by what is asked."""

    policy: Policy
    channels: Mapping[str, Channel]
    addresses: Callable[[], Links]


_SQL = db.Statements(__name__)
_due = _SQL.take("due", int)
_lock_people = _SQL.take("lock_people", int)
_planned = _SQL.take("planned", _Planned)
_postpone = _SQL.command("postpone")
_skip = _SQL.command("skip")
_sent = _SQL.command("sent")
_expire = _SQL.take("expire", int)


async def ask(
    conn: Conn,
    now: datetime,
    channels: Mapping[str, Channel],
    addresses: Callable[[], Links],
    *,
    at_most: int,
) -> int:
    """Decide about the questions that are due, one a person, of so many; how many there were.

    ``addresses`` tells what the links are made of, when one is needed; it raises ``KeyMissing``.
    """
    wanted = await _due.all(conn, now, at_most)
    people = await _lock_people.all(conn, wanted) if wanted else []
    if not people:
        return 0
    house, limit = await policy.find(conn), await notice_limits.find(conn)
    asking = _Asking(policy=house, channels=channels, addresses=addresses)
    # A statement of its own, so that it sees what was asked until the rows were locked.
    due = await _planned.all(conn, people, now)
    for one in due:
        if (reason := _never(one, now, house)) is not None:
            await _skip.run(conn, one.id, reason, now)
        elif (next_at := _not_before(one, now, limit)) is not None:
            await _postpone.run(conn, one.id, next_at)
        else:
            await _try_to_ask(conn, now, one, asking)
    return len(due)


async def expire(conn: Conn, now: datetime) -> int:
    """Close the questions whose time is over; how many."""
    return len(await _expire.all(conn, now))


def _never(one: _Planned, now: datetime, house: Policy) -> Reason | None:
    """Why nothing is asked about this episode any more."""
    if not house.is_on:
        return "switched_off"
    if not one.is_solved:
        return "not_solved"
    if one.asked_at is not None and now < one.asked_at + timedelta(seconds=house.quiet_s):
        return "asked_lately"
    return "too_late" if now > one.due_at + LATE_AFTER else None


def _not_before(one: _Planned, now: datetime, limit: notice_limits.Limit) -> datetime | None:
    """When he may be asked at the earliest; None is now."""
    if one.is_busy:
        return now + BUSY_FOR
    return notice_limits.closed_until(now, None, one.preferred_hours, limit, {})


async def _try_to_ask(conn: Conn, now: datetime, one: _Planned, asking: _Asking) -> None:
    """One that fails for a reason nobody foresaw is tried later, and keeps nobody waiting."""
    try:
        async with apart(conn):
            await _ask(conn, now, one, asking)
    except Failed as failure:
        log.exception("survey_failed", survey_id=one.id, exc_info=logs.unquoted(failure.cause))
        metrics.AUTOMATED_MESSAGE_FAILURES.labels("survey").inc()
        await _postpone.run(conn, one.id, now + AFTER_A_FAILURE)


async def _ask(conn: Conn, now: datetime, one: _Planned, asking: _Asking) -> None:
    try:
        question = await _question(conn, one, asking.channels)
    except (ContactUnreachable, NotFound):
        await _skip.run(conn, one.id, "unreachable", now)
        return
    except opt_outs.OptedOut:
        await _skip.run(conn, one.id, "opted_out", now)
        return
    interaction_id = await _write(conn, now, question, asking)
    sender, to = question.sender, question.to
    # In a queue of its own: what an agent writes does not wait for it.
    await outbox.enqueue(
        conn,
        now,
        interaction_id,
        conversation=f"{sender.channel}:{sender.id}:{to.id}:survey",
        correlation_id=question.correlation_id,
    )
    await _sent.run(
        conn,
        one.id,
        sender.channel,
        sender.id,
        to.id,
        interaction_id,
        "fa" if one.is_persian else "en",
        now,
        now + timedelta(seconds=asking.policy.valid_s),
    )
    await _tell(conn, now, question, interaction_id)


async def _question(conn: Conn, one: _Planned, channels: Mapping[str, Channel]) -> _Question:
    """It goes where an answer would go; raises where nothing may or can be sent there."""
    ticket = await tickets.find(conn, one.ticket_id)
    letter = Letter(text="", correlation_id=secrets.token_hex(16))
    heard = await timeline.last_heard(conn, ticket.id)
    to = await addressing.recipient(conn, ticket, letter, heard)
    sender = await addressing.sender(conn, ticket, letter, heard, to=to)
    await opt_outs.check(
        conn,
        channels,
        channel=sender.channel,
        entry_point=sender.address,
        identity_id=to.id,
    )
    return _Question(
        planned=one, ticket=ticket, to=to, sender=sender, correlation_id=letter.correlation_id
    )


async def _write(conn: Conn, now: datetime, question: _Question, asking: _Asking) -> int:
    """Put it on the timeline, as a text message or as a mail; returns its id."""
    one, sender = question.planned, question.sender
    channel = asking.channels.get(sender.channel)
    is_mail = channel is not None and channel.has_threads
    text = _text(asking.policy, one, is_mail=is_mail)
    text = text.replace(LINK, asking.addresses().of(one.id))
    size = None if channel is None else channel.size(text)
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=one.contact_id,
        ticket_id=one.ticket_id,
        channel=sender.channel,
        direction="outbound",
        kind="survey",
        author_id=None,
        body=text,
        state="queued",
        entry_point_id=sender.id,
        identity_id=question.to.id,
        segments=None if size is None else size.segments,
    )
    if is_mail:
        await mails.write(
            conn,
            interaction_id,
            message_id=mails.message_id_of(question.correlation_id, sender.address),
            ticket_id=one.ticket_id,
            subject=asking.policy.subject_fa if one.is_persian else asking.policy.subject_en,
            in_reply_to=None,
            references=(),
            to=[MailAddress("", question.to.value)],
            automatic=True,
        )
    return interaction_id


async def _tell(conn: Conn, now: datetime, question: _Question, interaction_id: int) -> None:
    one, ticket = question.planned, question.ticket
    sent = events.Event(
        kind="survey_sent",
        at=now,
        actor="system",
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        agent_id=one.agent_id,
        team_ids=tuple(ticket.team_ids),
        data={
            "survey_id": one.id,
            "episode": one.episode,
            "scale": "csat",
            "channel": question.sender.channel,
            "interaction_id": interaction_id,
        },
    )
    await events.record(conn, sent)


def _text(house: Policy, one: _Planned, *, is_mail: bool) -> str:
    if is_mail:
        return house.mail_fa if one.is_persian else house.mail_en
    return house.text_fa if one.is_persian else house.text_en
