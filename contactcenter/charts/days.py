"""Charts of days and hours: control chart, heat map, created and solved, backlog by age."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contactcenter.charts import parts
from contactcenter.charts.parts import HEIGHT, WIDTH, Look, Scale, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting.analyses import Analysis
from contactcenter.time_zones import zone_of
from routing.wording import digits


def control_chart(analysis: Analysis, look: Look) -> Spec:
    """A metric day by day between its limits; a signal has a colour, a shape and its words."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    drawn = ("value", "centre", "lower", "upper")
    scale = parts.scale_of(
        parts.unit_of(columns, "value"),
        parts.label_of(columns, "value"),
        [row[name] for row in analysis.rows for name in drawn],
        look,
    )
    told = [
        dict(row)
        | {"label": parts.day(date.fromisoformat(row["day"]), look)}
        | {f"{name}_shown": scale.shown(row[name]) for name in drawn}
        for row in analysis.rows
    ]
    x = parts.ordered("label", [row["label"] for row in told])

    def line(name: str, **mark: Any) -> Spec:
        y = parts.number(f"{name}_shown", scale, scale={"zero": False})
        return {"mark": {"type": "line", **mark}, "encoding": {"x": x, "y": y}}

    limit = {"color": colours.ink, "strokeDash": [6, 4], "interpolate": "step", "strokeWidth": 1}
    layers = [
        line("lower", **limit),
        line("upper", **limit),
        line("centre", color=colours.ink, strokeWidth=1),
        line("value", color=colours.main, point={"color": colours.main}),
        _signals(told, x, scale, look),
    ]
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _signals(told: list[dict[str, Any]], x: Spec, scale: Scale, look: Look) -> Spec:
    """The days that are more than chance, told apart by shape and colour."""
    colours = COLOURS[look.theme]
    looks = {"outside": ("diamond", colours.alarm), "run": ("triangle-up", colours.warning)}
    said = {row["signal"]: row["signal_words"] for row in told if row["signal"] is not None}
    words = {"field": "signal_words", "type": "nominal", "title": None}
    shapes, reds = zip(*(looks[name] for name in said or looks), strict=True)
    domain = list(said.values())
    return {
        "transform": [{"filter": "isValid(datum.signal)"}],
        "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
        "encoding": {
            "x": x,
            "y": parts.number("value_shown", scale),
            "shape": words | {"scale": {"domain": domain, "range": list(shapes)}},
            "color": words | {"scale": {"domain": domain, "range": list(reds)}},
        },
    }


def heat_map(analysis: Analysis, look: Look) -> Spec:
    """Weekdays by hours; darker on paper, lighter on a dark screen is more."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    unit, label = parts.unit_of(columns, "value"), parts.label_of(columns, "value")
    scale = parts.scale_of(unit, label, [row["value"] for row in analysis.rows], look)
    told = [dict(row) | {"value_shown": scale.shown(row["value"])} for row in analysis.rows]
    hours = {"format": "d", "labelAngle": 0, "title": parts.label_of(columns, "hour")}
    encoding = {
        "x": {"field": "hour", "type": "ordinal", "axis": hours},
        "y": {
            "field": "weekday_name",
            "type": "ordinal",
            "sort": None,
            "axis": {"title": None, "orient": "right" if look.is_right_to_left else "left"},
        },
        "color": {
            "field": "value_shown",
            "type": "quantitative",
            "scale": {"scheme": colours.scale, "reverse": colours.is_scale_reversed},
            "legend": {"title": scale.title, "format": scale.format, "gradientLength": 240},
        },
        "tooltip": [
            {"field": c.name, "title": c.label}
            for c in columns
            if c.name in {"weekday_name", "hour", "n", "value"}
        ],
    }
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"width": WIDTH, "height": 220, "mark": "rect", "encoding": encoding}


def created_solved(analysis: Analysis, look: Look) -> Spec:
    """What came and what was solved side by side, and below it the net so far."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    labels = {n: parts.label_of(columns, n) for n in ("opened", "reopened", "solved")}
    told = [
        dict(row)
        | {"label": parts.day(date.fromisoformat(row["begins"]), look)}
        | {labels[name]: row[name] for name in labels}
        for row in analysis.rows
    ]
    x = parts.ordered("label", [row["label"] for row in told])
    kinds = {"field": "kind", "type": "nominal", "sort": list(labels.values()), "title": None}
    bars = {
        "width": WIDTH,
        "height": 220,
        "transform": [{"fold": list(labels.values()), "as": ["kind", "amount"]}],
        "mark": {"type": "bar", "stroke": colours.paper},
        "encoding": {
            "x": x,
            "xOffset": {"field": "kind", "sort": list(labels.values())},
            "y": parts.counts("amount", None),
            "color": kinds,
        },
    }
    net = {
        "width": WIDTH,
        "height": 110,
        "mark": {"type": "line", "point": {"color": colours.alarm}, "color": colours.alarm},
        "encoding": {
            "x": x,
            "y": parts.counts("net_so_far", parts.label_of(columns, "net_so_far")),
        },
    }
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    return frame | {"vconcat": [bars, net]}


