"""Control charts over HTTP: the days of a metric, their limits and signals, and what is refused."""

import csv
import io
from datetime import UTC, datetime, timedelta

import factories as make
import pytest

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = "from=2026-03-01T00:00:00Z&to=2026-03-15T00:00:00Z"

# So many promises of a queue on a day, and how many of them were kept; so many seconds of a reply.
PROMISES = """
INSERT INTO report_fact
  (kind, episode, from_at, at, queue_id, agent_id, temperament, value, is_first, calendar_s, outcome)
SELECT 'promise', 1, $1, $1, $2, $3, 'warm', 'unknown', true, 1, CASE WHEN n <= $5 THEN 'met' ELSE 'breached' END
FROM generate_series(1, $4) AS n
"""
REPLY = """
INSERT INTO report_fact
  (kind, episode, from_at, at, agent_id, temperament, value, is_first, calendar_s, business_s)
VALUES ('first_reply', 1, $1, $1, $2, 'warm', 'unknown', true, $3, $3)
"""


@pytest.fixture
async def fortnight(staff, table):
    """Fourteen days of fifty promises, of which 45 were kept, but for the tenth; one has none."""
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    queue_id = await make.queue(table, team_id=await make.team(table))
    for day in range(14):
        at = MARCH + timedelta(days=day)
        if day != 4:
            await table.execute(PROMISES, at, queue_id, bahar, 50, 20 if day == 9 else 45)
            await table.execute(REPLY, at, bahar, 300.0 if day == 9 else 60.0 + day % 2)
    return bahar, queue_id


async def test_a_day_beyond_chance_is_a_signal(admin, fortnight):
    chart = await admin("GET", f"/reports/control_chart?{PERIOD}&metric=sla_attainment", status=200)

    assert [c["name"] for c in chart["columns"]] == [
        *("day", "value", "n", "hits", "centre", "lower", "upper", "signal", "signal_words")
    ]
    assert chart["inputs"]["chart"] == "p"
    rows = {row["day"]: row for row in chart["rows"]}
    assert next(iter(rows)) == "2026-03-01"
    assert len(rows) == 14
    centre = (12 * 45 + 20) / (13 * 50)
    assert rows["2026-03-01"] == {
        "day": "2026-03-01",
        "value": 0.9,
        "n": 50,
        "hits": 45,
        "centre": pytest.approx(centre),
        "lower": pytest.approx(centre - 3 * (centre * (1 - centre) / 50) ** 0.5),
        "upper": 1.0,
        "signal": None,
        "signal_words": None,
    }
    assert rows["2026-03-05"]["n"] == 0
    assert rows["2026-03-05"]["value"] is None
    assert rows["2026-03-10"]["signal"] == "outside"
    assert rows["2026-03-09"]["signal"] == "run"  # the eighth day above the mean
    assert sum(row["hits"] for row in chart["rows"]) == 12 * 45 + 20


async def test_a_mean_is_one_value_a_day_in_the_zone_and_language_asked(admin, fortnight):
    chart = await admin(
        "GET",
        f"/reports/control_chart?{PERIOD}&metric=first_reply&zone=Asia/Tehran&language=fa",
        status=200,
    )

    assert chart["inputs"]["chart"] == "XmR"
    assert chart["title"].startswith("نمودار کنترل")
    assert len(chart["rows"]) == 15
    assert len(chart["notes"]) == 2
    signals = {row["day"]: row["signal_words"] for row in chart["rows"] if row["signal"]}
    assert signals == {
        "2026-03-09": "هشت روز پیاپی یا بیشتر در یک سو",
        "2026-03-10": "بیرون از حدها",
    }


async def test_a_day_is_from_midnight_to_midnight_where_it_is_asked(admin, staff, table):
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    at = datetime(2026, 3, 8, 5, tzinfo=UTC)  # midnight in New York, of a day of 23 hours
    for hours, seconds in ((-0.5, 10.0), (0, 20.0), (22.5, 40.0), (23, 80.0)):
        await table.execute(REPLY, at + timedelta(hours=hours), bahar, seconds)

    chart = await admin(
        "GET",
        "/reports/control_chart?metric=first_reply&zone=America/New_York"
        "&from=2026-03-07T05:00:00Z&to=2026-03-10T04:00:00Z",
        status=200,
    )

    assert [(row["day"], row["n"], row["value"]) for row in chart["rows"]] == [
        ("2026-03-07", 1, 10.0),
        ("2026-03-08", 2, 30.0),
        ("2026-03-09", 1, 80.0),
    ]
    assert len(chart["notes"]) == 1


async def test_a_day_without_any_counts_nothing(admin, fortnight):
    chart = await admin("GET", f"/reports/control_chart?{PERIOD}&metric=opened", status=200)

    assert {(row["value"], row["n"]) for row in chart["rows"]} == {(0.0, 0)}


async def test_the_days_are_those_of_what_somebody_may_see(staff, admin, supervisor, fortnight):
    bahar, queue_id = fortnight
    asked = f"/reports/control_chart?{PERIOD}&metric=sla_attainment"

    own = await (await staff.session_of(bahar))("GET", asked, status=200)
    others = await supervisor("GET", asked, status=200)
    kept = await admin("GET", f"{asked}&only=queue:{queue_id}", status=200)
    left_out = await admin("GET", f"{asked}&only=tier:3", status=200)

    ns = [sum(row["n"] for row in one["rows"]) for one in (own, others, kept, left_out)]
    assert ns == [650, 0, 650, 0]


async def test_as_a_file_it_has_the_same_columns(admin, fortnight):
    answer = await admin.send("GET", f"/reports/control_chart?{PERIOD}&metric=csat&format=csv")

    text = (await answer.read()).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:4] == ["day", "value", "n", "hits"]
    assert rows[1][:4] == ["2026-03-01", "", "0", "0"]
    book = await admin.send("GET", f"/reports/control_chart?{PERIOD}&metric=csat&format=xlsx")
    assert (await book.read()).startswith(b"PK")


@pytest.mark.parametrize(
    ("query", "field", "named"),
    [
        ("metric=happiness", "query.metric", "first_reply"),
        ("metric=first_reply&chart=p", "query.metric", "sla_attainment"),
        ("metric=occupancy", "query.metric", "first_reply"),
        ("metric=csat&clock=atomic", "query.clock", "business"),
        ("metric=csat&only=planet:1", "query.only[0]", "queue"),
        ("metric=csat&zone=Mars", "query.zone", "Mars"),
        ("metric=csat&from=0001-01-01T00:00:00Z&to=0001-01-03T00:00:00Z&zone=America/Lima",
         "query.from", "out of range"),
    ],
)  # fmt: skip
async def test_what_it_does_not_know_is_named(admin, query, field, named):
    problem = await admin("GET", f"/reports/control_chart?{query}", status=422)

    assert problem["field"] == field
    assert named in problem["detail"]


async def test_without_a_period_it_is_the_last_28_whole_days(admin):
    chart = await admin("GET", "/reports/control_chart?metric=csat", status=200)

    assert len(chart["rows"]) == 28
    assert len(chart["notes"]) == 1
