"""Control charts over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

from contactcenter.api import periods, report_formats
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import Only, among, kept, language_of
from contactcenter.measuring import Clock
from contactcenter.named_periods import midnight
from contactcenter.periods import zone_named
from contactcenter.reporting import control_chart
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.control_chart import OF_DAYS, SHARES, Question, usual_form
from contactcenter.reporting.making import Span
from contactcenter.reporting.spans import in_its_zone
from routing.wording import Language

USUAL: Final = timedelta(days=28)


class ControlChartQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """Which metric, over which days; the last 28 whole days if no period is given."""

    metric: Annotated[
        str, Meta(max_length=60, description="By its name, such as `sla_attainment`.")
    ] = "first_reply"
    chart: (
        Annotated[
            Literal["p", "xmr"],
            Meta(
                description="p: shares, by how many there were a day; xmr: one value a day, such as"
                " a mean. By the metric if not given."
            ),
        ]
        | None
    ) = None
    clock: Annotated[
        str, Meta(description="calendar, or business: only while the queue was open.")
    ] = "calendar"
    only: Only = ()
    format: Format = "json"


@operation(
    "GET",
    "/reports/control_chart",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_control_chart(call: Call, query: ControlChartQuery) -> Analysis | Answer:
    """Report a metric day by day, and which days differ from the others by more than chance.

    A row a day: the value, of how many, the mean of all days, the limits and a `signal`: `outside`
    them, or in a `run` of eight or more on one side of the mean. Shares are drawn as a p-chart,
    above 2,000 a day as Laney's p'; all else as an XmR chart. Administrators see all, supervisors
    the tickets of their teams, agents their own work. Refuses an unknown metric, chart, dimension
    or zone with those there are.
    """
    now, language = await call.clock(), language_of(call, query.language)
    form = query.chart or usual_form(query.metric)
    question = Question(
        metric=among(query.metric, SHARES if form == "p" else OF_DAYS, "query.metric"),
        form=form,
        span=_span(now, query, language),
        clock=among(query.clock, get_args(Clock), "query.clock"),
        only=kept(query.only),
    )
    analysis = await control_chart.chart(
        call.conn,
        now,
        question,
        viewer_id=call.actor.user_id,
        language=language,
    )
    return await report_formats.shown(analysis, query.format, theme=query.theme, language=language)


def _span(now: datetime, query: ControlChartQuery, language: Language) -> Span:
    """What was asked, by default whole days: those before today."""
    zone = zone_named(query.zone)
    if query.from_at is None and query.to_at is None and query.period is None:
        today = now.astimezone(zone).date()
        from_at, to_at = (midnight(day, zone) for day in (today - USUAL, today))
        return Span(
            from_at=from_at.astimezone(UTC), to_at=to_at.astimezone(UTC), time_zone=zone.key
        )
    return in_its_zone(periods.asked(now, query, language, usual=USUAL).span)
