"""The fair view over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Final, get_args

from msgspec import Meta, Struct, field

from contactcenter import periods
from contactcenter.api.inputs import Instant
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.errors import BadInput
from contactcenter.reporting import fair_view
from contactcenter.reporting.fair_view import USUAL_PERIOD, FairView
from contactcenter.reporting.fair_words import Measure
from contactcenter.reporting.making import Span
from contactcenter.time_zones import UnknownTimeZone, zone_of

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class FairQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which time to look at, and by which figure to put agents in order."""

    from_at: (
        Annotated[Instant, Meta(description="Where the period begins; 28 days before its end.")]
        | None
    ) = field(default=None, name="from")
    to_at: (
        Annotated[Instant, Meta(description="Where it ends, not included itself; now if not.")]
        | None
    ) = field(default=None, name="to")
    zone: Annotated[str, Meta(max_length=60, description="An IANA time zone.")] = "UTC"
    order: Annotated[
        str,
        Meta(description="solved_share, handle_time or solved_per_hour: who could use support."),
    ] = "solved_per_hour"


@operation("GET", "/reports/fair", tag="reports", roles=AGENT, via="read")
async def report_fair(call: Call, query: FairQuery) -> FairView:
    """Report how each agent does with the customers he has, beside what colleagues do with such.

    Solved share, handle time and tickets solved an hour: observed, expected of temperament, channel
    and category, the difference without chance, its interval, a verdict after two periods of 30
    tickets or more, limits of a funnel plot, and the strata behind it. No ranks: who could use
    support comes first. Administrators see all agents, supervisors those of their teams, everybody
    himself first.
    """
    if query.order not in get_args(Measure):
        known = ", ".join(get_args(Measure))
        raise BadInput("query.order", f"Choose among {known}, not {query.order[:50]!r}.")
    order: Measure = query.order  # type: ignore[assignment]
    try:
        zone = zone_of(query.zone)
    except UnknownTimeZone as error:
        raise BadInput("query.zone", str(error)) from None
    now = await call.clock()
    period = periods.period_of(now, query.from_at, query.to_at, usual=USUAL_PERIOD)
    if period.from_at - _FIRST < period.to_at - period.from_at:
        raise BadInput("query.from", "There is no period of this length before it.")
    span = Span(from_at=period.from_at, to_at=period.to_at, time_zone=zone.key)
    return await fair_view.view(call.conn, now, span, order=order, viewer_id=call.actor.user_id)
