"""What is promised to customers: the ledger of a ticket, and what is at risk."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta

from contactcenter import ticket_views
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.sla import sla_views
from contactcenter.sla.sla_views import AtRisk, ClockView

_AT_RISK: Final = Cursor("sla-at-risk", tuple[datetime, int])
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AtRiskQuery(PageQuery, frozen=True, kw_only=True):
    """How far to look ahead; with ``overdue`` also what should have been kept already."""

    within_minutes: Annotated[int, Meta(ge=0, le=100_000)] = 30
    overdue: bool = False
    queue_id: Id | None = None


@operation("GET", "/tickets/{ticket_id}/sla", tag="sla", roles=AGENT, via="read")
async def read_ledger(call: Call, ticket_id: int) -> list[ClockView]:
    """Read every promise there ever was on a ticket, the oldest first.

    What was promised, by which policy and version, when it was due, when the clock stood still, and
    whether the promise was kept.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await sla_views.ledger(call.conn, await call.clock(), ticket_id)


@operation("GET", "/sla/at-risk", tag="sla", roles=SUPERVISOR, via="read")
async def list_at_risk(call: Call, query: AtRiskQuery) -> Page[AtRisk]:
    """List the promises that are due soon, the first to be due first.

    What stands still is not among them. Promises that are broken are listed with ``overdue``, until
    they are kept after all.
    """
    now = await call.clock()
    window = sla_views.Window(
        from_at=_EVER if query.overdue else now,
        to_at=now + timedelta(minutes=query.within_minutes),
        after=_AT_RISK.read(query.cursor) or (_EVER, 0),
        queue_id=query.queue_id,
    )
    found = await sla_views.at_risk(call.conn, call.actor.user_id, window, limit=query.limit + 1)
    return _AT_RISK.page(found, query.limit, lambda one: (one.due_at, one.clock_id))
