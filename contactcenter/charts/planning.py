"""Charts of days to plan: what-if of agents, the forecast of a day, the promises due on one."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from contactcenter.charts import parts
from contactcenter.charts.parts import HEIGHT, WIDTH, Look, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting.analyses import Analysis
from contactcenter.time_zones import zone_of
from routing.wording import digits, span

_DAY_H: Final = 24
#: Waits beyond so many times the one that is aimed at are cut off: they would make all others flat.
_WORTH_SHOWING: Final = 6
#: Lines of one chart are told apart by a name that each layer gives its rows.
_SERIES: Final[Spec] = {"field": "series", "type": "nominal", "title": None}


def sla_burn_down(analysis: Analysis, look: Look) -> Spec:
    """Promises by the hour in which they are due; below, those that run burn down; and now."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    labels = {name: parts.label_of(columns, name) for name in ("met", "broken", "running")}
    told = [
        dict(row) | {"ends": row["hour"] + 1} | {labels[name]: row[name] for name in labels}
        for row in analysis.rows
    ]
    left = [{"at": 0, "left": analysis.inputs["running"]}]
    left += [{"at": row["ends"], "left": row["left"]} for row in told]
    shades = [colours.main, colours.alarm, colours.warning]
    kinds = {"domain": list(labels.values()), "range": shades}
    names = msgspec.json.encode(list(labels.values())).decode()
    bars = {
        "transform": [
            {"fold": list(labels.values()), "as": ["outcome", "amount"]},
            {"calculate": f"indexof({names}, datum.outcome)", "as": "place"},
        ],
        "mark": {"type": "bar", "stroke": colours.paper},
        "encoding": {
            "x": _hours("hour", analysis) | {"bin": "binned"},
            "x2": {"field": "ends"},
            "y": parts.counts("amount", parts.label_of(columns, "due")),
            "color": {"field": "outcome", "type": "nominal", "title": None, "scale": kinds},
            "order": {"field": "place"},
        },
    }
    burning = {
        "data": {"values": left},
        "mark": {"type": "area", "color": colours.warning, "line": {"color": colours.ink}},
        "encoding": {
            "x": _hours("at", analysis),
            "y": parts.counts("left", parts.label_of(columns, "left")),
        },
    }
    now = _now(analysis, look)
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    panels = [
        {"width": WIDTH, "height": 220, "layer": [bars, *now]},
        {"width": WIDTH, "height": 110, "layer": [burning, *now[:1]]},
    ]
    return frame | {"vconcat": panels}


def _hours(field: str, analysis: Analysis) -> dict[str, Any]:
    """The hours of the day by its clock, from left to right."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, _DAY_H], "nice": False},
        "axis": {
            "title": parts.label_of(analysis.columns, "hour"),
            "format": "d",
            "values": list(range(0, _DAY_H + 1, 2)),
            "grid": False,
        },
    }


def _now(analysis: Analysis, look: Look) -> list[Spec]:
    """A line where it is now, and its words; nothing where that is another day."""
    now, period = analysis.generated_at, analysis.period
    if not period.from_at <= now < period.to_at:
        return []
    zone, colours = zone_of(period.time_zone), COLOURS[look.theme]
    clock = now.astimezone(zone)
    words = f"{look.said('now', 'اکنون')} {digits(f'{clock:%H:%M}', look.language)}"
    at: Spec = {"values": [{"now": clock.hour + clock.minute / 60, "words": look.whole(words)}]}
    x = _hours("now", analysis)
    aside = "right" if clock.hour > _DAY_H // 2 else "left"
    text = {"type": "text", "align": aside, "y": -8}
    return [
        {"data": at, "mark": _rule(colours.ink), "encoding": {"x": x}},
        {"data": at, "mark": text, "encoding": {"x": x, "text": {"field": "words"}}},
    ]


def _rule(colour: str) -> dict[str, Any]:
    return {"type": "rule", "color": colour, "strokeDash": [6, 4]}


def forecast(analysis: Analysis, look: Look) -> Spec:
    """What is expected by the half hour, a line in the band of its limits; points are what came."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    zone = zone_of(analysis.period.time_zone)
    clocks = _clocks([row["starts_at"] for row in analysis.rows], zone, look)
    told = [dict(row) | {"label": label} for row, label in zip(analysis.rows, clocks, strict=True)]
    band = look.said("95 of 100", look.whole("۹۵ از ۱۰۰"))
    expected, actual = (parts.label_of(columns, name) for name in ("expected", "actual"))
    shades = {expected: colours.main, band: colours.series[2], actual: colours.alarm}
    x = parts.ordered("label", clocks)
    scale = parts.scale_of("number", expected, [row["expected"] for row in told], look)

    def layer(mark: dict[str, Any], field: str, name: str, **more: Any) -> Spec:
        legend = {"domain": list(shades), "range": list(shades.values())}
        color = _SERIES | {"scale": legend, "legend": {"symbolOpacity": 1}}
        y = parts.number(field, scale) | {"scale": {"domainMin": 0}}
        encoding = {"x": x, "y": y, "color": color, **more}
        return {"transform": _named(name), "mark": mark, "encoding": encoding}

    points = {"type": "point", "shape": "diamond", "filled": True, "size": 60, "opacity": 1}
    layers = [
        layer({"type": "area", "opacity": 0.3}, "lower", band, y2={"field": "upper"}),
        layer({"type": "line"}, "expected", expected),
        layer(points, "actual", actual),
    ]
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _named(series: str) -> list[Spec]:
    return [{"calculate": msgspec.json.encode(series).decode(), "as": "series"}]


