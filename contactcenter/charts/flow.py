"""Flow between tiers: each move a line from the tier it left to the one it came to."""

from collections.abc import Mapping
from typing import Any, Final

from contactcenter.charts import parts
from contactcenter.charts.parts import Look, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting.analyses import Analysis
from routing.wording import digits, span

#: Where along its line a move says how many: apart from those that cross it.
_TOLD_AT: Final = 0.22


def tier_flow(analysis: Analysis, look: Look) -> Spec:
    """The wider a line the more tickets; how many, and how long they had been in the first."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    told = [_told(row, look) for row in analysis.rows]
    tiers = {row[name] for row in told for name in ("from_tier", "to_tier")} - {None}
    ends = (parts.label_of(columns, name) for name in ("from_tier", "to_tier"))
    axis = {"values": sorted(tiers), "format": "d", "title": " – ".join(ends)}
    height: Spec = {
        "type": "quantitative",
        "scale": {"reverse": True, "zero": False, "padding": 24},
    }
    x: Spec = {"field": "start", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    directions: Spec = {"field": "direction_label", "type": "nominal", "title": None}
    lines = {
        "mark": {"type": "rule", "opacity": 0.75},
        "encoding": {
            "x": x,
            "x2": {"field": "end"},
            "y": {"field": "from_tier", "axis": axis, **height},
            "y2": {"field": "to_tier"},
            "strokeWidth": {
                "field": "n",
                "type": "quantitative",
                "scale": {"range": [1, 16], "domainMin": 0},
                "legend": None,
            },
            "color": directions,
            "strokeDash": directions | {"scale": {"range": [[1, 0], [18, 4], [4, 4]]}},
        },
    }
    words: Spec = {
        "mark": {"type": "text", "dy": -12, "stroke": colours.paper, "strokeWidth": 3},
        "encoding": {
            "x": x | {"field": "told_at"},
            "y": {"field": "level", "axis": axis, **height},
            "text": {"field": "words"},
        },
    }
    plain = words | {"mark": {"type": "text", "dy": -12, "color": colours.ink}}
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": parts.WIDTH, "height": parts.HEIGHT, "layer": [lines, words, plain]}


def _told(row: Mapping[str, Any], look: Look) -> dict[str, Any]:
    """A move with what is written along its line, and where."""
    first, second = row["from_tier"], row["to_tier"]
    words = digits(str(row["n"]), look.language)
    if row["median_s"] is not None:
        words += look.said(", ", "، ") + span(row["median_s"], look.language)
    place: dict[str, Any] = {
        "start": 0,
        "end": 1,
        "told_at": _TOLD_AT,
        "words": look.whole(words),
        "direction_label": _direction(row["direction"], look),
    }
    if first is not None and second is not None:
        place["level"] = first + (second - first) * _TOLD_AT
    return {**row, **place}


def _direction(direction: str | None, look: Look) -> str | None:
    if direction == "up":
        return look.said("up", "به بالا")
    return look.said("down", "به پایین") if direction == "down" else direction
