"""Proposed holidays: what a list says of a country, kept for a person to confirm or to drop."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.public_holidays import Certainty, PublicHoliday
from routing.calendars import persian


class ProposedHoliday(Struct, frozen=True, kw_only=True):
    """A day that a list calls a holiday; nothing is closed because of it.

    ``name_fa`` is None where the list has no Persian name.
    """

    day: date
    name_en: str
    name_fa: str | None
    country: str
    certainty: Certainty
    persian_day: str
    label_fa: str
    proposed_at: datetime


class _Row(Struct, frozen=True, kw_only=True):
    day: date
    name_en: str
    name_fa: str | None
    country: str
    certainty: Certainty
    proposed_at: datetime


_SQL = db.Statements(__name__)
_list_of = _SQL.take("list_of", _Row)
_put = _SQL.command("put")
_drop = _SQL.command("drop")


async def list_of(conn: Conn, calendar_id: int) -> list[ProposedHoliday]:
    """The proposals for a calendar that nobody has decided on, in order."""
    return [
        ProposedHoliday(
            day=row.day,
            name_en=row.name_en,
            name_fa=row.name_fa,
            country=row.country,
            certainty=row.certainty,
            persian_day=str(persian.persian_date(row.day)),
            label_fa=persian.label(row.day),
            proposed_at=row.proposed_at,
        )
        for row in await _list_of.all(conn, calendar_id)
    ]


async def propose(
    conn: Conn,
    now: datetime,
    calendar_id: int,
    country: str,
    found: Sequence[PublicHoliday],
) -> None:
    """Keep what a list says, but for the days of which the calendar says something itself."""
    await _put.run(
        conn,
        calendar_id,
        country,
        now,
        [holiday.day for holiday in found],
        [holiday.name_en for holiday in found],
        [holiday.name_fa for holiday in found],
        [holiday.certainty for holiday in found],
    )


async def drop(conn: Conn, calendar_id: int, days: Sequence[date]) -> int:
    """Forget proposals, decided either way; returns how many there were."""
    return await _drop.run(conn, calendar_id, days)
