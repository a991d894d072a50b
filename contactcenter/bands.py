"""Bands by p·mu: computed from legs now and then, used while the setting ``bands`` says so.

A band changes who of those who are idle gets a ticket, never whether one waits or which comes
first. The kind of customer is his temperament.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, rules
from contactcenter.db import Conn, Database
from routing import arms
from routing import bands as banding
from routing.bands import Arm, Band, Handled
from routing.instants import to_us

#: What lies further back tells little of today.
WINDOW: Final = timedelta(days=90)
#: Bands are computed again after this long.
EVERY: Final = timedelta(days=1)
#: All kinds of customers as one, where bands are not told apart by them.
ALL: Final = ""
_DAY: Final = timedelta(days=1)


class AgentBand(Struct, frozen=True, kw_only=True):
    """An agent's band in a queue with one kind of customers (empty: all).

    ``solved_share`` of the ``handled`` were solved for good; ``per_hour`` were handled in an hour
    of work. The band goes by their product, drawn to the mean of the queue.
    """

    queue_id: int
    queue_name: str
    segment: str
    agent_id: int
    agent_name: str
    band: int
    handled: int
    solved_share: float
    per_hour: float
    computed_at: datetime


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of tickets of one kind in an arm; the share is null of none."""

    handled: int
    solved: int
    solved_share: float | None
    mean_worked_s: float | None


class Stratum(Struct, frozen=True, kw_only=True):
    """Tickets of one kind of customers in both arms of the experiment."""

    segment: str
    on: Outcome
    off: Outcome


class _Handled(Struct, frozen=True, kw_only=True):
    queue_id: int
    agent_id: int
    segment: str
    handled: int
    solved: int
    worked_s: float


class _Member(Struct, frozen=True, kw_only=True):
    queue_id: int
    agent_id: int


class _Arm(Struct, frozen=True, kw_only=True):
    segment: str
    arm: Literal["on", "off"]
    handled: int
    solved: int
    worked_s: float


class Place(Struct, frozen=True, kw_only=True):
    """Where a page of bands begins: after this one."""

    queue_id: int = 0
    segment: str = ""
    agent_name: str = ""
    agent_id: int = 0


_SQL = db.Statements(__name__)
_handled = _SQL.take("handled", _Handled)
_members = _SQL.take("members", _Member)
_computed_at = _SQL.take("computed_at", datetime)
_forget = _SQL.command("forget")
_put = _SQL.command("put")
_page = _SQL.take("page", AgentBand)
_arms = _SQL.take("arms", _Arm)

_Key = tuple[int, str]


def arm_of(setting: rules.Bands, now: datetime) -> Arm | None:
    """Whether bands count at this instant; None where they are not used at all."""
    if setting.by is None:
        return None
    experiment = setting.experiment
    if experiment is None:
        return "on"
    now_us = to_us(now)
    return banding.arm(now_us, on_minutes=experiment.on_minutes, off_minutes=experiment.off_minutes)


def segment_of(setting: rules.Bands, temperament: str) -> str:
    """The kind of customer by which an agent's band is looked up."""
    return temperament if "segment" in setting.per else ALL


async def keep(database: Database) -> bool:
    """Compute the bands anew if they are used and a day old; whether they were."""
    async with database.read() as conn:
        setting = (await rules.current(conn)).bands
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        computed_at = await _computed_at.first(conn)
    if setting.by is None or (computed_at is not None and now - computed_at < EVERY):
        return False
    await compute(database, now, setting)
    return True


async def compute(database: Database, now: datetime, setting: rules.Bands) -> None:
    """Put everybody into bands by what he did in the last 90 days, read a day at a time."""
    found: dict[_Key, dict[int, Handled]] = defaultdict(dict)
    day = now - WINDOW
    while day < now:
        async with database.read() as conn:
            rows = await _handled.all(conn, day, min(day + _DAY, now), "segment" in setting.per)
        for row in rows:
            of = found[row.queue_id, row.segment]
            of[row.agent_id] = _with(of.get(row.agent_id), row)
        day += _DAY
    async with database.transaction() as conn:
        members = await _members.all(conn)
        await _write(conn, now, _banded(found, members, setting))


async def page(
    conn: Conn, viewer_id: int, *, queue_id: int | None, after: Place, limit: int
) -> list[AgentBand]:
    """Bands of the queues that this person answers for, by queue, kind of customer and name."""
    return await _page.all(
        conn,
        viewer_id,
        queue_id,
        after.queue_id,
        after.segment,
        after.agent_name,
        after.agent_id,
        limit,
    )


async def strata(
    conn: Conn, viewer_id: int, from_at: datetime, to_at: datetime
) -> tuple[list[Stratum], arms.Compared]:
    """The arms of the experiment beside one another, of tickets let go of in this time."""
    by_segment: dict[str, dict[str, _Arm]] = defaultdict(dict)
    for row in await _arms.all(conn, viewer_id, from_at, to_at):
        by_segment[row.segment][row.arm] = row
    found = [
        Stratum(segment=segment, on=_outcome(of.get("on")), off=_outcome(of.get("off")))
        for segment, of in sorted(by_segment.items())
    ]
    return found, arms.compared(
        [
            arms.Stratum(
                on=arms.Outcome(handled=one.on.handled, solved=one.on.solved),
                off=arms.Outcome(handled=one.off.handled, solved=one.off.solved),
            )
            for one in found
        ]
    )


def _with(before: Handled | None, row: _Handled) -> Handled:
    return Handled(
        agent_id=row.agent_id,
        handled=row.handled + (before.handled if before else 0),
        solved=row.solved + (before.solved if before else 0),
        worked_s=row.worked_s + (before.worked_s if before else 0.0),
    )


def _banded(
    found: Mapping[_Key, Mapping[int, Handled]], members: Sequence[_Member], setting: rules.Bands
) -> list[tuple[_Key, Band]]:
    of_queue: dict[int, list[int]] = defaultdict(list)
    for member in members:
        of_queue[member.queue_id].append(member.agent_id)
    return [
        (key, band)
        for key, did in found.items()
        for band in banding.banded(
            [did.get(agent_id, _nothing(agent_id)) for agent_id in of_queue[key[0]]],
            levels=setting.levels,
            min_handled=setting.min_handled,
        )
    ]


async def _write(conn: Conn, now: datetime, made: Sequence[tuple[_Key, Band]]) -> None:
    await _forget.run(conn)
    await _put.run(
        conn,
        [queue_id for (queue_id, _), _ in made],
        [band.agent_id for _, band in made],
        [segment for (_, segment), _ in made],
        [band.band for _, band in made],
        [band.handled for _, band in made],
        [band.solved_share for _, band in made],
        [band.per_hour for _, band in made],
        now,
    )


def _nothing(agent_id: int) -> Handled:
    return Handled(agent_id=agent_id, handled=0, solved=0, worked_s=0.0)


def _outcome(row: _Arm | None) -> Outcome:
    if row is None or not row.handled:
        return Outcome(handled=0, solved=0, solved_share=None, mean_worked_s=None)
    return Outcome(
        handled=row.handled,
        solved=row.solved,
        solved_share=round(row.solved / row.handled, 4),
        mean_worked_s=round(row.worked_s / row.handled, 3),
    )
