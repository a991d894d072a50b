"""Charts hold the rows of their reports, in both languages and themes, and ask nobody anything."""

import json
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import chart_samples
import jsonschema_rs
import pytest
from msgspec import structs

from contactcenter.charts import making, rendering
from contactcenter.charts.parts import Look
from contactcenter.charts.rendering import CannotDraw
from contactcenter.errors import BadInput

LOOKS = [Look(theme=t, language=la) for t in ("light", "dark") for la in ("en", "fa")]


def specs(look):
    told = {a.report: making.of_analysis(a, look) for a in chart_samples.analyses(look.language)}
    return told | {"work": making.of_report(chart_samples.made(look.language), look)}


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_row_of_an_analysis_is_lost(look):
    for analysis in chart_samples.analyses(look.language):
        values = making.of_analysis(analysis, look)["data"]["values"]
        by_content = sorted(json.dumps(row, default=str, sort_keys=True) for row in analysis.rows)
        kept = [{n: row[n] for n in analysis.rows[0]} for row in values]
        told = sorted(json.dumps(row, sort_keys=True) for row in kept)
        assert len(told) == len(by_content)
        if analysis.report not in {
            "backlog_ageing",
            "forecast",
        }:  # whose instants are written as text
            assert told == by_content


def test_every_analysis_with_a_chart_has_a_sample():
    assert {a.report for a in chart_samples.analyses("en")} == set(making.CHARTS)


def test_a_report_by_name_has_a_panel_a_metric_and_all_its_figures():
    spec = specs(LOOKS[0])["work"]

    assert len(spec["vconcat"]) == 3
    values = spec["data"]["values"]
    assert len(values) == 12
    share = next(row for row in values if row["metric"] == "sla_attainment")
    assert share["low"] < share["value"] < share["high"]
    assert share["previous"] == pytest.approx(0.74)
    time = next(row for row in values if row["metric"] == "handle_time")
    assert (time["p90"], time["p90_shown"]) == (1200.0, 20.0)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_chart_is_told_in_words_and_asks_nobody(look):
    for spec in specs(look).values():
        text = json.dumps(spec, ensure_ascii=False)
        assert spec["description"]
        assert spec["title"]["text"]
        assert '"url"' not in text
        assert '"href"' not in text
        assert text.count("http") == 1  # the name of the schema


def test_persian_charts_have_persian_days_and_digits():
    told = specs(LOOKS[1])

    assert told["control_chart"]["data"]["values"][0]["label"] == "۱۴۰۴/۱۲/۱۳"
    for spec in told.values():
        assert spec["config"]["locale"]["number"]["numerals"][1] == "۱"
        assert "۱۴۰۵" in spec["description"]


def test_dark_is_not_light():
    for light, dark in zip(specs(LOOKS[0]).values(), specs(LOOKS[2]).values(), strict=True):
        assert light["background"] != dark["background"]
        assert light["data"] == dark["data"]