def _clocks(instants: list[datetime], zone: ZoneInfo, look: Look) -> list[str]:
    """Each by the clock; one that comes twice, where clocks are put back, with its offset."""
    told: list[str] = []
    for at in instants:
        there = at.astimezone(zone)
        label = digits(f"{there:%H:%M}", look.language)
        told.append(digits(f"{there:%H:%M %z}", look.language) if label in told else label)
    return told


def staffing(analysis: Analysis, look: Look) -> Spec:
    """Service level and wait by the number of agents, by both formulas; who keeps the target."""
    columns, inputs = analysis.columns, analysis.inputs
    waits = [row[name] for row in analysis.rows for name in ("answer_s", "answer_s_erlang_c")]
    most_s = _most_s(analysis)
    scale = parts.scale_of(
        "seconds",
        parts.label_of(columns, "answer_s"),
        [min(wait, most_s) for wait in waits if wait is not None],
        look,
    )
    told = [
        dict(row) | {f"{n}_shown": scale.shown(row[n]) for n in ("answer_s", "answer_s_erlang_c")}
        for row in analysis.rows
    ]
    share = parts.scale_of("share", parts.label_of(columns, "service_level"), [1.0], look)
    upright = parts.number("service_level", share) | {"scale": {"domain": [0, 1]}}
    wait = parts.number("answer_s_shown", scale)
    wait["scale"] = {"domain": [0, scale.shown(most_s)], "nice": True}
    target = {
        "mark": _rule(COLOURS[look.theme].alarm),
        "encoding": {"y": {"datum": inputs["service_level"]}},
    }
    levels = [
        *_curves(analysis, upright, ("service_level", "service_level_erlang_c"), look),
        target,
        _target_words(analysis, look),
        *_needed(analysis, look),
    ]
    speeds = _curves(analysis, wait, ("answer_s_shown", "answer_s_erlang_c_shown"), look)
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {
        "vconcat": [
            {"width": WIDTH, "height": 220, "layer": levels},
            {"width": WIDTH, "height": 180, "layer": [*speeds, *_needed(analysis, look)[:1]]},
        ]
    }


def _most_s(analysis: Analysis) -> float:
    """Up to which wait there is something to see: that of callers who leave, or near the target."""
    known: list[float] = [row["answer_s"] for row in analysis.rows if row["answer_s"] is not None]
    near = [
        row["answer_s_erlang_c"]
        for row in analysis.rows
        if row["keeps_target_erlang_c"] and row["answer_s_erlang_c"] is not None
    ]
    aimed_s: float = max(analysis.inputs["within_s"], *near, 1.0) * _WORTH_SHOWING
    return max(known, default=aimed_s) or aimed_s


def _agents(analysis: Analysis) -> dict[str, Any]:
    return {
        "type": "quantitative",
        "scale": {"zero": False, "nice": False},
        "axis": {
            "title": parts.label_of(analysis.columns, "agents"),
            "format": "d",
            "tickMinStep": 1,
            "grid": False,
        },
    }


def _curves(analysis: Analysis, y: Spec, fields: tuple[str, str], look: Look) -> list[Spec]:
    """One line a formula, told apart by colour, dash and words."""
    colours = COLOURS[look.theme]
    names = [
        look.said("Erlang A: callers leave", "ارلانگ A: بعضی قطع می‌کنند"),
        look.said("Erlang C: everybody waits", "ارلانگ C: همه منتظر می‌مانند"),
    ]
    names = [look.whole(name) for name in names]

    def by(values: list[Any]) -> dict[str, Any]:
        return _SERIES | {"scale": {"domain": names, "range": values}}

    return [
        {
            "transform": _named(name),
            "mark": {"type": "line", "clip": True, "strokeWidth": 2},
            "encoding": {
                "x": {"field": "agents", **_agents(analysis)},
                "y": y | {"field": field},
                "color": by([colours.main, colours.warning]),
                "strokeDash": by([[1, 0], [6, 3]]),
            },
        }
        for name, field in zip(names, fields, strict=True)
    ]


def _target_words(analysis: Analysis, look: Look) -> Spec:
    inputs = analysis.inputs
    percent = f"{100 * inputs['service_level']:g}{look.said('%', '٪')}"
    share = digits(percent, look.language)
    within = span(inputs["within_s"], look.language)
    words = look.said(f"target: {share} within {within}", f"هدف: {share} تا {within}")
    mark: Spec = {"type": "text", "align": "right", "x": "width", "dx": -6, "dy": 12}
    mark["text"] = look.whole(words)
    return {
        "data": {"values": [{}]},
        "mark": mark,
        "encoding": {"y": {"datum": inputs["service_level"]}},
    }


def _needed(analysis: Analysis, look: Look) -> list[Spec]:
    """An upright line at the fewest agents that keep the target, and how many they are."""
    inputs = analysis.inputs
    needed = inputs["agents_needed_erlang_a"] or inputs["agents_needed_erlang_c"]
    if needed is None or not any(row["agents"] == needed for row in analysis.rows):
        return []
    words = digits(str(needed), look.language)
    x = {"datum": needed, **_agents(analysis)}
    one: Spec = {"data": {"values": [{}]}}
    text: Spec = {"type": "text", "align": "left", "dx": 6, "y": "height", "dy": -10, "text": words}
    return [
        one | {"mark": _rule(COLOURS[look.theme].ink), "encoding": {"x": x}},
        one | {"mark": text | {"fontWeight": "bold"}, "encoding": {"x": x}},
    ]
