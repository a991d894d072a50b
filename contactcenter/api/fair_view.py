"""The fair view over HTTP, and its plots."""

from datetime import UTC, datetime
from typing import Annotated, Final, get_args

from msgspec import Meta

from contactcenter import events
from contactcenter.api import periods, report_formats
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format, TableFormat
from contactcenter.api.report_questions import among, language_of
from contactcenter.errors import BadInput
from contactcenter.reporting import agent_plots, fair_table, fair_view
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.fair_view import USUAL_PERIOD, FairView
from contactcenter.reporting.fair_words import Measure

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class FairQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """Which time to look at, and by which figure to put agents in order."""

    order: Annotated[
        str,
        Meta(description="solved_share, handle_time or solved_per_hour: who could use support."),
    ] = "solved_per_hour"
    format: TableFormat = "json"


class QuadrantQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """Which time to look at, and in which form."""

    format: Format = "json"


class FunnelQuery(QuadrantQuery, frozen=True, kw_only=True):
    """Of which figure, too."""

    figure: Annotated[str, Meta(description="solved_share, handle_time or solved_per_hour.")] = (
        "solved_share"
    )


@operation(
    "GET",
    "/reports/fair",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.PRODUCES,
)
async def report_fair(call: Call, query: FairQuery) -> FairView | Answer:
    """Report how each agent does with the customers he has, beside what colleagues do with such.

    Solved share, handle time and tickets solved an hour: observed, expected of temperament, channel
    and category, the difference without chance, its interval, a verdict after two periods of 30
    tickets or more, limits of a funnel plot, and the strata behind it. No ranks: who could use
    support comes first. Administrators see all agents, supervisors those of their teams, everybody
    himself first. That it was taken away as a file is kept as the event `report_exported`.
    """
    view = await _view(call, query, among(query.order, get_args(Measure), "query.order"))
    if query.format == "json":
        return view
    file = await _told(
        call,
        query,
        view,
        fair_table.analysis(view, language_of(call, query.language)),
        query.format,
    )
    assert isinstance(file, Answer)
    return file


@operation(
    "GET",
    "/reports/funnel",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_funnel(call: Call, query: FunnelQuery) -> Analysis | Answer:
    """Report each agent's rate by how many tickets it rests on, with the limits of chance.

    The rate is as if all had had the same customers; limits are of 95 % for reading and of 99.8 %
    for alarms. Points are those of the agents of whom the fair view tells you. Files are kept as
    `report_exported`, too.
    """
    view = await _view(call, query, among(query.figure, get_args(Measure), "query.figure"))
    analysis = agent_plots.funnel(view, language_of(call, query.language))
    return await _told(call, query, view, analysis, query.format)


@operation(
    "GET",
    "/reports/quadrant",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_quadrant(call: Call, query: QuadrantQuery) -> Analysis | Answer:
    """Report how much each agent solves beside how long he takes, both with their intervals.

    As if all had had the same customers, and without chance. Points are those of the agents of whom
    the fair view tells you. Files are kept as `report_exported`, too.
    """
    view = await _view(call, query, "solved_per_hour")
    analysis = agent_plots.quadrant(view, language_of(call, query.language))
    return await _told(call, query, view, analysis, query.format)


async def _view(call: Call, query: ReportPeriodQuery, order: Measure) -> FairView:
    now = await call.clock()
    spans = periods.asked(now, query, language_of(call, query.language), usual=USUAL_PERIOD)
    span = spans.span
    if spans.before is None and span.from_at - _FIRST < span.to_at - span.from_at:
        raise BadInput("query.from", "There is no period of this length before it.")
    return await fair_view.view(
        call.conn, now, span, before=spans.before, order=order, viewer_id=call.actor.user_id
    )


async def _told(
    call: Call, query: ReportPeriodQuery, view: FairView, analysis: Analysis, wanted: Format
) -> Analysis | Answer:
    """The analysis in the form that was asked for; of a file is kept who took whose figures.

    What a page draws (`vega`) was only looked at, as JSON is.
    """
    if wanted not in ("json", "vega"):
        taken = events.Event(
            kind="report_exported",
            at=view.generated_at,
            actor=call.actor.reference,
            data={
                "report": analysis.report,
                "format": wanted,
                "from": view.period.from_at,
                "to": view.period.to_at,
                "agents": [row.agent_id for row in view.rows],
            },
        )
        async with call.conn.transaction():
            await events.record(call.conn, taken)
    language = language_of(call, query.language)
    return await report_formats.shown(analysis, wanted, theme=query.theme, language=language)
