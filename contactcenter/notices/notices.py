"""Notices: texts to everybody of a segment, at several times, told to nobody who wants none.

A notice is written once and then only moves: started, paused, stopped. ``notice_sending`` finds who
has a text coming and writes it; how often and when is ``notice_limits``. Who gets one is never
decided by anything but the segment, the address and his wishes: it informs, it sets no price.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from channels import Channel
from contactcenter import addressing, calendars, db, events
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.segments import segments
from routing.temperament import LABELS

State = Literal["draft", "running", "paused", "stopped", "done"]
Move = Literal["running", "paused", "stopped"]

#: From where to where; what has ended has ended.
MOVES: Final[Mapping[Move, tuple[State, ...]]] = {
    "running": ("draft", "paused"),
    "paused": ("running",),
    "stopped": ("draft", "running", "paused"),
}
#: So many people are looked at before it begins.
PREVIEWED: Final = 10_000


class Notice(Struct, frozen=True, kw_only=True):
    """A row of ``notice``."""

    id: int
    name: str
    audience_kind: str
    audience_value: str
    channel: str
    entry_point_id: int
    calendar_id: int | None
    starts_at: datetime
    state: State
    created_by: str
    created_at: datetime
    version: int


class NoticeText(Struct, frozen=True, kw_only=True):
    """A row of ``notice_text``, due ``after_s`` after the start; only mails have subjects."""

    position: int
    after_s: int
    subject_en: str
    subject_fa: str
    text_en: str
    text_fa: str
    planned_at: datetime | None


class Words(Struct, frozen=True, kw_only=True):
    """What is written in one text, in both languages."""

    after_s: int
    subject_en: str
    subject_fa: str
    text_en: str
    text_fa: str


class New(Struct, frozen=True, kw_only=True):
    """What a notice is made of."""

    name: str
    audience_kind: str
    audience_value: str
    channel: str
    entry_point_id: int
    calendar_id: int | None
    starts_at: datetime
    texts: tuple[Words, ...]


class Count(Struct, frozen=True, kw_only=True):
    """How many of a text are ``planned``, ``written``, or ``skipped`` for a ``reason``."""

    position: int
    state: Literal["planned", "written", "skipped"]
    reason: str | None
    n: int


class Reach(Struct, frozen=True, kw_only=True):
    """Whom a notice would reach now; ``examples`` are contacts. At most 10,000 are looked at."""

    members: int
    unreachable: int
    opted_out: int
    in_persian: int
    in_english: int
    examples: list[int]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody whom a notice would reach."""

    contact_id: int
    name: str | None
    is_persian: bool


class CannotMove(Conflict):
    """A notice that has ended does not begin again, and only a running one pauses."""

    code = "notice_cannot_move"


_SQL = db.Statements(__name__)
_create = _SQL.take("create", int)
_put_texts = _SQL.command("put_texts")
_page = _SQL.take("page", Notice)
_find = _SQL.take("find", Notice)
_lock = _SQL.take("lock", int)
_texts = _SQL.take("texts", NoticeText)
_counts = _SQL.take("counts", Count)
_move = _SQL.command("move")
_skip_planned = _SQL.command("skip_planned")
_speaks_of = _SQL.take("speaks_of", bool)
_ended = _SQL.take("ended", int)
_preview = _SQL.take("preview", Reach)
_people = _SQL.take("people", Person)


async def create(
    conn: Conn,
    now: datetime,
    new: New,
    *,
    channels: Mapping[str, Channel],
    author_id: int,
    actor: str,
) -> int:
    """Write a draft; its id. Raises ``BadInput``."""
    kind, value = new.audience_kind, new.audience_value
    if kind == segments.TEMPERAMENT and value not in set(LABELS) - {segments.UNKNOWN}:
        raise BadInput("body.audience_value", f"There is no temperament {value} to write to.")
    if not await _speaks_of.one(conn, kind, value):
        raise BadInput("body.audience_kind", f"There is no segment {kind} {value}.")
    await _check_channel(conn, new, channels)
    await calendars.check_usable(conn, new.calendar_id)
    notice_id = await _create.one(
        conn,
        new.name,
        kind,
        value,
        new.channel,
        new.entry_point_id,
        new.calendar_id,
        new.starts_at,
        author_id,
        actor,
        now,
    )
    names = ("after_s", "subject_en", "subject_fa", "text_en", "text_fa")
    columns = ([getattr(text, name) for text in new.texts] for name in names)
    await _put_texts.run(conn, notice_id, *columns)
    await _record(conn, now, notice_id, None, "draft", actor=actor)
    return notice_id


