"""How often and at which hours anybody is written to unasked, by all notices on all channels."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from contactcenter import calendars, configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.periods import zone_named
from contactcenter.time_zones import zone_of
from routing.calendars import (
    ALWAYS_OPEN,
    DAY_MIN,
    Calendar,
    OpeningHours,
    Span,
    is_open,
    next_opening,
    unchanging,
)

#: What can never be written now is looked at again after this.
LATER: Final = timedelta(days=1)
_WEEK: Final = 7


class Limit(Struct, frozen=True, kw_only=True):
    """``at_most`` notices a person ``within_days``, between two minutes of his day.

    His day is that of ``time_zone``, unless he told us his own hours and where he is.
    """

    at_most: int
    within_days: int
    opens_min: int
    closes_min: int
    time_zone: str
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Limit)
_lock = _SQL.take("lock", int)
_change = _SQL.command("change")


async def find(conn: Conn) -> Limit:
    """What holds now."""
    return await _find.one(conn)


async def lock(conn: Conn) -> Limit:
    """The same, locked."""
    await _lock.one(conn)
    return await find(conn)


async def change(conn: Conn, now: datetime, before: Limit, after: Limit, *, actor: str) -> Limit:
    """Save an edit of the locked limit; raises ``BadInput``."""
    if after.closes_min <= after.opens_min:
        raise BadInput("body.closes_min", "It closes after it opens.")
    zone_named(after.time_zone, place="body.time_zone")
    if before == after:
        return before
    await _change.run(
        conn,
        after.at_most,
        after.within_days,
        after.opens_min,
        after.closes_min,
        after.time_zone,
    )
    changed = configuration.differences(before, after)
    await configuration.record(conn, now, "notice_limit", None, changed, actor=actor)
    return await find(conn)


def hours_for(limit: Limit, preferred: Mapping[str, Any] | None) -> Calendar:
    """When a person may be written to: at the hours he told us, else at those of the house."""
    if preferred is None:
        span = Span(opens_min=limit.opens_min, closes_min=limit.closes_min)
        return unchanging(OpeningHours(zone=zone_of(limit.time_zone), week=((span,),) * _WEEK))
    opens, closes = _minute(preferred["from"]), _minute(preferred["until"])
    if closes <= opens:
        closes += DAY_MIN
    his: tuple[Span, ...] = (Span(opens_min=opens, closes_min=closes),)
    week = tuple(his if day + 1 in preferred["days"] else () for day in range(_WEEK))
    return unchanging(OpeningHours(zone=zone_of(preferred["time_zone"]), week=week))


def closed_until(
    now: datetime,
    calendar_id: int | None,
    preferred: Mapping[str, Any] | None,
    limit: Limit,
    hours: Mapping[int, Calendar],
) -> datetime | None:
    """When the person may be written to again; None where he may be now."""
    house = ALWAYS_OPEN if calendar_id is None else hours[calendar_id]
    his = hours_for(limit, preferred)
    closed = [one for one in (house, his) if not is_open(one, now)]
    if not closed:
        return None
    return max(next_opening(one, now) or now + LATER for one in closed)


async def calendars_of(conn: Conn, ids: Sequence[int | None]) -> dict[int, Calendar]:
    """The calendars of these ids, to count with."""
    wanted = {one for one in ids if one is not None}
    return {one: await calendars.load(conn, one) for one in sorted(wanted)}


def _minute(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)
