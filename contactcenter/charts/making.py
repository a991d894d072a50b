"""Which chart a report has."""

from collections.abc import Callable, Mapping
from typing import Final

from contactcenter.charts import agents, days, flow, live, named, parts, planning
from contactcenter.charts.parts import Look, Spec
from contactcenter.errors import BadInput
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Made

#: By the name of the analysis.
CHARTS: Final[Mapping[str, Callable[[Analysis, Look], Spec]]] = {
    "control_chart": days.control_chart,
    "heat_map": days.heat_map,
    "created_solved": days.created_solved,
    "backlog_ageing": days.backlog_ageing,
    "tier_flow": flow.tier_flow,
    "funnel": agents.funnel,
    "quadrant": agents.quadrant,
    "sla_burn_down": planning.sla_burn_down,
    "forecast": planning.forecast,
    "staffing": planning.staffing,
    "live": live.waiting,
}
#: Columns without any value there is nothing to draw of; else it is enough that there are rows.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "control_chart": ("value",),
    "heat_map": ("value",),
    "forecast": ("expected", "actual"),
}
#: Of any chart but reports by name; what is more is slow to draw and impossible to read.
MOST_POINTS: Final = 2_000


def of_analysis(analysis: Analysis, look: Look) -> Spec:
    """Its chart; raises ``BadInput`` if it has none, or more rows than can be drawn."""
    chart = CHARTS.get(analysis.report)
    if chart is None:
        raise BadInput("query.format", f"There are charts of {', '.join(CHARTS)}; take csv.")
    if len(analysis.rows) > MOST_POINTS:
        raise BadInput("query.format", f"At most {MOST_POINTS} rows are drawn; take csv.")
    if _is_empty(analysis):
        frame = parts.frame(
            analysis.title, analysis.definition, analysis.rows, analysis.period, look
        )
        return parts.nothing(frame, look)
    return chart(analysis, look)


def _is_empty(analysis: Analysis) -> bool:
    needed = _NEEDED.get(analysis.report)
    if needed is None:
        return not analysis.rows
    return all(row[name] is None for row in analysis.rows for name in needed)


def of_report(made: Made, look: Look) -> Spec:
    """The chart of a report by name; raises ``BadInput`` for more groups than can be drawn."""
    if len(made.rows) > named.MOST_GROUPS:
        most = named.MOST_GROUPS
        raise BadInput("query.format", f"At most {most} groups are drawn; keep fewer, or take csv.")
    return named.report(made, look)
