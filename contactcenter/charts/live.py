"""The chart of the live board: who waits in which queue, stacked by how long."""

import msgspec

from contactcenter.charts import parts
from contactcenter.charts.parts import WIDTH, Look, Spec
from contactcenter.charts.themes import COLOURS
from contactcenter.reporting import live_rows
from contactcenter.reporting.analyses import Analysis


def waiting(analysis: Analysis, look: Look) -> Spec:
    """A bar a queue in which somebody waits; who has waited longest stands at its end.

    All ages are told beside it, whether anybody is so old or not, and nothing but the rows depends
    on them: a page may put newer ones in their place.
    """
    ages_s, colours = analysis.inputs["ages_s"], COLOURS[look.theme]
    ages = [look.whole(live_rows.age(ages_s, n, look.language)) for n in range(len(ages_s))]
    names = [live_rows.column_of(since_s) for since_s in ages_s]
    frame = parts.frame(analysis.title, analysis.definition, analysis.rows, analysis.period, look)
    to_left = look.is_right_to_left
    side = {"title": None, "orient": "right" if to_left else "left"}
    label = parts.label_of(analysis.columns, "waiting")
    shades = {"scheme": colours.scale, "reverse": colours.is_scale_reversed}
    return frame | {
        "width": WIDTH,
        "height": {"step": 28},
        "transform": [
            {"filter": "datum.waiting > 0"},
            {"fold": names, "as": ["since", "n"]},
            {"calculate": f"indexof({_listed(names)}, datum.since)", "as": "place"},
            {"calculate": f"{_listed(ages)}[datum.place]", "as": "age"},
        ],
        "mark": {"type": "bar", "stroke": colours.paper, "strokeWidth": 0.5},
        "encoding": {
            "y": {"field": "queue", "type": "nominal", "sort": None, "axis": side},
            "x": parts.counts("n", label) | {"scale": {"reverse": to_left}},
            "color": {
                "field": "age",
                "type": "ordinal",
                "scale": {"domain": ages, **shades},
                "legend": {"title": None, "orient": "top", "columns": 3},
            },
            "order": {"field": "place"},
        },
    }


def _listed(words: list[str]) -> str:
    return msgspec.json.encode(words).decode()
