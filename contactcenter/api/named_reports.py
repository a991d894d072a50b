"""Reports by name: a few metrics side by side, told apart by what was asked."""

import asyncio
from typing import Annotated, get_args

from msgspec import Meta, Struct

from contactcenter.api import periods, report_formats
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.api.periods import ReportPeriodQuery
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import (
    Only,
    dimensions,
    kept,
    language_of,
    report_named,
)
from contactcenter.charts import rendering
from contactcenter.charts.parts import Look
from contactcenter.measuring import Clock, Dimension
from contactcenter.reporting import making
from contactcenter.reporting.catalogue import REPORTS, Report
from contactcenter.reporting.making import Column, Made, Question
from contactcenter.reporting.spans import Spans
from routing.wording import Language


class NamedReportQuery(ReportPeriodQuery, frozen=True, kw_only=True):
    """What to report on, and what to tell apart."""

    by: (
        Annotated[
            str,
            Meta(
                max_length=200,
                pattern=r"^[ -~]*\Z",
                description="Dimensions, separated by commas; the report's own if not.",
            ),
        ]
        | None
    ) = None
    clock: Annotated[Clock, Meta(description="business: only while the queue was open.")] = (
        "calendar"
    )
    compare: Annotated[
        bool,
        Meta(
            description="Tell of the period before it, too: a month with the month before, and what"
            " goes on with as much of the one before; else as long a time."
        ),
    ] = False
    only: Only = ()
    format: Format = "json"


class Listed(Struct, frozen=True, kw_only=True):
    """A report there is: its metrics with what they mean, and what tells them apart at first."""

    name: str
    metrics: list[Column]
    by: tuple[Dimension, ...]


class ReportList(Struct, frozen=True, kw_only=True):
    """All reports, and by what they can be told apart."""

    reports: list[Listed]
    dimensions: tuple[Dimension, ...]
    draws_pictures: Annotated[
        bool, Meta(description="Whether charts are also given as `svg` and `png` here.")
    ]


class ListQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which language the definitions are."""

    language: Annotated[Language, Meta(description="Yours if not given.")] | None = None


@operation("GET", "/reports", tag="reports", roles=AGENT, via="none")
async def list_reports(call: Call, query: ListQuery) -> ReportList:
    """List the reports there are, with what each figure means."""
    language = language_of(call, query.language)
    return ReportList(
        reports=[
            Listed(name=one.name, metrics=making.columns(one, language), by=one.by)
            for one in REPORTS.values()
        ],
        dimensions=get_args(Dimension),
        draws_pictures=rendering.is_installed(),
    )


@operation(
    "GET",
    "/reports/{report}",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.DRAWN,
)
async def named_report(call: Call, report: str, query: NamedReportQuery) -> Made | Answer:
    """Report by name.

    Each figure is computed from all values of its group, exactly. Administrators see all,
    supervisors the tickets of their teams, agents their own work. Refuses an unknown report,
    dimension or zone with the names there are. As CSV the rows are UTF-8 with a byte order mark; as
    XLSX durations are times, shares percentages, and a second sheet says what each figure means.
    """
    known = report_named(report)
    now = await call.clock()
    language = language_of(call, query.language)
    question = _question(known, query, periods.asked(now, query, language))
    made = await making.make(
        call.conn,
        now,
        known,
        question,
        viewer_id=call.actor.user_id,
        language=language,
    )
    look = Look(theme=query.theme, language=language)
    return await asyncio.to_thread(report_formats.made, made, query.format, look)


def _question(report: Report, query: NamedReportQuery, spans: Spans) -> Question:
    return Question(
        span=spans.span,
        before=spans.before,
        by=report.by if query.by is None else dimensions(query.by),
        clock=query.clock,
        only=kept(query.only),
        compare=query.compare,
    )
