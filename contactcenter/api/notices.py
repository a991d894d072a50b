"""Notices: texts to everybody of a segment at several times, and how often anybody gets one."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from contactcenter.api.inputs import MAX_ID, Id, Instant, Line
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.segment_kinds import Kind
from contactcenter.notices import notice_limits, notices
from contactcenter.notices.notice_limits import Limit
from contactcenter.notices.notices import Count, Move, New, Notice, NoticeText, Words

Text = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]
Subject = Annotated[str, Meta(max_length=200)]

_LIST: Final = Cursor("notices", int)


class NewNoticeText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in both languages, due ``after_s`` after the start; mails have subjects."""

    after_s: Annotated[int, Meta(ge=0, le=94_608_000)] = 0
    text_en: Text
    text_fa: Text
    subject_en: Subject = ""
    subject_fa: Subject = ""


class NewNotice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told to whom, when, and by which address of ours.

    The audience is whoever has this segment when a text is due, and still when it is written. With
    a calendar nothing is sent while it is closed.
    """

    name: Line
    audience_kind: Kind
    audience_value: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
    channel: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,30}\Z", examples=["sms", "email"])]
    entry_point_id: Id
    starts_at: Instant
    texts: Annotated[tuple[NewNoticeText, ...], Meta(min_length=1, max_length=50)]
    calendar_id: Id | None = None


class NewMove(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it goes: ``running``, ``paused`` or ``stopped``, which is for good."""

    to: Move


class NewLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many notices a person gets at most within so many days, and at which hours."""

    at_most: Annotated[int, Meta(ge=0, le=100)]
    within_days: Annotated[int, Meta(ge=1, le=366)]
    opens_min: Annotated[int, Meta(ge=0, le=1439, description="Minutes after midnight.")]
    closes_min: Annotated[int, Meta(ge=1, le=1440, description="Minutes after midnight.")]
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, examples=["Asia/Tehran"])]


class NoticeView(Notice, frozen=True, kw_only=True):
    """A notice with its texts, and what became of them so far."""

    texts: list[NoticeText]
    deliveries: list[Count]


class Example(Struct, frozen=True, kw_only=True):
    """Somebody who would get it, and what he would read."""

    contact_id: int
    name: str | None
    subject: str
    text: str


class Preview(Struct, frozen=True, kw_only=True):
    """Whom it would reach if it began ``at`` this instant; nothing is written.

    ``members`` of the segment are ``unreachable`` on the channel, have ``opted_out``, or read it in
    one of the languages. At most 10,000 are looked at.
    """

    at: datetime
    members: int
    unreachable: int
    opted_out: int
    in_persian: int
    in_english: int
    examples: list[Example]


@operation("POST", "/notices", tag="notices", roles=SUPERVISOR, via="transaction", status=201)
async def create_notice(call: Call, body: NewNotice) -> NoticeView:
    """Write a notice: it is a draft until it is started."""
    new = New(
        name=body.name.strip(),
        audience_kind=body.audience_kind,
        audience_value=body.audience_value,
        channel=body.channel,
        entry_point_id=body.entry_point_id,
        calendar_id=body.calendar_id,
        starts_at=body.starts_at,
        texts=tuple(Words(**msgspec.structs.asdict(text)) for text in body.texts),
    )
    made = await notices.create(
        call.conn,
        await call.clock(),
        new,
        channels=call.services.channels,
        author_id=call.actor.user_id,
        actor=call.actor.reference,
    )
    return await _view(call, made)


@operation("GET", "/notices", tag="notices", roles=SUPERVISOR, via="read")
async def list_notices(call: Call, query: PageQuery) -> Page[Notice]:
    """List the notices, the newest first."""
    before_id = _LIST.read(query.cursor) or MAX_ID
    found = await notices.page(call.conn, before_id=before_id, limit=query.limit + 1)
    return _LIST.page(found, query.limit, lambda one: one.id)


@operation("GET", "/notices/{notice_id}", tag="notices", roles=SUPERVISOR, via="read")
async def find_notice(call: Call, notice_id: int) -> NoticeView:
    """Read one, and what became of it so far."""
    return await _view(call, notice_id)


@operation("GET", "/notices/{notice_id}/preview", tag="notices", roles=SUPERVISOR, via="read")
async def preview_notice(call: Call, notice_id: int) -> Preview:
    """Look whom it would reach, how many and for example whom, without writing to anybody."""
    now = await call.clock()
    notice = await notices.find(call.conn, notice_id)
    reach, people = await notices.reach(call.conn, now, notice)
    text = (await notices.texts(call.conn, notice_id))[0]
    examples = [
        Example(
            contact_id=one.contact_id,
            name=one.name,
            subject=text.subject_fa if one.is_persian else text.subject_en,
            text=text.text_fa if one.is_persian else text.text_en,
        )
        for one in people
    ]
    counts = msgspec.structs.asdict(reach) | {"examples": examples}
    return Preview(at=now, **counts)


@operation(
    "POST",
    "/notices/{notice_id}/moves",
    tag="notices",
    roles=SUPERVISOR,
    via="transaction",
    status=201,
)
async def move_notice(call: Call, notice_id: int, body: NewMove) -> NoticeView:
    """Start it, pause it, go on, or stop it for good.

    Of one that is stopped nothing more is written or sent, not even what waited to be sent.
    """
    now, actor = await call.clock(), call.actor.reference
    await notices.move(call.conn, now, notice_id, body.to, actor=actor)
    return await _view(call, notice_id)


@operation("GET", "/notice_limit", tag="notices", roles=SUPERVISOR, via="read")
async def find_notice_limit(call: Call) -> Limit:
    """Read how often and when anybody is written to unasked, by all notices together."""
    return await notice_limits.find(call.conn)


@operation("PUT", "/notice_limit", tag="notices", roles=ADMIN, via="transaction", versioned=False)
async def replace_notice_limit(call: Call, body: NewLimit) -> Limit:
    """Say how often and when; it holds for what is written from now on."""
    before = await notice_limits.lock(call.conn)
    after = Limit(**msgspec.structs.asdict(body), version=before.version)
    return await notice_limits.change(
        call.conn, await call.clock(), before, after, actor=call.actor.reference
    )


async def _view(call: Call, notice_id: int) -> NoticeView:
    notice = await notices.find(call.conn, notice_id)
    return NoticeView(
        **msgspec.structs.asdict(notice),
        texts=await notices.texts(call.conn, notice_id),
        deliveries=await notices.counts(call.conn, notice_id),
    )
