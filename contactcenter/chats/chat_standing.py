"""How it stands with visitors who chat: where in the queue, for how long yet, with whom.

The expected wait is the position times the time between two takings while somebody waited, which
is what a queue of many servers makes of the number ahead; why this and nothing cleverer is in
docs/decisions/0040. It errs on the long side where people ahead give up.

Source: https://doi.org/10.1287/mnsc.45.6.870 (Whitt, Predicting queueing delays, 1999) and
https://doi.org/10.1287/msom.1080.0223 (Ibrahim and Whitt 2009, the estimator QL).
"""

import math
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from channels import Standing
from contactcenter import calendars, db
from contactcenter.db import Conn
from routing import calendars as hours
from routing.calendars import Calendar
from routing.states import HELD, SEEKING, State

Stage = Literal["new", "waiting", "talking", "ended"]
Rating = Literal["none", "asked", "given"]

#: Of the time before that nothing is said of how quickly a queue moves now.
PACE_WINDOW: Final = timedelta(hours=1)
#: The last of these takings count: enough to be steady, few enough to follow the day.
PACE_TAKINGS: Final = 50
#: With fewer the guess could be off by half, and none is made.
PACE_LEAST: Final = 5
#: What is told changes by such steps, in seconds, up to a wait: a guess has no seconds, and who
#: waits is not to be told anew every other second.
_STEPS_S: Final = ((120, 10), (600, 30), (3600, 60), (math.inf, 600))
#: An opening later than this is not told.
_AHEAD: Final = timedelta(days=366)


class _Row(Struct, frozen=True, kw_only=True):
    visitor_id: int
    read_sequence: int
    has_ended: bool
    calendar_id: int | None
    ticket_id: int | None
    state: State | None
    queue_id: int | None
    rank_us: int | None
    agent_id: int | None
    is_rated: bool
    is_rateable: bool | None


class _Agent(Struct, frozen=True, kw_only=True):
    id: int
    name: str


class _Line(Struct, frozen=True, kw_only=True):
    queue_id: int
    ticket_ids: list[int]


class _Pace(Struct, frozen=True, kw_only=True):
    queue_id: int
    number: int
    each_s: float


class _Door(Struct, frozen=True, kw_only=True):
    is_open: bool
    opens_at: datetime | None


class _Known(Struct, frozen=True, kw_only=True):
    """What is asked once for all: places of tickets, paces of queues, names of agents, doors."""

    places: Mapping[int, int]
    each_s: Mapping[int, float]
    names: Mapping[int, str]
    doors: Mapping[int | None, _Door]


_OPEN: Final = _Door(is_open=True, opens_at=None)

_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Row)
_names = _SQL.take("names", _Agent)
_calendar_of = _SQL.take("calendar_of", int)
_lines = _SQL.take("lines", _Line)
_paces = _SQL.take("paces", _Pace)


async def standings(conn: Conn, now: datetime, visitor_ids: Collection[int]) -> dict[int, Standing]:
    """How it stands with each of these visitors; who is not known is left out.

    Five statements at most, however many they are.
    """
    rows = await _read.all(conn, list(visitor_ids))
    waiting = [row for row in rows if _stage(row) == "waiting"]
    places = await _places(conn, waiting)
    each_s = await paces(conn, now, {row.queue_id for row in waiting if row.queue_id is not None})
    names = await _names_of(conn, {row.agent_id for row in rows if row.agent_id is not None})
    doors = await _doors(conn, now, {row.calendar_id for row in rows})
    known = _Known(places=places, each_s=each_s, names=names, doors=doors)
    return {row.visitor_id: _standing(row, known) for row in rows}


async def standing_of_stranger(conn: Conn, now: datetime, entry_point_id: int) -> Standing:
    """What is told to somebody who has not written yet: whether anybody is there."""
    calendar_id = await _calendar_of.first(conn, entry_point_id)
    door = (await _doors(conn, now, {calendar_id}))[calendar_id]
    return Standing(state="new", is_open=door.is_open, opens_at=door.opens_at)


