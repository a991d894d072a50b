"""Reports on the course of time over HTTP: heat map, created and solved, backlog, flow."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta

from contactcenter.api import periods, report_formats
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import Only, among, kept, language_of
from contactcenter.errors import BadInput
from contactcenter.measuring import Clock
from contactcenter.named_periods import Reckoning, midnight
from contactcenter.reporting import (
    backlog_ageing,
    created_solved,
    heat_map,
    spans,
    tier_flow,
)
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.heat_map import WeekStart
from contactcenter.reporting.making import Span
from contactcenter.time_zones import zone_of

USUAL: Final = timedelta(days=28)
_Analyse = Callable[..., Awaitable[Analysis]]


class OverTimeQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """Over which time (28 days if no period is given), and of what alone."""

    only: Only = ()
    format: Format = "json"


class HeatMapQuery(OverTimeQuery, frozen=True, kw_only=True):
    """Which metric."""

    metric: Annotated[
        str, Meta(max_length=60, description="Any count, time, mean or share, such as `opened`.")
    ] = "opened"
    clock: Annotated[
        str, Meta(description="calendar, or business: only while the queue was open.")
    ] = "calendar"
    week_from: (
        Annotated[
            WeekStart,
            Meta(description="saturday in the Persian calendar if not given, else monday."),
        ]
        | None
    ) = None


class CreatedSolvedQuery(OverTimeQuery, frozen=True, kw_only=True):
    """By which unit."""

    unit: Annotated[
        Literal["day", "week", "month"], Meta(description="Of the calendar; days at most 93.")
    ] = "day"


class TierFlowQuery(OverTimeQuery, frozen=True, kw_only=True):
    """By which clock."""

    clock: Annotated[
        str, Meta(description="calendar, or business: only while the queue was open.")
    ] = "calendar"


@operation(
    "GET",
    "/reports/heat_map",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_heat_map(call: Call, query: HeatMapQuery) -> Analysis | Answer:
    """Report a metric by weekday and hour of the zone.

    168 rows, from `week_from` on: Saturday in the Persian calendar, else Monday. Administrators see
    all, supervisors the tickets of their teams, agents their own work.
    """
    now = await call.clock()
    question = heat_map.Question(
        metric=among(query.metric, heat_map.METRICS_OF_HOURS, "query.metric"),
        span=_span(now, query, call),
        week_from=query.week_from or heat_map.week_start(_reckoning(call, query)),
        clock=among(query.clock, get_args(Clock), "query.clock"),
        only=kept(query.only),
    )
    return await _told(call, query, now, heat_map.heat_map, question)


@operation(
    "GET",
    "/reports/created_solved",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_created_solved(call: Call, query: CreatedSolvedQuery) -> Analysis | Answer:
    """Report what was opened, came back and was solved, by day, week or month, and the net.

    Administrators see all, supervisors the tickets of their teams, agents their own work.
    """
    now = await call.clock()
    span = _span(now, query, call)
    if span.to_at - span.from_at > created_solved.longest(query.unit):
        raise BadInput("query.unit", "So many days are not told apart: choose week or month.")
    question = created_solved.Question(
        span=span, unit=query.unit, reckoning=_reckoning(call, query), only=kept(query.only)
    )
    return await _told(call, query, now, created_solved.created_solved, question)


@operation(
    "GET",
    "/reports/backlog_ageing",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_backlog_ageing(call: Call, query: OverTimeQuery) -> Analysis | Answer:
    """Report what was open, by age, at the end of each day of the period and at its end.

    Buckets of [0,1) [1,3) [3,7) [7,14) and 14 or more days, what waits for the customer apart; the
    oldest ticket of the last instant. At most 62 days. Administrators see all, supervisors the
    tickets of their teams, agents their own work.
    """
    now = await call.clock()
    span = _span(now, query, call)
    question = backlog_ageing.Question(
        span=span, instants=_instants(span, now), only=kept(query.only)
    )
    return await _told(call, query, now, backlog_ageing.backlog_ageing, question)


@operation(
    "GET",
    "/reports/tier_flow",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_tier_flow(call: Call, query: TierFlowQuery) -> Analysis | Answer:
    """Report how tickets moved between tiers, how many and after how long.

    Administrators see all, supervisors the tickets of their teams, agents their own work.
    """
    now = await call.clock()
    question = tier_flow.Question(
        span=_span(now, query, call),
        clock=among(query.clock, get_args(Clock), "query.clock"),
        only=kept(query.only),
    )
    return await _told(call, query, now, tier_flow.tier_flow, question)


async def _told(
    call: Call, query: OverTimeQuery, now: datetime, analyse: _Analyse, question: Any
) -> Analysis | Answer:
    """What is to be said of a question, to who asks, in the form that he asked for."""
    language = language_of(call, query.language)
    analysis = await analyse(
        call.conn, now, question, viewer_id=call.actor.user_id, language=language
    )
    return await report_formats.shown(analysis, query.format, theme=query.theme, language=language)


def _span(now: datetime, query: OverTimeQuery, call: Call) -> Span:
    language = language_of(call, query.language)
    return spans.in_its_zone(periods.asked(now, query, language, usual=USUAL).span)


def _reckoning(call: Call, query: OverTimeQuery) -> Reckoning:
    return spans.reckoning_of(query.calendar, language_of(call, query.language))


def _instants(span: Span, now: datetime) -> list[datetime]:
    """The midnights of the period, and its end; nothing is known of what is to come."""
    zone = zone_of(span.time_zone)
    days = spans.days_of(span, zone)
    if len(days) > backlog_ageing.MOST_INSTANTS:
        most = backlog_ageing.MOST_INSTANTS
        raise BadInput("query.from", f"At most {most} days are told; choose a shorter period.")
    ends = min(span.to_at, now)
    midnights = (midnight(day, zone).astimezone(UTC) for day in days[1:])
    return [*(at for at in midnights if at < ends), ends]
