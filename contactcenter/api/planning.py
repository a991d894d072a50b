"""What-if over HTTP: what callers would meet with more or fewer agents."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final

from msgspec import Meta

from contactcenter.api import periods, report_formats
from contactcenter.api.operation import SUPERVISOR, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import Only, kept, language_of
from contactcenter.errors import BadInput
from contactcenter.reporting import staffing
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.staffing import Question
from contactcenter.statistics.queueing import LONGEST_PATIENCE_S, MOST_AGENTS
from contactcenter.statistics.staffing import Promise

#: What a question has by the same names.
_GIVEN: Final = ("volume", "aht_s", "patience_s", "interval_s", "shrinkage", "agents")
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
    produces=report_formats.PRODUCES,
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
    return await asyncio.to_thread(report_formats.analysed, analysis, query.format)
