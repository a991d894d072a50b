"""Corrections: which figures of closed days something late has changed."""

from typing import Annotated, Final

from msgspec import Meta, field

from contactcenter import periods
from contactcenter.api.inputs import MAX_ID, Instant
from contactcenter.api.operation import ADMIN, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.reporting import corrections
from contactcenter.reporting.corrections import Correction

_CURSOR: Final = Cursor("report_corrections", tuple[int])


class CorrectionQuery(PageQuery, frozen=True, kw_only=True):
    """Of which days."""

    from_at: (
        Annotated[
            Instant, Meta(description="Where the period begins; seven days before its end if not.")
        ]
        | None
    ) = field(default=None, name="from")
    to_at: (
        Annotated[
            Instant, Meta(description="Where the period ends, not included itself; now if not.")
        ]
        | None
    ) = field(default=None, name="to")


@operation("GET", "/reports/corrections", tag="reports", roles=ADMIN, via="read")
async def list_corrections(call: Call, query: CorrectionQuery) -> Page[Correction]:
    """List what was corrected of the days of a period, the last first.

    A day is closed an hour after its end. What changes of it later, by a message that came late or
    a ticket that was opened again, is told with the figure before and after.
    """
    period = periods.period_of(await call.clock(), query.from_at, query.to_at)
    last = _CURSOR.read(query.cursor)
    found = await corrections.listed(
        call.conn,
        period.from_at,
        period.to_at,
        before_id=last[0] if last else MAX_ID,
        limit=query.limit + 1,
    )
    return _CURSOR.page(found, query.limit, lambda correction: (correction.id,))
