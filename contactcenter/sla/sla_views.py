"""Promises as people see them: the ledger of one ticket, and what is at risk everywhere."""

from datetime import datetime, timedelta

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.sla import sla_clocks, sla_counting
from contactcenter.sla.sla_clocks import Row
from contactcenter.sla.sla_counting import Known
from routing import sla
from routing.calendars import Calendar
from routing.sla import Condition, Ending, Metric
from routing.states import State
from routing.temperament import Label


class Pause(Struct, frozen=True, kw_only=True):
    """A span in which the clock stood still; null is one that goes on."""

    from_at: datetime
    to_at: datetime | None


class ClockView(Struct, frozen=True, kw_only=True):
    """One promise, and how it went.

    ``state`` is ``running``, ``paused``, ``overdue`` (the time is over, and it is not kept yet),
    ``met``, ``met_late`` or ``cancelled`` (it fell away). Times in seconds are business time by the
    calendar: ``spent_s`` until now or the end, ``left_s`` of the target, below 0 when it is late,
    ``burn`` the share that is spent. ``due_at`` is null while the clock stands still.
    ``breached_at`` is the instant at which the promise was broken, whenever that was noticed.
    """

    id: int
    metric: Metric
    episode: int
    state: Condition
    policy: str
    configuration_version: int
    target_s: int
    calendar_id: int | None
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    ended_by: Ending | None
    spent_s: float
    left_s: float
    burn: float
    pauses: tuple[Pause, ...]


class AtRisk(Struct, frozen=True, kw_only=True):
    """A promise that is soon to be kept or is overdue (``breached_at``), and whose it is."""

    clock_id: int
    ticket_id: int
    metric: Metric
    policy: str
    target_s: int
    started_at: datetime
    due_at: datetime
    warned_at: datetime | None
    breached_at: datetime | None
    subject: str
    state: State
    channel: str
    tier: int | None
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    temperament: Label


class Window(Struct, frozen=True, kw_only=True):
    """What is due from an instant to another; after ``after`` in their order."""

    from_at: datetime
    to_at: datetime
    after: tuple[datetime, int]
    queue_id: int | None = None


_SQL = db.Statements(__name__)
_at_risk = _SQL.take("at_risk", AtRisk)


async def ledger(conn: Conn, now: datetime, ticket_id: int) -> list[ClockView]:
    """Every promise there ever was on a ticket, the oldest first."""
    rows = await sla_clocks.ledger(conn, ticket_id)
    known = Known()
    await known.read(conn, sla_counting.versions(rows))
    return [_shown(row, known.calendar(row.calendar_id), now) for row in rows]


async def at_risk(conn: Conn, viewer_id: int, window: Window, *, limit: int) -> list[AtRisk]:
    """What runs and is due in a window, the first to be due first."""
    return await _at_risk.all(
        conn,
        viewer_id,
        window.from_at,
        window.to_at,
        *window.after,
        window.queue_id,
        limit,
    )


def _shown(row: Row, calendar: Calendar, now: datetime) -> ClockView:
    clock = row.clock
    spent = sla.spent(clock, calendar, now)
    is_over = row.ended_at is None and row.due_at is not None and row.due_at <= now
    return ClockView(
        id=row.id,
        metric=row.metric,
        episode=row.episode,
        state=sla.condition(clock, is_over=is_over),
        policy=row.policy,
        configuration_version=row.configuration_version,
        target_s=row.target_s,
        calendar_id=row.calendar_id,
        started_at=row.started_at,
        due_at=row.due_at,
        warn_at=row.warn_at,
        warned_at=row.warned_at,
        breached_at=row.breached_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        spent_s=spent.total_seconds(),
        left_s=(clock.target - spent) / timedelta(seconds=1),
        burn=sla.burn(clock, calendar, now),
        pauses=tuple(Pause(from_at=p.from_at, to_at=p.to_at) for p in clock.pauses),
    )
