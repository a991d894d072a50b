"""Charts over HTTP: as specifications with their data, and drawn."""

import json

import pytest

from contactcenter.charts import rendering
from contactcenter.charts.making import CHARTS

WEEK = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"


@pytest.mark.parametrize("report", [*CHARTS, "work"])
async def test_every_chart_is_given_with_its_data_even_where_there_is_none(report, admin):
    when = "" if report in {"forecast", "sla_burn_down", "live"} else WEEK
    response = await admin.send("GET", f"/reports/{report}?{when}&format=vega&theme=dark")
    told = await admin("GET", f"/reports/{report}?{when}", status=200)

    assert response.status == 200
    assert response.headers["Content-Type"].startswith("application/vnd.vegalite.v6+json")
    spec = json.loads(await response.read())
    assert spec["$schema"].endswith("v6.json")
    if report not in {"work", "live"}:
        assert spec["title"]["text"] == told["title"]
        assert len(spec["data"]["values"]) == len(told["rows"])


async def test_a_chart_is_in_the_language_and_theme_that_are_asked_for(admin):
    paths = [
        f"/reports/heat_map?{WEEK}&format=vega&{more}" for more in ("theme=dark", "language=fa")
    ]
    dark, persian = [json.loads(await (await admin.send("GET", p)).read()) for p in paths]

    assert dark["background"] != persian["background"]
    assert persian["title"]["text"].startswith("ساعت‌های هفته")


@pytest.mark.slow
@pytest.mark.parametrize("picture", ["svg", "png"])
async def test_a_picture_is_drawn(picture, admin):
    response = await admin.send("GET", f"/reports/created_solved?{WEEK}&format={picture}")
    body = await response.read()

    assert response.status == 200
    assert body.startswith({"svg": b"<svg", "png": b"\x89PNG"}[picture])
    assert f".{picture}" in response.headers["Content-Disposition"]


async def test_what_has_no_chart_or_cannot_be_drawn_is_refused(admin, monkeypatch, subtests):
    assert (await admin("GET", "/reports", status=200))["draws_pictures"] is True
    monkeypatch.setattr(rendering, "find_spec", lambda _name: None)
    assert (await admin("GET", "/reports", status=200))["draws_pictures"] is False
    for path, field, told in (
        (f"heat_map?{WEEK}&format=svg", "query.format", "contactcenter[charts]"),
        ("fair?format=vega", "query.format", "xlsx"),
        (f"heat_map?{WEEK}&format=vega&theme=pink", "query.theme", "dark"),
    ):
        with subtests.test(path=path):
            refused = await admin("GET", f"/reports/{path}", status=422)
            assert refused["field"] == field
            assert told in refused["detail"]