async def page(conn: Conn, *, before_id: int, limit: int) -> list[Notice]:
    """The newest first."""
    return await _page.all(conn, before_id, limit)


async def find(conn: Conn, notice_id: int) -> Notice:
    """One; raises ``NotFound``."""
    found = await _find.first(conn, notice_id)
    if found is None:
        raise NotFound(f"there is no notice {notice_id}")
    return found


async def texts(conn: Conn, notice_id: int) -> list[NoticeText]:
    """What it says, in order."""
    return await _texts.all(conn, notice_id)


async def counts(conn: Conn, notice_id: int) -> list[Count]:
    """What became of it so far."""
    return await _counts.all(conn, notice_id)


async def move(conn: Conn, now: datetime, notice_id: int, to: Move, *, actor: str) -> None:
    """Start, pause, go on with or stop one; raises ``NotFound`` or ``CannotMove``.

    What was stopped is written to nobody any more, nor is what was written and not sent yet sent.
    """
    await _lock.first(conn, notice_id)
    notice = await find(conn, notice_id)
    if notice.state not in MOVES[to]:
        raise CannotMove(f"notice {notice_id} is {notice.state}", state=notice.state)
    await _move.run(conn, notice_id, to)
    if to == "stopped":
        await _skip_planned.run(conn, notice_id, now)
    await _record(conn, now, notice_id, notice.state, to, actor=actor)


async def end(conn: Conn, now: datetime) -> None:
    """Let those be done of which nothing is left to write."""
    for notice_id in await _ended.all(conn):
        await _record(conn, now, notice_id, "running", "done", actor="system")


async def reach(conn: Conn, now: datetime, notice: Notice) -> tuple[Reach, list[Person]]:
    """Whom it would reach if it began now, and some of them."""
    kind = addressing.KIND.get(notice.channel, notice.channel)
    audience = notice.audience_kind, notice.audience_value
    found = await _preview.one(conn, *audience, PREVIEWED, now, kind, notice.channel)
    return found, await _people.all(conn, found.examples)


async def _check_channel(conn: Conn, new: New, channels: Mapping[str, Channel]) -> None:
    channel = channels.get(new.channel)
    if channel is None:
        raise BadInput("body.channel", f"There is no channel {new.channel}.")
    ours = await addressing.own_address(conn, new.channel, new.entry_point_id)
    if ours.channel != new.channel:
        problem = f"Entry point {ours.id} is one of {ours.channel}."
        raise BadInput("body.entry_point_id", problem)
    for n, text in enumerate(new.texts):
        for field in ("subject_en", "subject_fa"):
            if bool(getattr(text, field).strip()) != channel.has_threads:
                problem = (
                    "A mail needs a subject." if channel.has_threads else "Only mails have one."
                )
                raise BadInput(f"body.texts[{n}].{field}", problem)
    _check_order(new.texts)


def _check_order(words: Sequence[Words]) -> None:
    for n in range(1, len(words)):
        if words[n].after_s < words[n - 1].after_s:
            raise BadInput(f"body.texts[{n}].after_s", "Each text comes after the one before.")


async def _record(
    conn: Conn, now: datetime, notice_id: int, was: State | None, to: State, *, actor: str
) -> None:
    moved = events.Event(
        kind="notice_changed",
        at=now,
        actor=actor,
        data={"notice_id": notice_id, "from": was, "to": to},
    )
    await events.record(conn, moved)
