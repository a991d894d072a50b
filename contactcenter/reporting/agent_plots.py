"""The fair view as plots: a funnel of one figure, and solving beside handle time.

Nothing is computed here: points and limits are those of ``fair_view``. Whose points they are is
whom the viewer may see; the rows keep the view's order and have no places.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from contactcenter.reporting.agent_plot_words import (
    FIGURES,
    FUNNEL,
    FUNNEL_NOTE,
    LABELS,
    POSITIONS,
    QUADRANT,
    QUADRANT_NOTE,
)
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.fair_view import FairFigure, FairRow, FairView
from contactcenter.reporting.fair_words import Measure
from contactcenter.reporting.tables import Heading, Unit
from contactcenter.statistics.casemix import FEWEST
from routing.wording import Language

#: In which unit a figure is.
UNITS: Final[Mapping[Measure, Unit]] = {
    "solved_share": "share",
    "handle_time": "seconds",
    "solved_per_hour": "number",
}
#: To the right, and upwards.
_SIDES: Final[tuple[Measure, ...]] = ("handle_time", "solved_share")
_WHO: Final[Mapping[str, Unit]] = {
    "agent_id": "count",
    "agent": "text",
    "is_own": "flag",
    "n": "count",
}


def funnel(view: FairView, language: Language) -> Analysis:
    """The rate of each agent by how many tickets it rests on, of the figure the view is by."""
    measure, unit = view.order, UNITS[view.order]
    whole = view.figures[measure]
    limits = ("rate", "centre", "lower_95", "upper_95", "lower_99_8", "upper_99_8")
    columns: dict[str, Unit] = {
        **_WHO,
        **dict.fromkeys(limits, unit),
        "signal": "text",
        "signal_words": "text",
    }
    return Analysis(
        report="funnel",
        title=FUNNEL["title"][language].format(figure=FIGURES[measure][language]),
        definition=f"{FUNNEL['definition'][language]} {whole.definition[language]}",
        period=view.period,
        inputs={
            "figure": measure,
            "n": view.n,
            "target": whole.target,
            "phi": whole.phi,
            "cap_s": view.cap_s,
        },
        generated_at=view.generated_at,
        as_of=view.as_of,
        columns=_headings(columns, language),
        rows=[
            _funnel_row(row, row.figures[measure], whole.target, language)
            for row in view.rows
            if measure in row.figures
        ],
        notes=[FUNNEL_NOTE[language]],
    )


def quadrant(view: FairView, language: Language) -> Analysis:
    """How much each agent solves beside how long he takes, each with its interval."""
    columns: dict[str, Unit] = dict(_WHO)
    for measure in _SIDES:
        columns |= {f"{measure}{part}": UNITS[measure] for part in ("", "_low", "_high", "_all")}
    columns["is_told"] = "flag"
    return Analysis(
        report="quadrant",
        title=QUADRANT["title"][language],
        definition=QUADRANT["definition"][language],
        period=view.period,
        inputs={
            "n": view.n,
            "fewest_tickets": FEWEST,
            "cap_s": view.cap_s,
            **{f"{measure}_all": view.figures[measure].target for measure in _SIDES},
        },
        generated_at=view.generated_at,
        as_of=view.as_of,
        columns=_headings(columns, language),
        rows=[_quadrant_row(view, row) for row in _with_figures(view.rows)],
        notes=[QUADRANT_NOTE[language]],
    )


def _headings(columns: Mapping[str, Unit], language: Language) -> list[Heading]:
    return [Heading(name=n, label=LABELS[n][language], unit=u) for n, u in columns.items()]


def _with_figures(rows: Iterable[FairRow]) -> list[FairRow]:
    return [row for row in rows if all(measure in row.figures for measure in _SIDES)]


def _who(row: FairRow) -> dict[str, Any]:
    return {"agent_id": row.agent_id, "agent": row.agent, "is_own": row.is_own, "n": row.n}


def _funnel_row(
    row: FairRow, figure: FairFigure, target: float, language: Language
) -> dict[str, Any]:
    point = figure.funnel
    return _who(row) | {
        "rate": point.rate,
        "centre": target,
        "lower_95": point.reading.low,
        "upper_95": point.reading.high,
        "lower_99_8": point.alarm.low,
        "upper_99_8": point.alarm.high,
        "signal": point.position.value,
        "signal_words": POSITIONS[point.position][language],
    }


def _quadrant_row(view: FairView, row: FairRow) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for measure in _SIDES:
        figure, target = row.figures[measure], view.figures[measure].target
        highest = 1.0 if UNITS[measure] == "share" else float("inf")
        middle = target + figure.estimate
        for part, value in (
            ("", middle),
            ("_low", middle - figure.half),
            ("_high", middle + figure.half),
            ("_all", target),
        ):
            told[f"{measure}{part}"] = min(max(value, 0.0), highest)
    return _who(row) | told | {"is_told": row.n >= FEWEST}
