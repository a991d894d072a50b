"""Bands: who solves which kind of problem best and in least time, and whether it helps to ask."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from contactcenter import bands, periods
from contactcenter.api.inputs import Id
from contactcenter.api.operation import SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.periods import PeriodQuery
from contactcenter.bands import AgentBand, Place, Stratum
from contactcenter.periods import Period
from routing import arms
from routing.arms import Verdict

_BANDS: Final = Cursor("bands", tuple[int, str, str, int])


class BandQuery(PageQuery, frozen=True, kw_only=True):
    """Which bands to list."""

    queue_id: Id | None = None


class BandView(AgentBand, frozen=True, kw_only=True):
    """An agent's band; ``solved_per_hour`` is the product by which it goes, his own, undrawn."""

    solved_per_hour: float


class Statement(Struct, frozen=True, kw_only=True):
    """What may be said of it, in both languages."""

    en: str
    fa: str


class BandComparison(Struct, frozen=True, kw_only=True):
    """Tickets handed out while bands counted (``on``) beside those while they did not (``off``).

    ``difference`` is how much larger the solved share was with bands, within kinds of customers and
    weighed by their number; it likely lies between ``low`` and ``high``. All three are null where
    there are too few tickets.
    """

    period: Period
    strata: Sequence[Stratum]
    verdict: Verdict
    difference: float | None
    low: float | None
    high: float | None
    statement: Statement


@operation("GET", "/bands", tag="bands", roles=SUPERVISOR, via="read")
async def list_bands(call: Call, query: BandQuery) -> Page[BandView]:
    """List the bands of agents in the queues of one's teams, by queue, kind of customer and name.

    They are computed once a day while they are used, from the tickets of 90 days.
    """
    after = _BANDS.read(query.cursor)
    place = Place()
    if after is not None:
        queue_id, segment, agent_name, agent_id = after
        place = Place(queue_id=queue_id, segment=segment, agent_name=agent_name, agent_id=agent_id)
    found = await bands.page(
        call.conn,
        call.actor.user_id,
        queue_id=query.queue_id,
        after=place,
        limit=query.limit + 1,
    )
    page = _BANDS.page(
        found, query.limit, lambda b: (b.queue_id, b.segment, b.agent_name, b.agent_id)
    )
    return Page(items=[_view(band) for band in page.items], next=page.next)


@operation("GET", "/bands/comparison", tag="bands", roles=SUPERVISOR, via="read")
async def compare_bands(call: Call, query: PeriodQuery) -> BandComparison:
    """Compare both arms of the experiment: is more solved while bands count?

    Of the tickets of one's teams that agents let go of in the period, each in the arm in which it
    was handed out.
    """
    now = await call.clock()
    period = periods.period_of(now, query.from_at, query.to_at)
    strata, compared = await bands.strata(
        call.conn, call.actor.user_id, period.from_at, period.to_at
    )
    return BandComparison(
        period=period,
        strata=strata,
        verdict=compared.verdict,
        difference=compared.difference,
        low=compared.low,
        high=compared.high,
        statement=Statement(en=arms.statement(compared, "en"), fa=arms.statement(compared, "fa")),
    )


def _view(band: AgentBand) -> BandView:
    return BandView(
        queue_id=band.queue_id,
        queue_name=band.queue_name,
        segment=band.segment,
        agent_id=band.agent_id,
        agent_name=band.agent_name,
        band=band.band,
        handled=band.handled,
        solved_share=round(band.solved_share, 4),
        per_hour=round(band.per_hour, 4),
        computed_at=band.computed_at,
        solved_per_hour=round(band.solved_share * band.per_hour, 4),
    )