def _mended(schema):
    """References with the letters that addresses may have; the schema has `<` and `|` in them."""
    if isinstance(schema, dict):
        return {
            n: quote(v, safe="#/") if n == "$ref" and isinstance(v, str) else _mended(v)
            for n, v in schema.items()
        }
    return [_mended(one) for one in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def vega_lite():
    folder = Path(find_spec("altair").origin).parent / "vegalite" / "v6" / "schema"
    schema = json.loads((folder / "vega-lite-schema.json").read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(_mended(schema))


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_chart_is_as_the_schema_of_vega_lite_has_it(look, vega_lite):
    told = specs(look) | {f"nothing {n}": a for n, a in enumerate(empty(look))}
    for name, spec in told.items():
        wrong = [f"{one.instance_path}: {one.message[:200]}" for one in vega_lite.iter_errors(spec)]
        assert wrong == [], name

    assert not vega_lite.is_valid(spec | {"layer": [{"mark": "bars"}]})


def empty(look):
    analyses = (structs.replace(a, rows=[]) for a in chart_samples.analyses(look.language))
    return [making.of_analysis(one, look) for one in analyses]


def test_no_rows_are_a_chart_that_says_so():
    for spec in empty(LOOKS[0]):
        assert spec["data"]["values"] == []
        assert spec["layer"][0]["mark"]["text"] == "Nothing happened in this period."


def test_rows_without_a_value_are_nothing_and_an_axis_without_numbers_has_none():
    control = chart_samples.analyses("en")[0]
    blank = structs.replace(control, rows=[dict(row) | {"value": None} for row in control.rows])
    made = chart_samples.made("en")
    untold = structs.replace(made, rows=[structs.replace(one, figures={}) for one in made.rows])

    assert "Nothing" in making.of_analysis(blank, LOOKS[0])["layer"][0]["mark"]["text"]
    panel = making.of_report(structs.replace(untold, previous=None), LOOKS[0])["vconcat"][2]
    assert panel["layer"][0]["encoding"]["x"]["axis"]["labels"] is False


def test_the_oldest_ticket_stands_above_the_last_bar_of_its_kind():
    rows = specs(LOOKS[0])["backlog_ageing"]["data"]["values"]

    [marked] = [row for row in rows if "oldest" in row]
    assert (marked["oldest"], marked["label"], marked["kind"]) == ("▲ 127", "2026-03-18", "pending")
    bar = [row for row in rows if (row["label"], row["kind"]) == ("2026-03-18", "pending")]
    assert marked["oldest_above"] == sum(row["n"] for row in bar)


def test_now_is_told_only_of_today():
    [burn_down] = [a for a in chart_samples.analyses("en") if a.report == "sla_burn_down"]
    later = structs.replace(burn_down, generated_at=chart_samples.NOW)

    upper, lower = making.of_analysis(burn_down, LOOKS[0])["vconcat"]
    assert upper["layer"][1]["data"]["values"] == [{"now": 13.4, "words": "now 13:24"}]
    assert lower["layer"][0]["data"]["values"][:2] == [{"at": 0, "left": 14}, {"at": 1, "left": 14}]
    assert [len(p["layer"]) for p in making.of_analysis(later, LOOKS[0])["vconcat"]] == [1, 1]


def test_a_what_if_has_its_target_and_the_fewest_agents_who_keep_it():
    spec = specs(LOOKS[1])["staffing"]

    levels = spec["vconcat"][0]["layer"]
    assert levels[2]["encoding"]["y"] == {"datum": 0.8}
    assert "هدف: ۸۰٪ تا ۲۰ ثانیه" in levels[3]["mark"]["text"]
    assert levels[4]["encoding"]["x"]["datum"] == 32
    assert levels[5]["mark"]["text"] == "۳۲"


def test_an_hour_that_comes_twice_is_told_apart():
    [forecast] = [a for a in chart_samples.analyses("en") if a.report == "forecast"]
    put_back = datetime(2026, 10, 24, 23, tzinfo=UTC)
    rows = [
        dict(row) | {"starts_at": put_back + n * timedelta(minutes=30)}
        for n, row in enumerate(forecast.rows)
    ]
    berlin = structs.replace(forecast.period, time_zone="Europe/Berlin")
    moved = structs.replace(forecast, rows=rows, period=berlin)

    labels = [r["label"] for r in making.of_analysis(moved, LOOKS[0])["data"]["values"]]
    assert labels[2:6] == ["02:00", "02:30", "02:00 +0100", "02:30 +0100"]


def test_what_has_no_chart_or_too_many_rows_is_refused():
    analysis = chart_samples.analyses("en")[0]

    with pytest.raises(BadInput, match="There are charts of"):
        making.of_analysis(structs.replace(analysis, report="fair"), LOOKS[0])
    many = list(analysis.rows) * 100
    with pytest.raises(BadInput, match="At most"):
        making.of_analysis(structs.replace(analysis, rows=many), LOOKS[0])


def test_without_what_draws_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rendering, "find_spec", lambda _: None)

    with pytest.raises(CannotDraw, match=r"contactcenter\[charts\]"):
        rendering.svg({})


def test_what_takes_too_long_is_ended():
    with pytest.raises(CannotDraw, match="took more"):
        rendering.draw({}, "svg", deadline_s=0.001)


@pytest.mark.parametrize(
    ("look", "first"),
    [
        pytest.param(LOOKS[0], 0, marks=pytest.mark.slow),
        pytest.param(LOOKS[3], 1, marks=pytest.mark.slow),
        pytest.param(LOOKS[0], 1, marks=pytest.mark.full),
        pytest.param(LOOKS[3], 0, marks=pytest.mark.full),
    ],
)
def test_every_chart_is_drawn(look, first):
    """A second each: every other one in this look, and the others in that."""
    for name, spec in list(specs(look).items())[first::2]:
        picture = rendering.svg(spec).decode()
        assert picture.startswith("<svg"), name
        assert "NaN" not in picture
        assert spec["background"] in picture
        # an embedded tick or label in the digits of the language
        assert any(letter in picture for letter in ("۱" if look.language == "fa" else "1"))
    for one in (spec, empty(look)[0]):
        assert rendering.png(one).startswith(b"\x89PNG")


@pytest.mark.slow
def test_nothing_is_fetched():
    remote = {"data": {"url": "http://127.0.0.1:9/rows.json"}, "mark": "bar"}

    with pytest.raises(CannotDraw, match="not allowed"):
        rendering.svg(remote)
