"""Charts hold the rows of their reports, in both languages and themes, and ask nobody anything."""

import json

import chart_samples
import pytest

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
        if analysis.report != "backlog_ageing":  # whose instants are written as text
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


def test_no_rows_are_a_chart_too():
    for analysis in chart_samples.analyses("en"):
        empty = type(analysis)(
            **{n: getattr(analysis, n) for n in analysis.__struct_fields__} | {"rows": []}
        )
        assert making.of_analysis(empty, LOOKS[0])["data"]["values"] == []


def test_what_has_no_chart_or_too_many_rows_is_refused():
    analysis = chart_samples.analyses("en")[0]
    fields = {n: getattr(analysis, n) for n in analysis.__struct_fields__}

    with pytest.raises(BadInput, match="There are charts of"):
        making.of_analysis(type(analysis)(**fields | {"report": "fair"}), LOOKS[0])
    many = list(analysis.rows) * 100
    with pytest.raises(BadInput, match="At most"):
        making.of_analysis(type(analysis)(**fields | {"rows": many}), LOOKS[0])


def test_without_what_draws_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rendering, "find_spec", lambda _: None)

    with pytest.raises(CannotDraw, match=r"contactcenter\[charts\]"):
        rendering.svg({})


def test_what_takes_too_long_is_ended():
    with pytest.raises(CannotDraw, match="took more"):
        rendering.draw({}, "svg", deadline_s=0.001)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_chart_is_drawn(look):
    for name, spec in specs(look).items():
        picture = rendering.svg(spec).decode()
        assert picture.startswith("<svg"), name
        assert "NaN" not in picture
        assert spec["background"] in picture
        # an embedded tick or label in the digits of the language
        assert any(letter in picture for letter in ("۱" if look.language == "fa" else "1"))
    assert rendering.png(spec).startswith(b"\x89PNG")


@pytest.mark.slow
def test_nothing_is_fetched():
    remote = {"data": {"url": "http://127.0.0.1:9/rows.json"}, "mark": "bar"}

    with pytest.raises(CannotDraw, match="not allowed"):
        rendering.svg(remote)
