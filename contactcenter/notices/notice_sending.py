"""Finds who has a text of a notice coming, and writes it: at most once, at his hours, under a cap.

A text becomes a row a reader (``plan``), and each row a message, or is put off, or is skipped for a
reason (``write``). The message, its place in the outbox and the row are written in one transaction,
so what a killed process leaves is either not begun or done. Whoever writes to a person has his row
locked and counts what all notices wrote to him before: the cap holds over all of them together.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import structlog
from msgspec import Struct

from channels import Channel, MailAddress
from contactcenter import db, events, logs, metrics, timeline
from contactcenter.apart import Failed, apart
from contactcenter.db import Conn
from contactcenter.mails import mails
from contactcenter.notices import notice_limits
from contactcenter.notices.notice_limits import Limit
from contactcenter.outbound import outbox
from routing.calendars import Calendar

Reason = Literal["merged", "left_segment", "unreachable", "opted_out", "too_late"]

#: So many readers are found at once.
PLANNED: Final = 2_000
#: A text that could not be written for so long is old news.
LATE_AFTER: Final = timedelta(days=14)
#: One that failed is tried again after this, until it is too late.
AFTER_A_FAILURE: Final = timedelta(hours=1)

log = structlog.get_logger()


class _Text(Struct, frozen=True, kw_only=True):
    notice_id: int
    position: int
    planned_to: int
    audience_kind: str
    audience_value: str
    due_at: datetime


class _Found(Struct, frozen=True, kw_only=True):
    n: int
    last_id: int


class _Delivery(Struct, frozen=True, kw_only=True):
    notice_id: int
    position: int
    contact_id: int
    due_at: datetime
    audience_kind: str
    audience_value: str
    channel: str
    calendar_id: int | None
    author_id: int | None
    entry_point_id: int
    entry_point: str
    queue_id: int
    is_merged: bool
    is_persian: bool
    preferred_hours: dict[str, Any] | None
    identity_id: int | None
    address: str | None
    is_meant: bool
    is_opted_out: bool
    lately: list[datetime]
    subject_en: str
    subject_fa: str
    text_en: str
    text_fa: str

    @property
    def key(self) -> tuple[int, int, int]:
        return self.notice_id, self.position, self.contact_id


_SQL = db.Statements(__name__)
_due_text = _SQL.take("due_text", _Text)
_plan = _SQL.take("plan", _Found)
_planned = _SQL.command("planned")
_due = _SQL.take("due", int)
_lock_people = _SQL.take("lock_people", int)
_deliveries = _SQL.take("deliveries", _Delivery)
_postpone = _SQL.command("postpone")
_skip = _SQL.command("skip")
_take = _SQL.command("take")
_wrote = _SQL.command("wrote")


async def plan(conn: Conn, now: datetime) -> bool:
    """Find the next readers of one text whose time has come; False where there is none to find."""
    text = await _due_text.first(conn, now)
    if text is None:
        return False
    audience = text.audience_kind, text.audience_value
    key = text.notice_id, text.position
    found = await _plan.one(conn, *audience, now, text.planned_to, PLANNED, *key, text.due_at)
    await _planned.run(conn, *key, found.last_id, found.n < PLANNED, now)
    return True


async def write(conn: Conn, now: datetime, channels: Mapping[str, Channel], *, at_most: int) -> int:
    """Decide about what is due, a text a person, for so many people; how many there were."""
    wanted = await _due.all(conn, now, at_most)
    people = await _lock_people.all(conn, wanted) if wanted else []
    if not people:
        return 0
    limit = await notice_limits.find(conn)
    since = now - timedelta(days=limit.within_days)
    # A statement of its own, so that it sees what was written until the rows were locked.
    due = await _deliveries.all(conn, people, now, since)
    hours = await notice_limits.calendars_of(conn, [one.calendar_id for one in due])
    for one in due:
        if (reason := _never(one, now)) is not None:
            await _skip.run(conn, *one.key, reason, now)
        elif (next_at := _not_before(one, now, limit, hours)) is not None:
            await _postpone.run(conn, *one.key, next_at)
        else:
            await _try_to_write(conn, now, one, channels)
    return len(due)


def _never(one: _Delivery, now: datetime) -> Reason | None:
    """Why this text is not for this person any more."""
    if one.is_merged:
        return "merged"
    if not one.is_meant:
        return "left_segment"
    if one.is_opted_out:
        return "opted_out"
    if one.identity_id is None:
        return "unreachable"
    return "too_late" if now > one.due_at + LATE_AFTER else None


def _not_before(
    one: _Delivery, now: datetime, limit: Limit, hours: Mapping[int, Calendar]
) -> datetime | None:
    """When it may be written at the earliest; None is now."""
    if len(one.lately) >= limit.at_most:
        if not limit.at_most:
            return now + notice_limits.LATER
        return one.lately[limit.at_most - 1] + timedelta(days=limit.within_days)
    return notice_limits.closed_until(now, one.calendar_id, one.preferred_hours, limit, hours)


async def _try_to_write(
    conn: Conn, now: datetime, one: _Delivery, channels: Mapping[str, Channel]
) -> None:
    """One that fails for a reason nobody foresaw is tried later, and keeps nobody waiting."""
    try:
        async with apart(conn):
            await _write(conn, now, one, channels)
    except Failed as failure:
        log.exception(
            "notice_failed",
            notice_id=one.notice_id,
            contact_id=one.contact_id,
            exc_info=logs.unquoted(failure.cause),
        )
        metrics.AUTOMATED_MESSAGE_FAILURES.labels("notice").inc()
        await _postpone.run(conn, *one.key, now + AFTER_A_FAILURE)


async def _write(
    conn: Conn, now: datetime, one: _Delivery, channels: Mapping[str, Channel]
) -> None:
    if not await _take.run(conn, *one.key):  # stopped meanwhile
        return
    correlation_id = secrets.token_hex(16)
    interaction_id = await _message(conn, now, one, channels.get(one.channel), correlation_id)
    # In a queue of its own: what an agent writes does not wait for it.
    await outbox.enqueue(
        conn,
        now,
        interaction_id,
        conversation=f"{one.channel}:{one.entry_point_id}:{one.identity_id}:notice",
        correlation_id=correlation_id,
    )
    await _wrote.run(conn, *one.key, interaction_id, now)
    written = events.Event(
        kind="notice_written",
        at=now,
        actor="system",
        contact_id=one.contact_id,
        data={
            "notice_id": one.notice_id,
            "position": one.position,
            "interaction_id": interaction_id,
            "channel": one.channel,
        },
    )
    await events.record(conn, written)


async def _message(
    conn: Conn, now: datetime, one: _Delivery, channel: Channel | None, correlation_id: str
) -> int:
    text = one.text_fa if one.is_persian else one.text_en
    size = None if channel is None else channel.size(text)
    interaction_id = await timeline.append(
        conn,
        now,
        contact_id=one.contact_id,
        ticket_id=None,
        channel=one.channel,
        direction="outbound",
        kind="notice",
        author_id=one.author_id,
        body=text,
        state="queued",
        entry_point_id=one.entry_point_id,
        identity_id=one.identity_id,
        segments=None if size is None else size.segments,
    )
    if channel is not None and channel.has_threads:
        assert one.address is not None, "whoever has no address was skipped"
        await mails.write(
            conn,
            interaction_id,
            message_id=mails.message_id_of(correlation_id, one.entry_point),
            ticket_id=None,
            subject=one.subject_fa if one.is_persian else one.subject_en,
            in_reply_to=None,
            references=(),
            to=[MailAddress("", one.address)],
            bulk=True,
        )
    return interaction_id
