"""How people of each temperament were served, over HTTP."""

from contactcenter import fairness, periods
from contactcenter.api.operation import SUPERVISOR, Call, operation
from contactcenter.api.periods import PeriodQuery
from contactcenter.fairness import Fairness


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