def told_s(wait_s: float) -> int:
    """A wait as it is told: to the next 10 s, from two minutes on to half, then to whole minutes.

    From an hour on to ten of them; never nothing.
    """
    step_s = next(step_s for below_s, step_s in _STEPS_S if wait_s < below_s)
    return max(1, math.ceil(wait_s / step_s)) * step_s


async def paces(conn: Conn, now: datetime, queue_ids: Collection[int]) -> dict[int, float]:
    """How long it takes in these queues until the next is taken, in seconds.

    Queues of which that is not known are left out: too few were taken of late, the queue is closed,
    or nobody is there who could take anything.
    """
    if not queue_ids:
        return {}
    found = await _paces.all(conn, list(queue_ids), now, PACE_WINDOW, PACE_TAKINGS, PACE_LEAST)
    return {row.queue_id: row.each_s for row in found}


async def _places(conn: Conn, waiting: Collection[_Row]) -> dict[int, int]:
    """Where tickets stand in their queues, from 1, by waiting and credits as agents get them.

    What is kept for another agent counts like all others.
    """
    last_us: dict[int, int] = {}
    for row in waiting:
        if row.state == "waiting" and row.queue_id is not None and row.rank_us is not None:
            last_us[row.queue_id] = max(row.rank_us, last_us.get(row.queue_id, row.rank_us))
    if not last_us:
        return {}
    asked = {row.ticket_id for row in waiting}
    lines = await _lines.all(conn, list(last_us), list(last_us.values()))
    return {
        ticket_id: n
        for line in lines
        for n, ticket_id in enumerate(line.ticket_ids, start=1)
        if ticket_id in asked
    }


async def _names_of(conn: Conn, agent_ids: Collection[int]) -> dict[int, str]:
    if not agent_ids:
        return {}
    return {agent.id: agent.name for agent in await _names.all(conn, list(agent_ids))}


async def _doors(
    conn: Conn, now: datetime, calendar_ids: Collection[int | None]
) -> dict[int | None, _Door]:
    found = await calendars.load_all(conn, [i for i in calendar_ids if i is not None])
    doors: dict[int | None, _Door] = {None: _OPEN}
    return doors | {id_: _door(calendar, now) for id_, calendar in found.items()}


def _door(calendar: Calendar, now: datetime) -> _Door:
    if hours.is_open(calendar, now):
        return _OPEN
    ahead = hours.open_intervals(calendar, now, now + _AHEAD)
    return _Door(is_open=False, opens_at=next((begin for begin, _ in ahead), None))


def _stage(row: _Row) -> Stage:
    """New, waiting, talking or ended, for the visitor.

    A ticket that is over although the chat is not: he wrote again, and it is about to be reopened.
    """
    if row.state is None:
        return "new"
    if row.has_ended:
        return "ended"
    return "talking" if row.state in HELD else "waiting"


def _standing(row: _Row, known: _Known) -> Standing:
    stage = _stage(row)
    position = _position(row, known.places) if stage == "waiting" else None
    pace_s = None if row.queue_id is None else known.each_s.get(row.queue_id)
    is_talking = stage == "talking" and row.agent_id is not None
    door = known.doors[row.calendar_id]
    return Standing(
        state=stage,
        position=position,
        expected_wait_s=None if position is None or pace_s is None else told_s(position * pace_s),
        agent=known.names.get(row.agent_id or 0) if is_talking else None,
        is_open=door.is_open,
        opens_at=door.opens_at,
        read_sequence=row.read_sequence,
        rating=_rating(row) if stage == "ended" else "none",
    )


def _position(row: _Row, places: Mapping[int, int]) -> int | None:
    if row.ticket_id is None or row.state not in SEEKING:
        return None
    return 1 if row.state == "offered" else places.get(row.ticket_id)  # what rings is the next


def _rating(row: _Row) -> Rating:
    if row.is_rated:
        return "given"
    return "asked" if row.is_rateable else "none"
