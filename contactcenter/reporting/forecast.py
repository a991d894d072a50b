"""What will be opened in each half hour of a day to come, and how sure that is.

How it is computed is said in ``contactcenter.statistics.forecast``.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter import calendars, db
from contactcenter.db import Conn
from contactcenter.measuring import Ask, Dimension
from contactcenter.named_periods import midnight
from contactcenter.public_holidays import of_year
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span
from contactcenter.reporting.over_time_words import headings
from contactcenter.reporting.planning_words import FORECAST, LABELS, NOTES
from contactcenter.reporting.tables import Unit
from contactcenter.statistics import forecast as formulas
from contactcenter.statistics.forecast import Day, History
from routing.calendars import open_intervals
from routing.wording import Language

#: From so many days the factor of holidays is estimated.
YEAR: Final = timedelta(days=366)
_WEEK: Final = timedelta(weeks=1)
_DAY: Final = timedelta(days=1)
_COLUMNS: Final[dict[str, Unit]] = {
    "starts_at": "instant",
    "expected": "number",
    "lower": "number",
    "upper": "number",
    "weeks": "count",
    "actual": "count",
}


class Question(Struct, frozen=True, kw_only=True):
    """Of which day of a zone; of which queue and channel alone; of whose public holidays."""

    day: date
    zone: ZoneInfo
    queue_id: int | None = None
    channel: str | None = None
    country: str | None = None


class _HalfHour(Struct, frozen=True, kw_only=True):
    starts_at: datetime
    n: int


class Known(Struct, frozen=True, kw_only=True):
    """What the forecast rests on: past days, how they differ from usual ones, and what came."""

    history: History
    holidays: frozenset[date]
    holiday_factor: float | None


_SQL = db.Statements(__name__)
_half_hours = _SQL.take("half_hours", _HalfHour)
_known_since = _SQL.take("known_since", datetime)


async def forecast(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int, language: Language
) -> Analysis:
    """A row for each half hour of the day, of what this person may see, beside what came.

    Raises ``BadInput`` for what is too much to count at once, and ``UnknownCountry``.
    """
    known = await _known(conn, now, question, viewer_id)
    told = await asyncio.to_thread(
        formulas.forecast, question.day, known.history, zone=question.zone
    )
    came = await _came(conn, question, [question.day], viewer_id)
    is_holiday = question.day in known.holidays
    span = Span(
        from_at=midnight(question.day, question.zone),
        to_at=midnight(question.day + _DAY, question.zone),
        time_zone=question.zone.key,
    )
    return Analysis(
        report="forecast",
        title=FORECAST["title"][language],
        definition=FORECAST["definition"][language],
        period=span,
        inputs={
            "day": question.day.isoformat(),
            "queue_id": question.queue_id,
            "channel": question.channel,
            "country": question.country,
            "is_public_holiday": is_holiday,
            "holiday_factor": known.holiday_factor,
            "factor": told.factor,
            "over_dispersion": told.phi,
            "level": 0.95,
            "days_known": sorted(day.isoformat() for day in known.history.days),
            "expected_of_day": _total(told),
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(_COLUMNS, LABELS, language),
        rows=_rows(told, came, now),
        notes=[NOTES["no_holidays"][language]]
        if is_holiday and known.holiday_factor is None
        else [],
    )


def _total(told: Day) -> float | None:
    expected = [one.expected for one in told.half_hours if one.expected is not None]
    return round(sum(expected), 3) if expected else None


def _rows(told: Day, came: Mapping[datetime, int], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "starts_at": one.starts_at,
            "expected": None if one.expected is None else round(one.expected, 3),
            "lower": one.likely and one.likely.lower,
            "upper": one.likely and one.likely.upper,
            "weeks": one.weeks,
            "actual": came.get(one.starts_at.astimezone(UTC), 0)
            if one.starts_at + formulas.HALF_HOUR <= now
            else None,
        }
        for one in told.half_hours
    ]


async def _known(conn: Conn, now: datetime, question: Question, viewer_id: int) -> Known:
    """Same weekdays that were usual and open, and how much comes on holidays."""
    since = await _known_since.first(conn)
    first = now if since is None else since
    weekdays = [question.day - n * _WEEK for n in range(1, formulas.FURTHEST_WEEKS + 1)]
    over = [
        day
        for day in weekdays
        if first <= midnight(day, question.zone) and midnight(day + _DAY, question.zone) <= now
    ]
    holidays = await _holidays(question)
    factor = await _holiday_factor(conn, now, question, holidays, viewer_id) if holidays else None
    closed = await _closed(conn, question, [question.day, *over])
    factors = dict.fromkeys(closed, 0.0)
    if question.day in holidays and question.day not in closed and factor is not None:
        factors[question.day] = factor
    usual = [day for day in over if day not in holidays]
    history = History(
        counts=await _came(conn, question, usual, viewer_id), days=usual, factors=factors
    )
    return Known(history=history, holidays=holidays, holiday_factor=factor)


async def _came(
    conn: Conn, question: Question, days: Sequence[date], viewer_id: int
) -> dict[datetime, int]:
    """What was opened on these days by the half hour, in UTC."""
    found = await _half_hours.all(
        conn,
        viewer_id,
        [midnight(day, question.zone) for day in days],
        [midnight(day + _DAY, question.zone) for day in days],
        midnight(question.day, question.zone),
        question.queue_id,
        question.channel,
    )
    return {one.starts_at.astimezone(UTC): one.n for one in found}


async def _holidays(question: Question) -> frozenset[date]:
    """The public holidays of the year before the day, and the day if it is one."""
    if question.country is None:
        return frozenset()
    years = (question.day.year - 1, question.day.year)
    found = [
        one.day
        for year in years
        for one in await asyncio.to_thread(of_year, question.country, year, "gregorian")
    ]
    return frozenset(found)


async def _holiday_factor(
    conn: Conn, now: datetime, question: Question, holidays: frozenset[date], viewer_id: int
) -> float | None:
    """All that came on holidays by what came a week before and after them."""
    only: dict[Dimension, frozenset[Any]] = {}
    if question.queue_id is not None:
        only["queue"] = frozenset({question.queue_id})
    if question.channel is not None:
        only["channel"] = frozenset({question.channel})
    ends = min(now, midnight(question.day, question.zone))
    ask = Ask(metric="opened", from_at=ends - YEAR, to_at=ends, only=only)
    await sources.check_size(conn, ask)
    rows = await answers.daily(conn, ask, zone=question.zone.key, viewer_id=viewer_id)
    came = {day: row.n for day, row in rows.items()}
    if not came:
        return None
    days = []
    for day in holidays:
        beside = [one for one in (day - _WEEK, day + _WEEK) if one not in holidays]
        if beside and min(came) <= min(beside) and max(beside) < ends.date():
            days.append((came.get(day, 0), sum(came.get(one, 0) for one in beside) / len(beside)))
    return formulas.holiday_factor(days)


async def _closed(conn: Conn, question: Question, days: Sequence[date]) -> list[date]:
    """On which of these days the queue does not open at all."""
    if question.queue_id is None:
        return []
    calendar = await calendars.of_queue(conn, question.queue_id)
    zone = question.zone
    return [
        day
        for day in days
        if not any(
            True for _ in open_intervals(calendar, midnight(day, zone), midnight(day + _DAY, zone))
        )
    ]
