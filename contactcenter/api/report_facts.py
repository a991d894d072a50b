"""The rows behind a number of a report by name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, structs

from contactcenter.api import periods, report_formats
from contactcenter.api.named_reports import NamedReportQuery
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.api.paging import Cursor, CursorText
from contactcenter.api.report_formats import TableFormat
from contactcenter.api.report_questions import (
    among,
    dimensions,
    group_of,
    kept,
    language_of,
    report_named,
)
from contactcenter.measuring import METRICS, Ask, Clock, Dimension
from contactcenter.measuring.asks import DIMENSIONS
from contactcenter.measuring.rows import nothing
from contactcenter.reporting import drill_down, making, sources, tables
from contactcenter.reporting.catalogue import Report
from contactcenter.reporting.drill_down import FIRST, Behind
from contactcenter.reporting.making import Figure, Span
from contactcenter.reporting.sources import OF_MOMENTS
from contactcenter.reporting.tables import Heading, Table, Unit

#: Where a list that is a file goes on; JSON has it as ``next``.
NEXT: Final = "Next-Cursor"
#: As short as ``Only``, and for the same reason.
Group = Annotated[
    tuple[
        Annotated[
            str,
            Meta(
                max_length=40,
                pattern=r"^[ -~]*\Z",
                description="The group of the row, such as `agent:7`, repeated for each of its"
                " dimensions; `agent:` is nobody. Without it the number is of the totals.",
            ),
        ],
        ...,
    ],
    Meta(max_length=len(DIMENSIONS)),
]
_CURSOR: Final = Cursor("report_facts", tuple[datetime | None, int])
_UNITS: Final[Mapping[str, Unit]] = {
    "from": "instant",
    "at": "instant",
    "is_of": "flag",
    "is_hit": "flag",
    "is_miss": "flag",
}


class FactQuery(NamedReportQuery, frozen=True, kw_only=True):
    """Which number: the question of the report, a metric of it, and the group of a row."""

    format: TableFormat = "json"
    metric: (
        Annotated[
            str,
            Meta(
                max_length=60,
                pattern=r"^[ -~]*\Z",
                description="One of the report's; its first if not.",
            ),
        ]
        | None
    ) = None
    group: Group = ()
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many rows at most.")] = 50
    cursor: CursorText | None = None


class FactPage(Struct, frozen=True, kw_only=True):
    """The number, and a piece of what it is made of; ``next`` is the cursor of the next piece."""

    report: str
    metric: str
    period: Span
    clock: Clock
    group: Mapping[Dimension, Any]
    figure: Figure
    items: Sequence[Behind]
    next: str | None


@operation(
    "GET",
    "/reports/{report}/facts",
    tag="reports",
    roles=AGENT,
    via="read",
    produces=report_formats.PRODUCES,
)
async def report_facts(call: Call, report: str, query: FactQuery) -> FactPage | Answer:
    """List the rows behind a number of a report.

    The question is that of the report. The rows amount to the number: those with `is_of` are what
    it counts, or averages the `amount` of; of a share they are the denominator, and those with
    `is_hit` (less those with `is_miss`) the numerator; of a share of time the sums of their
    `amount`. Who sees which is as in the report. With a file the cursor of the next rows is in the
    header `Next-Cursor`.
    """
    known = report_named(report)
    now, language = await call.clock(), language_of(call, query.language)
    span = periods.asked(now, query, language).span
    ask, group = _asked(known, query, span)
    if METRICS[ask.metric].measure not in OF_MOMENTS:
        await sources.check_size(call.conn, ask)
    answered = await sources.answer(call.conn, ask, viewer_id=call.actor.user_id)
    row = next((one for one in answered.rows if one.group == group), nothing(ask))
    found = await drill_down.behind(
        call.conn,
        ask,
        group,
        viewer_id=call.actor.user_id,
        after=_CURSOR.read(query.cursor) or FIRST,
        limit=query.limit + 1,
    )
    page = _CURSOR.page(found, query.limit, lambda fact: (fact.at, fact.id))
    if query.format == "json":
        return FactPage(
            report=known.name,
            metric=ask.metric,
            period=span,
            clock=ask.clock,
            group=group,
            figure=making.figure(row),
            items=page.items,
            next=page.next,
        )
    if page.next is not None:
        call.headers[NEXT] = page.next
    return report_formats.file(_table(known, ask, span, page.items), query.format)


def _asked(report: Report, query: FactQuery, span: Span) -> tuple[Ask, Mapping[Dimension, Any]]:
    group = group_of(query.group, None if query.by is None else dimensions(query.by))
    metric: str = among(query.metric or report.metrics[0], report.metrics, "query.metric")
    ask = Ask(
        metric=metric,
        from_at=span.from_at,
        to_at=span.to_at,
        by=tuple(group),
        clock=query.clock,
        only=kept(query.only),
    )
    return ask, group


def _table(report: Report, ask: Ask, span: Span, facts: Sequence[Behind]) -> Table:
    """As the rows of JSON; ``amount`` is time but for scores and transfers."""
    plain = METRICS[ask.metric].measure in ("score", "transfers")
    names = Behind.__struct_encode_fields__
    units: Mapping[str, Unit] = {**_UNITS, "amount": "number" if plain else "seconds"}
    return tables.of_records(
        f"{report.name}-{ask.metric}-{span.from_at.date()}-{span.to_at.date()}",
        [Heading(name=name, label=name, unit=units.get(name, "text")) for name in names],
        (dict(zip(names, structs.astuple(fact), strict=True)) for fact in facts),
        time_zone=span.time_zone,
    )
