"""Reports: what was done in a period, by whom and in what time, with what each figure means."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from contactcenter import fairness, periods, report_tables, reports
from contactcenter.api.operation import AGENT, SUPERVISOR, Answer, Call, operation
from contactcenter.api.periods import PeriodQuery
from contactcenter.fairness import Fairness
from contactcenter.reports import Performance

CSV: Final = "text/csv"


class ReportQuery(PeriodQuery, frozen=True, kw_only=True):
    """What to report on, and in which form."""

    by: (
        Annotated[
            str,
            Meta(
                max_length=100,
                description="What to tell apart: any of `agent`, `tier`, `channel` and "
                "`temperament`, separated by commas; rows are sorted in this order. All four if "
                "not given.",
                examples=["agent,tier"],
            ),
        ]
        | None
    ) = None
    format: Annotated[Literal["json", "csv"], Meta(description="csv: only the rows.")] = "json"


@operation("GET", "/reports/performance", tag="reports", roles=AGENT, via="read", produces=(CSV,))
async def report_performance(call: Call, query: ReportQuery) -> Performance | Answer:
    """Report who solved what, and in what time.

    Per agent, tier, channel and temperament: opened, solved, escalated and reopened; time to the
    first reply and time to solve with mean, median and p90. The period is half-open and at most 366
    days long. Administrators see all, supervisors the tickets of their teams, agents their own.

    As CSV the rows are UTF-8 with a byte order mark, for spreadsheets.
    """
    now = await call.clock()
    period = periods.period_of(now, query.from_at, query.to_at)
    by = reports.dimensions_of(query.by)
    report = await reports.performance(call.conn, now, period, by, viewer_id=call.actor.user_id)
    if query.format == "json":
        return report
    return Answer(
        body=report_tables.as_csv(report),
        content_type=f"{CSV}; charset=utf-8; header=present",
        file_name=report_tables.file_name(report),
    )


@operation("GET", "/reports/fairness", tag="reports", roles=SUPERVISOR, via="read")
async def report_fairness(call: Call, query: PeriodQuery) -> Fairness:
    """Report how people of each temperament were served beside all others, and the gaps.

    Waiting time, time to solve, escalation and satisfaction, this also by whether the replies kept
    to the guidance. Nobody is named, and figures of fewer than ten are left out. Administrators see
    all, supervisors the tickets of their teams.
    """
    now = await call.clock()
    period = periods.period_of(now, query.from_at, query.to_at)
    return await fairness.report(call.conn, now, period, viewer_id=call.actor.user_id)
