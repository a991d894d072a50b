"""How long a month's report and the live board take in a centre of a year, beside raw events.

A run counts only if both sides tell the same agents the same counts and means, and the percentiles
are within 1 %, and if the board tells of those who wait and of today.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isclose
from typing import Any, Final

from msgspec import Struct, structs

from contactcenter import db, partitions
from contactcenter.bench import filling, reports_intake, reports_people
from contactcenter.bench.figures import MeasurementInvalid, percentile
from contactcenter.bench.reports_people import People, Year
from contactcenter.bench.scratch import connect, scratch
from contactcenter.db import OwnConnection
from contactcenter.measuring import Ask, Row
from contactcenter.reporting import live, making, roll_ups, sources
from contactcenter.reporting.catalogue import REPORTS
from contactcenter.reporting.live import Board
from contactcenter.reporting.making import Question, Span
from contactcenter.reporting.today import Day, Today
from contactcenter.statistics.rates import USUAL_VARIANT
from contactcenter.time_zones import zone_of

_YEAR: Final = datetime(2025, 1, 1, tzinfo=UTC)
_FROM, _TO = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
_LATER: Final = datetime(2026, 3, 1, tzinfo=UTC)
#: When somebody looks at the board: in the evening of the last day but a part.
_TODAY: Final = _YEAR + timedelta(days=364)
_NOW: Final = _TODAY + timedelta(hours=18)
_AT_ONCE: Final = 50_000
#: Of the intake, in pairs: what others do on the machine is seen in some of them.
_SLICES: Final = 16
#: Of sums of durations that are rounded to the millionth of a second.
_ROUNDING: Final = 1e-6
_WITHIN: Final = 0.0101

Say = Callable[[str], None]


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: tickets of a year with ten facts each.

    ``interactions`` are so many messages, and so many raw events more than the three of each
    ticket. ``intake_s`` is how long the intake is loaded, with and without facts being kept in
    turn; 0 leaves that out.
    """

    tickets: int = 1_000_000
    interactions: int = 10_000_000
    agents: int = 200
    repeats: int = 20
    intake_s: float = 64.0
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; ``ratio`` is the metric's p95 over that of raw events.

    ``report`` is `work` by agent with its totals, ``metric`` one metric of it by agent, and ``raw``
    the same metric computed from the events. ``board`` is the live board of all queues, its day
    counted anew each time, and ``team_board`` that of who leads three teams of ten.
    ``intake_ratio`` is the intake's rate while facts are kept over that while they are not, None
    where it was left out.
    """

    tickets: int
    interactions: int
    source: str
    rolled_up: int
    roll_up_s: float
    report_p50_ms: float
    report_p95_ms: float
    metric_p50_ms: float
    metric_p95_ms: float
    raw_p50_ms: float
    raw_p95_ms: float
    ratio: float
    board_p50_ms: float
    board_p95_ms: float
    team_board_p50_ms: float
    team_board_p95_ms: float
    intake_per_s: float | None = None
    intake_ratio: float | None = None


class _Raw(Struct, frozen=True, kw_only=True):
    agent_id: int
    n: int
    mean: float
    percentiles: Sequence[float]


_SQL = db.Statements(__name__)
_facts = _SQL.command("facts")
_events = _SQL.command("events")
_raw = _SQL.take("raw", _Raw)


async def measure(plan: Plan, say: Say, *, durable: bool = True) -> Result:
    """Make the facts and events, roll them up, ask; raises ``MeasurementInvalid``."""
    async with scratch(plan.database_url, durable=durable) as made:
        conn = await connect(await made.database())
        try:
            people = await settle(conn, plan, say)
            result = await asked(conn, plan, people, say)
        finally:
            await conn.close(timeout=5)
    if not plan.intake_s:
        return result
    kept = await reports_intake.measure(plan.intake_s, _SLICES, plan.database_url, say)
    return structs.replace(result, intake_per_s=kept.with_per_s, intake_ratio=kept.ratio)


async def settle(conn: OwnConnection, plan: Plan, say: Say) -> People:
    """Make the centre and its year: tickets with their facts, and their raw events."""
    began_s = time.perf_counter()
    await partitions.ensure(conn, _YEAR)
    async with filling.bare(conn, "report_fact"):
        for first in range(1, plan.tickets + 1, _AT_ONCE):
            tickets = (first, min(first + _AT_ONCE - 1, plan.tickets), plan.agents, plan.tickets)
            await _facts.run(conn, _YEAR, *tickets)
            await _events.run(conn, _YEAR, *tickets, plan.interactions // plan.tickets)
    year = Year(
        from_at=_YEAR,
        now=_NOW,
        tickets=plan.tickets,
        interactions=plan.interactions,
        agents=plan.agents,
    )
    people = await reports_people.settle(conn, year, say)
    await conn.execute("VACUUM (ANALYZE)")
    say(f"{plan.tickets:,} tickets made in {time.perf_counter() - began_s:.0f} s")
    return people


async def asked(conn: OwnConnection, plan: Plan, people: People, say: Say) -> Result:
    """Roll up what is not rolled up yet, and ask; raises ``MeasurementInvalid``."""
    began_s = time.perf_counter()
    rolled_up = await _roll_up(conn)
    roll_up_s = time.perf_counter() - began_s
    say(f"{rolled_up:,} days and months rolled up in {roll_up_s:.0f} s")
    await conn.execute("VACUUM (ANALYZE) report_roll_up, report_span")
    ways = _ways(conn, people)
    _check((await ways["metric"]()).rows, await ways["raw"]())
    _check_board(await ways["board"](), plan)
    took = await _timed(ways, plan.repeats)
    p50 = {name: round(percentile(times, 0.5), 2) for name, times in took.items()}
    p95 = {name: round(percentile(times, 0.95), 2) for name, times in took.items()}
    return Result(
        tickets=plan.tickets,
        interactions=plan.interactions,
        source=(await ways["report"]()).source,
        rolled_up=rolled_up,
        roll_up_s=round(roll_up_s, 1),
        report_p50_ms=p50["report"],
        report_p95_ms=p95["report"],
        metric_p50_ms=p50["metric"],
        metric_p95_ms=p95["metric"],
        raw_p50_ms=p50["raw"],
        raw_p95_ms=p95["raw"],
        ratio=round(p95["metric"] / p95["raw"], 4),
        board_p50_ms=p50["board"],
        board_p95_ms=p95["board"],
        team_board_p50_ms=p50["team_board"],
        team_board_p95_ms=p95["team_board"],
    )


async def _roll_up(conn: OwnConnection) -> int:
    while await roll_ups.close_days(conn, _LATER, zone_of("UTC")):
        pass
    done = 0
    while await roll_ups.roll_up_next(conn, _LATER):
        done += 1
    return done


def _ways(conn: OwnConnection, people: People) -> Mapping[str, Callable[[], Awaitable[Any]]]:
    """What takes turns, by its name in the result."""
    span = Span(from_at=_FROM, to_at=_TO, time_zone="UTC")
    question = Question(span=span, by=("agent",), clock="calendar")
    ask = Ask(metric="time_to_solve", from_at=_FROM, to_at=_TO, by=("agent",))
    day = Day(from_at=_TODAY, zone=zone_of("UTC"), within_s=20, variant=USUAL_VARIANT.value)
    today = Today(ttl_s=0.0)

    async def report() -> Any:
        return await making.make(
            conn, _LATER, REPORTS["work"], question, viewer_id=None, language="en"
        )

    return {
        "report": report,
        "metric": lambda: sources.answer(conn, ask, viewer_id=None),
        "raw": lambda: _raw.all(conn, _FROM, _TO),
        "board": lambda: live.board(conn, _NOW, people.administrator_id, today, day),
        "team_board": lambda: live.board(conn, _NOW, people.supervisor_id, today, day),
    }


async def _timed(
    sides: Mapping[str, Callable[[], Awaitable[Any]]], repeats: int
) -> Mapping[str, Sequence[float]]:
    """Milliseconds of each side, ascending; they take turns."""
    took: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, one in sides.items():
            began_s = time.perf_counter()
            await one()
            took[name].append((time.perf_counter() - began_s) * 1000)
    return {name: sorted(times) for name, times in took.items()}


def _check(rows: Sequence[Row], raw: Sequence[_Raw]) -> None:
    of_agent = {row.group["agent"]: row for row in rows}
    if set(of_agent) != {one.agent_id for one in raw}:
        raise MeasurementInvalid("the report and the events tell of other agents")
    for one in raw:
        row = of_agent[one.agent_id]
        told = ((row.mean, one.mean, _ROUNDING), (row.median, one.percentiles[0], _WITHIN))
        same = all(mine and isclose(mine, theirs, rel_tol=tol) for mine, theirs, tol in told)
        if row.n != one.n or not same:
            raise MeasurementInvalid(f"of agent {one.agent_id} the report tells other figures")


def _check_board(board: Board, plan: Plan) -> None:
    waiting = reports_people.waiting_of(plan.tickets)
    if board.waiting != waiting or not (board.at_risk_n and board.agents and board.today.answered):
        raise MeasurementInvalid(f"the board tells of {board.waiting} who wait, not of {waiting}")
