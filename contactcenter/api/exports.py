"""Row-level exports over HTTP: what other systems copy, page by page, and who took it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from msgspec import Meta, Struct, structs

from contactcenter import events
from contactcenter.api import report_formats
from contactcenter.api.inputs import Instant
from contactcenter.api.operation import SUPERVISOR, Answer, Call, operation
from contactcenter.api.paging import Cursor, CursorText
from contactcenter.api.report_facts import NEXT
from contactcenter.reporting import exports, tables
from contactcenter.reporting.exports import (
    ExportedInteraction,
    ExportedLeg,
    ExportedRating,
    ExportedSurvey,
    Piece,
)
from contactcenter.reporting.tables import Heading, Unit

Row = TypeVar("Row", ExportedLeg, ExportedInteraction, ExportedRating, ExportedSurvey)

#: Until when a file is complete; JSON has it as ``as_of``.
AS_OF: Final = "As-Of"
_INSTANTS: Final = (
    "from",
    "to",
    "occurred_at",
    "received_at",
    "given_at",
    "due_at",
    "sent_at",
    "answered_at",
)
#: After which id a page begins, and until when its first page was complete.
_Key = tuple[int, datetime]


class ExportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows, and in which form."""

    updated_since: (
        Annotated[
            Instant,
            Meta(description="Only what came or changed since then: `as_of` of the last copy."),
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=5000, description="How many rows at most.")] = 1000
    cursor: CursorText | None = None
    format: Annotated[Literal["json", "csv"], Meta(description="csv: only the rows.")] = "json"


class ExportPage(Struct, Generic[Row], frozen=True, kw_only=True):
    """A piece of an export. ``next`` is the cursor of the following piece; null at the end.

    ``as_of`` is the same in all pieces: where the next copy begins, as ``updated_since``.
    """

    items: Sequence[Row]
    as_of: datetime
    next: str | None


_LEGS: Final[Cursor[_Key]] = Cursor("exported_legs", tuple[int, datetime])
_INTERACTIONS: Final[Cursor[_Key]] = Cursor("exported_inter", tuple[int, datetime])
_RATINGS: Final[Cursor[_Key]] = Cursor("exported_ratings", tuple[int, datetime])
_SURVEYS: Final[Cursor[_Key]] = Cursor("exported_surveys", tuple[int, datetime])


@operation(
    "GET",
    "/exports/legs",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=(report_formats.CSV,),
)
async def export_legs(call: Call, query: ExportQuery) -> ExportPage[ExportedLeg] | Answer:
    """Export legs: which ticket was when in which queue, and in whose hand.

    In the order of their ids; with `updated_since` those that began or ended since. Copy until
    there is no `next`, and give `as_of` as `updated_since` the next time: nothing is missed, and
    what comes twice has the same id. With CSV both are in the headers `Next-Cursor` and `As-Of`.
    Administrators export all, supervisors the tickets of their teams. Each page is kept as the
    event `rows_exported`.
    """
    piece, as_of = await _piece(call, query, _LEGS)
    found = await exports.legs(call.conn, call.actor.user_id, piece)
    page = _page(found, query, _LEGS, as_of)
    await _note(call, "legs", query, page)
    return page if query.format == "json" else await _file(call, "legs", ExportedLeg, page)


@operation(
    "GET",
    "/exports/interactions",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=(report_formats.CSV,),
)
async def export_interactions(
    call: Call, query: ExportQuery
) -> ExportPage[ExportedInteraction] | Answer:
    """Export messages, notes and calls of the timeline: whose, when, how, and what became of them.

    None of their words. Otherwise as the legs. Those that belong to no ticket are for
    administrators only.
    """
    piece, as_of = await _piece(call, query, _INTERACTIONS)
    found = await exports.interactions(call.conn, call.actor.user_id, piece)
    page = _page(found, query, _INTERACTIONS, as_of)
    await _note(call, "interactions", query, page)
    if query.format == "json":
        return page
    return await _file(call, "interactions", ExportedInteraction, page)


@operation(
    "GET",
    "/exports/ratings",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=(report_formats.CSV,),
)
async def export_ratings(call: Call, query: ExportQuery) -> ExportPage[ExportedRating] | Answer:
    """Export what visitors thought of their chats: the score, and whose it is.

    No comments. Otherwise as the legs; with `updated_since` those that were given since, or whose
    ticket changed hands since.
    """
    piece, as_of = await _piece(call, query, _RATINGS)
    found = await exports.ratings(call.conn, call.actor.user_id, piece)
    page = _page(found, query, _RATINGS, as_of)
    await _note(call, "ratings", query, page)
    return page if query.format == "json" else await _file(call, "ratings", ExportedRating, page)


@operation(
    "GET",
    "/exports/surveys",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=(report_formats.CSV,),
)
async def export_surveys(call: Call, query: ExportQuery) -> ExportPage[ExportedSurvey] | Answer:
    """Export what customers were asked about solved problems, and what they answered.

    Otherwise as the legs; with `updated_since` those that were planned, sent, answered or closed
    since.
    """
    piece, as_of = await _piece(call, query, _SURVEYS)
    found = await exports.surveys(call.conn, call.actor.user_id, piece)
    page = _page(found, query, _SURVEYS, as_of)
    await _note(call, "surveys", query, page)
    return page if query.format == "json" else await _file(call, "surveys", ExportedSurvey, page)


async def _piece(call: Call, query: ExportQuery, cursor: Cursor[_Key]) -> tuple[Piece, datetime]:
    last = cursor.read(query.cursor)
    as_of = last[1] if last else await exports.as_of(call.conn)
    piece = Piece(
        after_id=last[0] if last else 0,
        updated_since=query.updated_since,
        limit=query.limit + 1,
    )
    return piece, as_of


def _page(
    found: Sequence[Row], query: ExportQuery, cursor: Cursor[_Key], as_of: datetime
) -> ExportPage[Row]:
    page = cursor.page(found, query.limit, lambda row: (row.id, as_of))
    return ExportPage(items=page.items, as_of=as_of, next=page.next)


async def _note(call: Call, what: str, query: ExportQuery, page: ExportPage[Any]) -> None:
    """Keep who took which rows."""
    if not page.items:
        return
    taken = events.Event(
        kind="rows_exported",
        at=await call.clock(),
        actor=call.actor.reference,
        data={
            "export": what,
            "format": query.format,
            "updated_since": query.updated_since,
            "n": len(page.items),
            "first_id": page.items[0].id,
            "last_id": page.items[-1].id,
        },
    )
    async with call.conn.transaction():
        await events.record(call.conn, taken)


async def _file(call: Call, what: str, kind: type[Struct], page: ExportPage[Any]) -> Answer:
    call.headers[AS_OF] = page.as_of.isoformat()
    if page.next is not None:
        call.headers[NEXT] = page.next
    names = kind.__struct_encode_fields__
    units: Mapping[str, Unit] = dict.fromkeys(_INSTANTS, "instant")
    table = tables.of_records(
        f"{what}-{page.as_of.date()}",
        [Heading(name=name, label=name, unit=units.get(name, "text")) for name in names],
        [dict(zip(names, structs.astuple(row), strict=True)) for row in page.items],
    )
    return await asyncio.to_thread(report_formats.file, table, "csv")
