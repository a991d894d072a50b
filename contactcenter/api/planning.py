"""Days to plan over HTTP: what-if of agents, the forecast, and the promises of a day."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from contactcenter.api import periods, report_formats
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, SUPERVISOR, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import Only, kept, language_of
from contactcenter.charts.themes import Theme
from contactcenter.errors import BadInput
from contactcenter.named_periods import DAYS, day_named
from contactcenter.periods import zone_named
from contactcenter.public_holidays import UnknownCountry
from contactcenter.reporting import forecast, sla_burn_down, staffing
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.staffing import Question
from contactcenter.statistics.queueing import LONGEST_PATIENCE_S, MOST_AGENTS
from contactcenter.statistics.staffing import Promise
from routing.wording import Language

#: What a question has by the same names.
_GIVEN: Final = ("volume", "aht_s", "patience_s", "interval_s", "shrinkage", "agents")
#: A day to look at is at most so far from today.
FURTHEST_DAYS: Final = 366
USUAL: Final = timedelta(days=28)


class StaffingQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """What is given; what is not is estimated from the calls of the period (28 days)."""

    volume: (
        Annotated[
            float,
            Meta(
                ge=0,
                le=10_000,
                description="Calls in an interval; by default those of the busiest hour of the"
                " week.",
            ),
        ]
        | None
    ) = None
    aht_s: (
        Annotated[
            float, Meta(ge=1, le=36_000, description="Talk, hold and wrap-up of a call, seconds.")
        ]
        | None
    ) = None
    patience_s: (
        Annotated[
            float,
            Meta(
                ge=1,
                le=LONGEST_PATIENCE_S,
                description="After which time a caller would leave, on average; by default all"
                " waits by how many left.",
            ),
        ]
        | None
    ) = None
    interval_s: Annotated[int, Meta(ge=60, le=86_400, description="Seconds of an interval.")] = 1800
    shrinkage: Annotated[
        float, Meta(ge=0, le=0.95, description="The share of paid time that is not for callers.")
    ] = 0.3
    service_level: Annotated[
        float, Meta(ge=0, le=0.999, description="The share to be answered in time.")
    ] = 0.8
    within_s: Annotated[float, Meta(ge=0, le=86_400, description="What in time is.")] = 20
    most_abandoned: (
        Annotated[float, Meta(ge=0.001, le=1, description="The largest share that may leave.")]
        | None
    ) = None
    agents: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=MOST_AGENTS,
                description="The middle of the curve; by default how many are needed.",
            ),
        ]
        | None
    ) = None
    only: Only = ()
    format: Format = "json"


@operation(
    "GET",
    "/reports/staffing",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_staffing(call: Call, query: StaffingQuery) -> Analysis | Answer:
    """Report what callers would meet with each number of agents, and how many keep a target.

    A row a number of agents, ten fewer and ten more than needed or asked for, by Erlang A and by
    Erlang C. Volume, handle time and patience are estimated from calls, unless they are given;
    `inputs` tell all of them. Administrators see all, supervisors the tickets of their teams.
    """
    now, language = await call.clock(), language_of(call, query.language)
    only = kept(query.only)
    if "channel" in only:
        raise BadInput("query.only", "It is about calls: what other channels bring may wait.")
    question = Question(
        span=periods.asked(now, query, language, usual=USUAL).span,
        promise=Promise(
            service_level=query.service_level,
            threshold_s=query.within_s,
            most_abandon=query.most_abandoned,
        ),
        **{name: getattr(query, name) for name in _GIVEN},
        only=only,
    )
    analysis = await staffing.what_if(
        call.conn, now, question, viewer_id=call.actor.user_id, language=language
    )
    return await report_formats.shown(analysis, query.format, theme=query.theme, language=language)


class DayQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which day of a zone, and of which queue alone."""

    day: (
        Annotated[
            str,
            Meta(
                max_length=20,
                pattern=r"^[ -~]*\Z",
                description=f"{', '.join(DAYS)}; or as it is written, such as 2026-03-21, or"
                " 1405-01-01 of the Persian calendar.",
            ),
        ]
        | None
    ) = None
    zone: Annotated[
        str, Meta(max_length=60, pattern=r"^[ -~]*\Z", description="An IANA time zone.")
    ] = "UTC"
    queue_id: Id | None = None
    language: Annotated[Language, Meta(description="Yours if not given.")] | None = None
    theme: Annotated[Theme, Meta(description="Of the chart, if one is drawn.")] = "light"
    format: Format = "json"


class ForecastQuery(DayQuery, frozen=True, kw_only=True):
    """Of which channel, and by whose holidays."""

    channel: Annotated[str, Meta(max_length=40, pattern=r"^[a-z_]*\Z")] | None = None
    country: (
        Annotated[
            str,
            Meta(pattern=r"^[A-Z]{2}\Z", description="Whose public holidays count, such as IR."),
        ]
        | None
    ) = None


@operation(
    "GET",
    "/reports/sla_burn_down",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_sla_burn_down(call: Call, query: DayQuery) -> Analysis | Answer:
    """Report the promises that are due on a day (today) by hour: met, broken, still running.

    `inputs.at_risk` are due within 30 minutes. Administrators see all, supervisors the tickets of
    their teams, agents their own work.
    """
    now, language = await call.clock(), language_of(call, query.language)
    zone = zone_named(query.zone)
    question = sla_burn_down.Question(
        day=_day(query, now, zone, ahead=0), zone=zone, queue_id=query.queue_id
    )
    analysis = await sla_burn_down.sla_burn_down(
        call.conn,
        now,
        question,
        viewer_id=call.actor.user_id,
        language=language,
    )
    return await report_formats.shown(analysis, query.format, theme=query.theme, language=language)


@operation(
    "GET",
    "/reports/forecast",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_forecast(call: Call, query: ForecastQuery) -> Analysis | Answer:
    """Report what will be opened in each half hour of a day (tomorrow), and how sure that is.

    A row a half hour: the mean of the last four same weekdays, on holidays times their factor, its
    limits, and what came where it is past. Administrators see all, supervisors the tickets of their
    teams.
    """
    now, language = await call.clock(), language_of(call, query.language)
    zone = zone_named(query.zone)
    question = forecast.Question(
        day=_day(query, now, zone, ahead=1),
        zone=zone,
        queue_id=query.queue_id,
        channel=query.channel,
        country=query.country,
    )
    try:
        analysis = await forecast.forecast(
            call.conn,
            now,
            question,
            viewer_id=call.actor.user_id,
            language=language,
        )
    except UnknownCountry as error:
        raise BadInput("query.country", str(error)) from None
    return await report_formats.shown(analysis, query.format, theme=query.theme, language=language)


def _day(query: DayQuery, now: datetime, zone: ZoneInfo, *, ahead: int) -> date:
    """The day that is meant, by default so many after today."""
    today = now.astimezone(zone).date()
    day = today + timedelta(days=ahead) if query.day is None else day_named(query.day, today)
    if abs((day - today).days) > FURTHEST_DAYS:
        raise BadInput("query.day", f"The day is more than {FURTHEST_DAYS} days from today.")
    return day
