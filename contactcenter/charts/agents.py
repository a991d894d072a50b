"""Funnel and quadrant: agents with the limits of chance."""

from collections.abc import Iterable
from typing import Any, Final

from contactcenter.charts import parts
from contactcenter.charts.parts import HEIGHT, WIDTH, Look, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting.analyses import Analysis

_LIMITS: Final = ("lower_95", "upper_95", "lower_99_8", "upper_99_8")


def funnel(analysis: Analysis, look: Look) -> Spec:
    """Rates by how many tickets they rest on; who is beyond a limit has a shape and a name."""
    columns, rows = analysis.columns, sorted(analysis.rows, key=lambda row: row["n"])
    drawn = ("rate", "centre", *_LIMITS)
    scale = parts.scale_of(
        parts.unit_of(columns, "rate"),
        parts.label_of(columns, "rate"),
        [row[name] for row in rows for name in drawn],
        look,
    )
    told: list[dict[str, Any]] = [
        dict(row) | {f"{name}_shown": scale.shown(row[name]) for name in drawn} for row in rows
    ]
    colours = COLOURS[look.theme]
    x = {
        "field": "n",
        "type": "quantitative",
        "title": parts.label_of(columns, "n"),
        "scale": {"zero": False, "padding": 24},
    }
    lines = [
        _line(x, f"{name}_shown", scale, colours.ink, [2, 3] if "95" in name else [8, 4])
        for name in _LIMITS
    ]
    color, shape = _signals(told, look)
    y = parts.number("rate_shown", scale, scale={"zero": False})
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": color, "shape": shape, "tooltip": _tips(columns)},
    }
    names = {
        "transform": [{"filter": "datum.signal !== 'inside' || datum.is_own"}],
        "mark": {"type": "text", "dy": -11},
        "encoding": {"x": x, "y": y, "text": {"field": "agent"}},
    }
    centre = _line(x, "centre_shown", scale, colours.ink, [1, 0])
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": WIDTH, "height": HEIGHT, "layer": [*lines, centre, points, names]}


def _signals(told: list[dict[str, Any]], look: Look) -> tuple[dict[str, Any], dict[str, Any]]:
    """Colours and shapes of the signals there are, by their words, which every row is given."""
    colours = COLOURS[look.theme]
    said = {row["signal"]: look.whole(row["signal_words"]) for row in told}
    for row in told:
        row["signal_label"] = said[row["signal"]]
    words = {"field": "signal_label", "type": "nominal", "title": None}
    shades = {"95": colours.warning, "99.8": colours.alarm, "inside": colours.main}
    shapes = {"above": "triangle-up", "below": "triangle-down", "inside": "circle"}
    return (
        words | _range(said.values(), [shades[s.split("_")[-1]] for s in said]),
        words | _range(said.values(), [shapes[s.split("_")[0]] for s in said]),
    )


def _range(domain: Iterable[str], values: list[str]) -> dict[str, Any]:
    return {"scale": {"domain": list(domain), "range": values}}


def _line(x: Any, field: str, scale: parts.Scale, colour: str, dash: list[int]) -> Spec:
    y = parts.number(field, scale, scale={"zero": False})
    return {
        "mark": {"type": "line", "color": colour, "strokeDash": dash, "strokeWidth": 1},
        "encoding": {"x": x, "y": y},
    }


def quadrant(analysis: Analysis, look: Look) -> Spec:
    """Handle time to the right, solved share upwards; crosses are intervals, lines are all."""
    columns = analysis.columns
    told = [dict(row) for row in analysis.rows]
    channels: dict[str, dict[str, Any]] = {}
    for place, side in (("x", "handle_time"), ("y", "solved_share")):
        fields = [f"{side}{part}" for part in ("", "_low", "_high", "_all")]
        values = [row[name] for row in analysis.rows for name in fields]
        label = parts.label_of(columns, side)
        scale = parts.scale_of(parts.unit_of(columns, side), label, values, look)
        for row in told:
            row.update({f"{name}_shown": scale.shown(row[name]) for name in fields})
        for part in ("", "_low", "_high", "_all"):
            channels[place + part] = parts.number(
                f"{side}{part}_shown", scale, scale={"zero": False}
            )
    layers = [*_crosses(channels, look), *_points(channels, analysis, look)]
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _crosses(channels: dict[str, dict[str, Any]], look: Look) -> list[Spec]:
    """The intervals of each agent, and where all agents are together."""
    colours = COLOURS[look.theme]
    cross = {"type": "rule", "color": colours.main, "opacity": 0.6}
    middle = {"type": "rule", "color": colours.ink, "strokeDash": [6, 4]}
    aside = {"x": channels["x_low"], "x2": _end(channels["x_high"]), "y": channels["y"]}
    upright = {"x": channels["x"], "y": channels["y_low"], "y2": _end(channels["y_high"])}
    return [
        {"mark": middle, "encoding": {"x": {**channels["x_all"], "aggregate": "max"}}},
        {"mark": middle, "encoding": {"y": {**channels["y_all"], "aggregate": "max"}}},
        {"mark": cross, "encoding": aside},
        {"mark": cross, "encoding": upright},
    ]


def _points(channels: dict[str, dict[str, Any]], analysis: Analysis, look: Look) -> list[Spec]:
    """Each agent with his name; who has too few tickets is a cross."""
    told_by = {
        "field": "is_told",
        "type": "nominal",
        "title": parts.label_of(analysis.columns, "is_told"),
        "scale": {"domain": [True, False], "range": ["circle", "cross"]},
        "legend": None,
    }
    place = {"x": channels["x"], "y": channels["y"]}
    mark = {"type": "point", "filled": True, "size": 90, "color": COLOURS[look.theme].main}
    return [
        {"mark": mark, "encoding": {**place, "shape": told_by, "tooltip": _tips(analysis.columns)}},
        {
            "mark": {"type": "text", "align": "left", "dx": 7, "dy": -9},
            "encoding": {**place, "text": {"field": "agent"}},
        },
    ]


def _end(channel: dict[str, Any]) -> dict[str, Any]:
    return {"field": channel["field"]}


def _tips(columns: Any) -> list[dict[str, Any]]:
    names = ("agent", "n", "rate", "signal_words", "handle_time", "solved_share")
    return [{"field": c.name, "title": c.label} for c in columns if c.name in names]
