"""Reports by name: bars by group, each metric a panel of its own."""

from typing import Any, Final

from contactcenter.charts import parts
from contactcenter.charts.parts import WIDTH, Look, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting.making import Column, Line, Made
from contactcenter.reporting.tables import unit_of
from contactcenter.statistics.intervals import wilson
from routing.wording import digits

#: Bars beyond that are no chart: a table tells them better.
MOST_GROUPS: Final = 60
_PARTS: Final = ("value", "low", "high", "p90", "previous")


def report(made: Made, look: Look) -> Spec:
    """Bars; of shares the interval, of durations p90 (a tick), and the previous one (a ring)."""
    rows = [_row(line, column, made, look) for column in made.metrics for line in _lines(made)]
    title = (
        look.said("Report", "گزارش")
        + ": "
        + "، ".join(column.definition.name for column in made.metrics)
    )
    if look.language == "en":
        title = title.replace("، ", ", ")
    about = " ".join(f"{c.definition.name}: {c.definition.what}" for c in made.metrics)
    frame = parts.frame(made.report, about, rows, made.period, look)
    frame["title"]["text"] = _wrapped(title)
    key = look.said(
        "Lines: 95 % sure. Ticks: p90. Rings: the period before.",
        "خط: با اطمینان ۹۵٪. تیغه: صدک ۹۰. حلقه: دوره‌ی پیش.",
    )
    frame["title"]["subtitle"] = [frame["title"]["subtitle"], key]
    frame["description"] = f"{title}. {frame['description']}"
    return frame | {"vconcat": [_panel(column, frame, look) for column in made.metrics]}


def _wrapped(text: str, width: int = 80) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _lines(made: Made) -> list[Line]:
    if made.by:
        return list(made.rows)
    return [Line(group={}, names={}, figures=made.totals)]


def _row(line: Line, column: Column, made: Made, look: Look) -> dict[str, Any]:
    figure = line.figures.get(column.metric)
    former = _former(line, column, made)
    row: dict[str, Any] = {
        "metric": column.metric,
        **{name: line.group[name] for name in made.by},
        "label": _label(line, made, look),
        "n": figure.n if figure else 0,
        "value": figure.value if figure else None,
        "median": figure.median if figure else None,
        "p90": figure.p90 if figure else None,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "previous": former.value if former else None,
        "low": None,
        "high": None,
    }
    if column.measure == "share" and figure and figure.denominator:
        sure = wilson(int(figure.numerator or 0), int(figure.denominator))
        row |= {"low": sure.lower, "high": sure.upper} if sure else {}
    return row


def _former(line: Line, column: Column, made: Made) -> Any:
    if not made.by:
        return (made.previous_totals or {}).get(column.metric)
    same = (one for one in made.previous or () if one.group == line.group)
    found = next(same, None)
    return found.figures.get(column.metric) if found else None


def _label(line: Line, made: Made, look: Look) -> str:
    if not made.by:
        return look.said("all", "همه")
    told = [
        line.names.get(name) or ("—" if line.group[name] is None else str(line.group[name]))
        for name in made.by
    ]
    return " · ".join(digits(one, look.language) for one in told)


def _panel(column: Column, frame: Spec, look: Look) -> Spec:
    own = [row for row in frame["data"]["values"] if row["metric"] == column.metric]
    scale = parts.scale_of(
        unit_of(column.measure),
        column.definition.name,
        [row[name] for row in own for name in _PARTS],
        look,
    )
    for row in own:
        row.update({f"{name}_shown": scale.shown(row[name]) for name in _PARTS})
    colours, to_left = COLOURS[look.theme], look.is_right_to_left
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "orient": "right" if to_left else "left"},
    }

    def x(name: str) -> dict[str, Any]:
        return parts.number(f"{name}_shown", scale, scale={"reverse": to_left})

    def mark(name: str, **how: Any) -> Spec:
        return {"mark": how, "encoding": {"y": y, "x": x(name)}}

    interval = {
        "mark": {"type": "rule", "color": colours.ink, "strokeWidth": 2},
        "encoding": {"y": y, "x": x("low"), "x2": {"field": "high_shown"}},
    }
    return {
        "width": WIDTH,
        "height": {"step": 22},
        "transform": [{"filter": {"field": "metric", "equal": column.metric}}],
        "layer": [
            mark("value", type="bar", color=colours.main),
            interval,
            mark("p90", type="tick", color=colours.alarm, thickness=3),
            mark("previous", type="point", color=colours.ink, size=60),
        ],
    }