def backlog_ageing(analysis: Analysis, look: Look) -> Spec:
    """What was open, stacked by age, ours above what waits for customers; the oldest is named."""
    columns, colours = analysis.columns, COLOURS[look.theme]
    zone = zone_of(analysis.period.time_zone)
    kinds = {"ours": look.said("ours", "نوبت ما"), "pending": look.said("pending", "منتظر مشتری")}
    told = [
        dict(row)
        | {"label": parts.instant(row["at"], zone, look), "kind_label": kinds[row["kind"]]}
        for row in analysis.rows
    ]
    ages = list(dict.fromkeys(row["age"] for row in told))
    for row in told:
        row["age_label"] = _age(row["age"], look)
        row["age_place"] = ages.index(row["age"])
    _mark_oldest(analysis, told, look)
    frame = parts.frame(analysis.title, analysis.definition, told, analysis.period, look)
    if oldest := _oldest(analysis, zone, look):
        frame["title"]["subtitle"] = [frame["title"]["subtitle"], oldest]
        frame["description"] += f" {oldest}."
    x = parts.ordered("label", [row["label"] for row in told])
    bars = {
        "mark": {"type": "bar", "stroke": colours.paper, "strokeWidth": 0.5},
        "encoding": {
            "x": x,
            "y": parts.counts("n", parts.label_of(columns, "n")),
            "color": {
                "field": "age_label",
                "type": "ordinal",
                "sort": [_age(age, look) for age in ages],
                "scale": {"scheme": colours.scale, "reverse": colours.is_scale_reversed},
                "legend": {"title": parts.label_of(columns, "age"), "columns": 5},
            },
            "order": {"field": "age_place"},
        },
    }
    rows = {"field": "kind_label", "type": "nominal", "sort": list(kinds.values())}
    return frame | {
        "facet": {"row": rows | {"header": _heading_of_row(look)}},
        "spec": {"width": WIDTH, "height": 170, "layer": [bars, _number_above(x)]},
    }


def _heading_of_row(look: Look) -> Spec:
    return {
        "title": None,
        "labelAngle": 0,
        "labelOrient": "top",
        "labelAnchor": "end" if look.is_right_to_left else "start",
    }


def _number_above(x: Spec) -> Spec:
    """The number of the oldest ticket, above its bar."""
    return {
        "transform": [{"filter": "isValid(datum.oldest)"}],
        "mark": {"type": "text", "baseline": "bottom", "align": "right", "dx": 8, "dy": -2},
        "encoding": {
            "x": x,
            "y": {"field": "oldest_above", "type": "quantitative"},
            "text": {"field": "oldest"},
        },
    }


def _mark_oldest(analysis: Analysis, told: list[dict[str, Any]], look: Look) -> None:
    """Give the last bar of its kind the number of the oldest ticket, to stand above it."""
    kind, last = analysis.inputs.get("oldest_kind"), told[-1]["label"]
    bar = [row for row in told if row["label"] == last and row["kind"] == kind]
    for row in bar[:1]:
        number = digits(str(analysis.inputs["oldest_ticket_id"]), look.language)
        row["oldest"] = look.whole(f"▲ {number}")
        row["oldest_above"] = sum(one["n"] for one in bar)


def _age(bounds: str, look: Look) -> str:
    """Days from and below, as they are read: ``[14,inf)`` is 14 and more."""
    first, _, last = bounds.strip("[)").partition(",")
    if last in {"", "inf"}:
        words = look.said(f"{first} and more", f"{first} و بیشتر")
    else:
        words = look.said(f"{first}–{last}", f"{first} تا {last}")
    return look.whole(digits(words, look.language))


def _oldest(analysis: Analysis, zone: ZoneInfo, look: Look) -> str:
    """Which ticket is the oldest; empty where none is open."""
    oldest = analysis.inputs.get("oldest_ticket_id")
    if oldest is None:
        return ""
    since = parts.instant(_instant(analysis.inputs["oldest_since"]), zone, look)
    return look.said(
        f"▲ oldest: ticket {oldest}, open since {since}",
        f"▲ قدیمی‌ترین: درخواست {digits(str(oldest), 'fa')}، باز از {since}",
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
