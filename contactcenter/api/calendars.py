"""Calendars: when somebody is there; hours by weekday and by date in a time zone."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from contactcenter import calendars
from contactcenter.activation.recording import recorded
from contactcenter.administration import calendar_setup
from contactcenter.administration.calendar_setup import WantedCalendar, WantedDay
from contactcenter.api.inputs import Instant, Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.calendars import Calendar
from contactcenter.errors import BadInput
from contactcenter.opening_hours import Hours, Week
from routing import calendars as rules

#: What is asked for at once.
MAX_ASKED: Final = timedelta(days=400)
#: Computed for years that are near.
_FIRST: Final = datetime.fromisoformat("1990-01-01T00:00:00Z")
_LAST: Final = datetime.fromisoformat("2120-01-01T00:00:00Z")


class HoursInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local times; what closes at or before it opens closes the day after."""

    opens: Annotated[
        str, Meta(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", examples=["08:00"])
    ]
    closes: Annotated[
        str,
        Meta(max_length=5, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z", examples=["17:00"]),
    ]


#: What a day is called, as it was written.
DayName = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["Nowruz"])]
DayInput = Annotated[
    tuple[HoursInput, ...], Meta(max_length=12, description="In order; none is closed.")
]


class WeekInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hours that begin on each day; a day that is left out is closed."""

    monday: DayInput = ()
    tuesday: DayInput = ()
    wednesday: DayInput = ()
    thursday: DayInput = ()
    friday: DayInput = ()
    saturday: DayInput = ()
    sunday: DayInput = ()


class ExceptionInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date whose hours take the place of those of its weekday; without any it is closed."""

    day: date
    name_en: DayName
    name_fa: DayName
    hours: DayInput = ()


class CalendarInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a calendar says. ``time_zone`` is one of the IANA database."""

    name_en: Line
    name_fa: Line
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, examples=["Asia/Tehran"])]
    week: WeekInput
    exceptions: Annotated[tuple[ExceptionInput, ...], Meta(max_length=1000)] = ()


class CalendarQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that are chosen no more."""

    archived: bool = False


class OpenQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which time to look at."""

    from_at: Annotated[Instant, Meta(description="Now if not given.")] | None = field(
        default=None, name="from"
    )
    to_at: Annotated[Instant, Meta(description="A week after `from` if not given.")] | None = field(
        default=None, name="to"
    )


class OpenInterval(Struct, frozen=True, kw_only=True):
    """A half-open stretch of time."""

    from_at: datetime
    to_at: datetime


class OpenTimes(Struct, frozen=True, kw_only=True):
    """When it is open, by the hours in force at each time.

    ``is_open``, ``next_opening_at`` and ``next_closing_at`` are as seen from ``from_at``; null is
    what does not come within ten years. ``open_s`` is how long it is open in all.
    """

    from_at: datetime
    to_at: datetime
    is_open: bool
    next_opening_at: datetime | None
    next_closing_at: datetime | None
    open_s: float
    intervals: list[OpenInterval]


@operation("GET", "/calendars", tag="calendars", roles=AGENT, via="read")
async def list_calendars(call: Call, query: CalendarQuery) -> list[Calendar]:
    """List calendars, by their English names."""
    return await calendars.list_all(call.conn, archived=query.archived)


@operation("GET", "/calendars/{calendar_id}", tag="calendars", roles=AGENT, via="read")
async def find_calendar(call: Call, calendar_id: int) -> Calendar:
    """Read one calendar as it is now."""
    return await calendars.find(call.conn, calendar_id)


@operation("POST", "/calendars", tag="calendars", roles=ADMIN, via="dispatch", status=201)
async def create_calendar(call: Call, body: CalendarInput) -> Calendar:
    """Make a calendar; it counts for whatever is given it."""
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await calendar_setup.create(
            call.conn, call.now, _wanted(body), actor=call.actor.reference
        )


@operation("PUT", "/calendars/{calendar_id}", tag="calendars", roles=ADMIN, via="dispatch")
async def replace_calendar(call: Call, calendar_id: int, body: CalendarInput) -> Calendar:
    """Write a calendar anew, in force from now on.

    Time that has passed stays measured by the hours that were in force then.
    """
    before = await calendars.lock(call.conn, calendar_id)
    call.check_version(before.version)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await calendar_setup.replace(
            call.conn, call.now, before, _wanted(body), actor=call.actor.reference
        )


@operation("DELETE", "/calendars/{calendar_id}", tag="calendars", roles=ADMIN, via="dispatch")
async def archive_calendar(call: Call, calendar_id: int) -> Calendar:
    """Archive a calendar: the past is still measured by it, and nobody chooses it any more.

    One that queues or entry points use is refused, 409 ``calendar_in_use``, which names them.
    """
    before = await calendars.lock(call.conn, calendar_id)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await calendar_setup.archive(call.conn, call.now, before, actor=call.actor.reference)


@operation("GET", "/calendars/{calendar_id}/open", tag="calendars", roles=AGENT, via="read")
async def find_open_times(call: Call, calendar_id: int, query: OpenQuery) -> OpenTimes:
    """Tell when a calendar is open in a span of at most 400 days, and what is next."""
    begin = query.from_at or await call.clock()
    if not _FIRST <= begin <= _LAST:
        raise BadInput("query.from", "A time from 1990 to 2119 is taken.")
    end = query.to_at or begin + timedelta(days=7)
    if not begin <= end <= begin + MAX_ASKED:
        raise BadInput("query.to", f"It lies within {MAX_ASKED.days} days after `from`.")
    calendar = await calendars.load(call.conn, calendar_id)
    intervals = list(rules.open_intervals(calendar, begin, end))
    return OpenTimes(
        from_at=begin,
        to_at=end,
        is_open=rules.is_open(calendar, begin),
        next_opening_at=rules.next_opening(calendar, begin),
        next_closing_at=rules.next_closing(calendar, begin),
        open_s=sum((b - a for a, b in intervals), timedelta()).total_seconds(),
        intervals=[OpenInterval(from_at=a, to_at=b) for a, b in intervals],
    )


def hours_of(given: tuple[HoursInput, ...]) -> tuple[Hours, ...]:
    """The hours of a day as they are kept."""
    return tuple(Hours(opens=each.opens, closes=each.closes) for each in given)


def _wanted(body: CalendarInput) -> WantedCalendar:
    return WantedCalendar(
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        time_zone=body.time_zone,
        week=Week(**{name: hours_of(getattr(body.week, name)) for name in rules.WEEKDAYS}),
        exceptions=[
            WantedDay(
                day=each.day,
                name_en=each.name_en,
                name_fa=each.name_fa,
                hours=hours_of(each.hours),
            )
            for each in body.exceptions
        ],
    )
