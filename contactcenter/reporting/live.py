"""The live board: what waits, who is there, what is at risk, and how the day goes so far.

What is now is read of current rows, what happened today of facts. A board is of queues: whoever
leads the team of a queue sees all of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.reporting import kept_facts
from contactcenter.reporting.today import Day, Today
from contactcenter.sla import sla_views
from contactcenter.sla.sla_views import AtRisk, Window

#: Where the buckets of age begin: a minute is long on the telephone, an hour for a mail.
AGES_S: Final = (0, 60, 300, 900, 3600)
#: Promises that fall due within this time are at risk.
AT_RISK: Final = timedelta(minutes=30)
#: So many of them are told one by one.
AT_RISK_SHOWN: Final = 50


class DayFigures(Struct, frozen=True, kw_only=True):
    """What became today of those who came into a queue; ``service_level`` is None without any.

    ``service_level`` is ``answered_in_time / service_level_of``, by the variant of the board.
    """

    answered: int
    abandoned: int
    answered_in_time: int
    service_level_of: int
    service_level: float | None


class QueueNow(Struct, frozen=True, kw_only=True):
    """A queue: how many wait in it, by the ages that begin at ``ages_s`` of the board.

    ``calls`` of those who wait are on the line, ``callbacks`` are to be called. ``agents`` serve it
    and are there; ``available`` of them could be offered something.
    """

    queue_id: int
    name: str
    tier: int
    waiting: int
    waiting_by_age: Sequence[int]
    longest_wait_s: float
    longest_ticket_id: int | None
    calls: int
    callbacks: int
    agents: int
    available: int
    today: DayFigures


class AgentNow(Struct, frozen=True, kw_only=True):
    """Somebody who is there: what he says of himself, since when, and what he holds."""

    agent_id: int
    name: str
    presence: str
    presence_reason: str | None
    presence_since: datetime
    load: int
    capacity: int


class Board(Struct, frozen=True, kw_only=True):
    """The board of what one person may see.

    ``today`` began at ``today_from``, midnight in ``time_zone``; ``as_of`` is until when what
    happened is counted in it. Of who waits ``calls`` are on the line and ``callbacks`` are to be
    called back; with ``talking`` somebody talks. ``at_risk`` are the first promises that fall due
    within ``at_risk_within_s``, ``at_risk_n`` is how many there are.
    """

    generated_at: datetime
    time_zone: str
    today_from: datetime
    as_of: datetime | None
    within_s: int
    variant: str
    ages_s: Sequence[int]
    queues: Sequence[QueueNow]
    waiting: int
    waiting_by_age: Sequence[int]
    longest_wait_s: float
    calls: int
    callbacks: int
    talking: int
    today: DayFigures
    agents: Sequence[AgentNow]
    presences: Mapping[str, int]
    at_risk_within_s: int
    at_risk_n: int
    at_risk: Sequence[AtRisk]


class _Queue(Struct, frozen=True, kw_only=True):
    queue_id: int
    name: str
    tier: int
    agents: int
    available: int


class _Waiting(Struct, frozen=True, kw_only=True):
    queue_id: int
    waiting: int
    by_age: list[int]
    since_at: datetime
    ticket_id: int
    calls: int
    callbacks: int


_SQL = db.Statements(__name__)
_queues = _SQL.take("queues", _Queue)
_waiting = _SQL.take("waiting", _Waiting)
_talking = _SQL.take("talking", int)
_agents = _SQL.take("agents", AgentNow)
_at_risk_n = _SQL.take("at_risk_n", int)


async def board(conn: Conn, now: datetime, viewer_id: int, today: Today, day: Day) -> Board:
    """What this person, who leads teams or all of them, may see now.

    A queue that nobody waits in is told of as well.
    """
    queues = await _queues.all(conn, viewer_id)
    ids = [one.queue_id for one in queues]
    waiting = {one.queue_id: one for one in await _waiting.all(conn, ids, now, list(AGES_S))}
    agents = await _agents.all(conn, viewer_id)
    window = Window(from_at=now, to_at=now + AT_RISK, after=(now, 0))
    counted = await today.of(conn, now, day)
    figures = {id_: _figures([counted.get(id_, _NOTHING)]) for id_ in ids}
    rows = [_row(one, waiting.get(one.queue_id), figures[one.queue_id], now) for one in queues]
    presences: dict[str, int] = {}
    for agent in agents:
        presences[agent.presence] = presences.get(agent.presence, 0) + 1
    return Board(
        generated_at=now,
        time_zone=day.zone.key,
        today_from=day.from_at,
        as_of=await kept_facts.read_at(conn),
        within_s=day.within_s,
        variant=day.variant,
        ages_s=AGES_S,
        queues=rows,
        waiting=sum(row.waiting for row in rows),
        waiting_by_age=[sum(row.waiting_by_age[n] for row in rows) for n in range(len(AGES_S))],
        calls=sum(row.calls for row in rows),
        callbacks=sum(row.callbacks for row in rows),
        talking=await _talking.one(conn, ids),
        longest_wait_s=max((row.longest_wait_s for row in rows), default=0.0),
        today=_figures([counted[id_] for id_ in ids if id_ in counted]),
        agents=agents,
        presences=presences,
        at_risk_within_s=int(AT_RISK.total_seconds()),
        at_risk_n=await _at_risk_n.one(conn, viewer_id, window.from_at, window.to_at),
        at_risk=await sla_views.at_risk(conn, viewer_id, window, limit=AT_RISK_SHOWN),
    )


#: Answered, abandoned, in time, and of how many that is.
Counted = tuple[int, int, int, int]
_NOTHING: Final[Counted] = (0, 0, 0, 0)


def _figures(counted: Sequence[Counted]) -> DayFigures:
    answered, abandoned, in_time, of = (
        sum(parts) for parts in zip(_NOTHING, *counted, strict=True)
    )
    return DayFigures(
        answered=answered,
        abandoned=abandoned,
        answered_in_time=in_time,
        service_level_of=of,
        service_level=in_time / of if of else None,
    )


def _row(queue: _Queue, waiting: _Waiting | None, today: DayFigures, now: datetime) -> QueueNow:
    return QueueNow(
        queue_id=queue.queue_id,
        name=queue.name,
        tier=queue.tier,
        waiting=waiting.waiting if waiting else 0,
        waiting_by_age=waiting.by_age if waiting else [0] * len(AGES_S),
        longest_wait_s=(now - waiting.since_at).total_seconds() if waiting else 0.0,
        longest_ticket_id=waiting.ticket_id if waiting else None,
        calls=waiting.calls if waiting else 0,
        callbacks=waiting.callbacks if waiting else 0,
        agents=queue.agents,
        available=queue.available,
        today=today,
    )
