"""Who is there, from a CSV file: a line for each queue that somebody serves."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final, NamedTuple

from contactcenter.whatif.columns import (
    BadCell,
    Cells,
    Problems,
    Row,
    instant,
    latin,
    rows,
    signed_span_us,
    span_us,
    whole,
)
from contactcenter.whatif.day import OnDuty, Shift
from routing.engine.records import Membership
from routing.instants import from_us, to_us

#: What a column is called, in English and in Persian.
COLUMNS: Final = {
    "agent": "کارشناس",
    "queue": "صف",
    "level": "سطح",
    "delay_s": "تأخیر",
    "handicap_s": "کسر",
    "band": "رسته",
    "capacity": "ظرفیت",
    "shifts": "شیفت",
}
MOST_LINES: Final = 100_000
_DAY: Final = timedelta(days=1)
#: A file of arrivals over more days than this has shifts with dates.
_MOST_DAYS: Final = 366

Shifts = tuple[Shift, ...] | None


class Span(NamedTuple):
    """From when to when there are arrivals; ``zone`` is None where they are seconds."""

    from_us: int
    to_us: int
    zone: tzinfo | None


class _Person(NamedTuple):
    memberships: dict[str, Membership]
    capacity: int
    shifts: Shifts


def read(content: bytes, name: str, span: Span) -> list[OnDuty]:
    """Read a file; raises ``InvalidFile``.

    Times of day in shifts are of each day of ``span``.
    """
    problems = Problems(name)
    people: dict[str, _Person] = {}
    for row in rows(content, name, COLUMNS, needed=("agent", "queue"), at_most=MOST_LINES):
        _take(row, people, span, problems)
    problems.refuse()
    if not people:
        problems.add(2, "", "there is nobody")
        problems.refuse()
    return [
        OnDuty(
            agent_id=agent_id,
            memberships=tuple(person.memberships.values()),
            capacity=person.capacity,
            shifts=person.shifts,
        )
        for agent_id, person in people.items()
    ]


def _take(row: Row, people: dict[str, _Person], span: Span, problems: Problems) -> None:
    """One line: somebody serves one more queue."""
    agent, queue = row.cells.get("agent"), row.cells.get("queue")
    if agent is None or queue is None:
        problems.add(row.line, "agent" if agent is None else "queue", "this is needed")
        return
    read: Cells[int] = Cells(row, problems)
    capacity = read.read("capacity", whole(1, 1_000_000), 1)
    shifts = Cells[Shifts](row, problems).read("shifts", _shift_reader(span), None)
    person = people.setdefault(agent, _Person({}, capacity, shifts))
    if "capacity" in row.cells and capacity != person.capacity:
        problems.add(row.line, "capacity", f"“{agent}” has {person.capacity} above")
    if "shifts" in row.cells and shifts != person.shifts:
        problems.add(row.line, "shifts", f"“{agent}” has other shifts above")
    if queue in person.memberships:
        problems.add(row.line, "queue", f"“{agent}” serves “{queue}” above")
    person.memberships[queue] = Membership(
        queue=queue,
        level=read.read("level", whole(1, 9), 1),
        delay_us=read.read("delay_s", span_us, 0),
        handicap_us=read.read("handicap_s", signed_span_us, 0),
        band=read.read("band", whole(0, 9), 0),
    )


def _shift_reader(span: Span) -> Callable[[str], Shifts]:
    return lambda cell: tuple(_shifts(cell, span))


def _shifts(cell: str, span: Span) -> list[Shift]:
    """Several shifts in one cell, such as ``08:00/12:00;13:00/17:00``."""
    found = []
    for part in latin(cell).split(";"):
        ends = part.split("/") if "/" in part else part.split("-")
        if len(ends) != 2:  # noqa: PLR2004  a shift has two ends
            raise BadCell(f"“{part}” is no shift; write 08:00/16:00")
        found += _between(ends[0].strip(), ends[1].strip(), span)
    found.sort(key=lambda shift: shift.from_us)
    for earlier, later in pairwise(found):
        if later.from_us < earlier.to_us:
            raise BadCell(f"“{cell}” has shifts that overlap")
    return found


def _between(begin: str, end: str, span: Span) -> list[Shift]:
    if ":" in begin and "-" not in begin:
        return _each_day(_time_of_day(begin), _time_of_day(end), span)
    if "-" in begin:
        ends = [to_us(instant(written, span.zone)) for written in (begin, end)]
    else:
        ends = [span_us(begin), span_us(end)]
    if ends[0] >= ends[1]:
        raise BadCell(f"“{begin}/{end}” ends before it begins")
    return [Shift(from_us=ends[0], to_us=ends[1])]


def _each_day(begin: time, end: time, span: Span) -> list[Shift]:
    if span.zone is None:
        raise BadCell("arrivals in seconds have no time of day; write shifts in seconds, too")
    first = _day_of(span.from_us, span.zone) - _DAY  # the night before may reach into it
    days = (_day_of(span.to_us, span.zone) - first).days + 1
    if days > _MOST_DAYS:
        raise BadCell("the arrivals are of more than a year: write shifts with dates")
    each = (_on(first + n * _DAY, begin, end, span.zone) for n in range(days))
    return [s for s in each if s.to_us > span.from_us]


def _on(day: date, begin: time, end: time, zone: tzinfo) -> Shift:
    last_day = day if begin < end else day + _DAY
    from_at = datetime.combine(day, begin, zone)
    to_at = datetime.combine(last_day, end, zone)
    return Shift(from_us=to_us(from_at), to_us=to_us(to_at))


def _day_of(at_us: int, zone: tzinfo) -> date:
    return from_us(at_us).astimezone(zone).date()


def _time_of_day(written: str) -> time:
    try:
        return time.fromisoformat("00:00" if written == "24:00" else written)
    except ValueError:
        raise BadCell(f"“{written}” is no time of day") from None
