"""The rows behind a number over HTTP: they amount to it, and everybody sees his own part."""

import csv
import io
from datetime import timedelta

import factories as make
import pytest
from openpyxl import load_workbook
from report_world import WEEK, three_solved

FACTS = f"/reports/work/facts?{WEEK}"


@pytest.fixture
async def world(staff, table):
    return await three_solved(staff, table)


async def test_the_rows_of_a_group_amount_to_its_figure_page_by_page(admin, world):
    path = f"{FACTS}&metric=time_to_solve&by=agent&group=agent:{world.omid}&limit=1"
    report = await admin("GET", f"/reports/work?{WEEK}", status=200)
    told = next(row for row in report["rows"] if row["group"]["agent"] == world.omid)

    first = await admin("GET", path, status=200)
    second = await admin("GET", f"{path}&cursor={first['next']}", status=200)

    assert first["figure"] == second["figure"] == told["figures"]["time_to_solve"]
    assert (first["group"], second["next"]) == ({"agent": world.omid}, None)
    rows = first["items"] + second["items"]
    assert [(row["amount"], row["agent_name"], row["is_of"]) for row in rows] == [
        (240.0, "Omid", True),
        (420.0, "Omid", True),
    ]
    assert [row["at"] for row in rows] == ["2026-03-02T08:04:00Z", "2026-03-02T08:07:00Z"]
    assert len({row["ticket_id"] for row in rows}) == 2


async def test_without_a_group_they_are_those_of_the_totals_and_of_nothing_there_are_none(
    admin, world
):
    totals = await admin("GET", FACTS, status=200)
    nobodys = await admin("GET", f"{FACTS}&metric=solved&group=agent:", status=200)
    kept = await admin("GET", f"{FACTS}&metric=solved&only=agent:{world.bahar}", status=200)

    assert (totals["metric"], totals["figure"]["n"], len(totals["items"])) == ("handled", 3, 3)
    assert (nobodys["figure"]["n"], nobodys["items"]) == (0, [])
    assert [row["agent_id"] for row in kept["items"]] == [world.bahar]


async def test_who_sees_a_number_sees_the_rows_of_it_and_no_others(staff, supervisor, world, table):
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")
    omid = await staff.session_of(world.omid)

    own = await omid("GET", f"{FACTS}&metric=solved", status=200)
    none = await supervisor("GET", f"{FACTS}&metric=solved", status=200)
    await make.join_teams(table, lead_id, world.team_id)
    team = await supervisor("GET", f"{FACTS}&metric=solved", status=200)

    assert (own["figure"]["n"], {row["agent_id"] for row in own["items"]}) == (2, {world.omid})
    assert (none["figure"]["n"], none["items"]) == (0, [])
    assert (team["figure"]["n"], len(team["items"])) == (3, 3)


async def test_as_a_file_they_say_what_json_says_and_where_it_goes_on(admin, world):
    path = f"{FACTS}&metric=time_to_solve&limit=2"
    page = await admin("GET", path, status=200)

    as_csv = await admin.send("GET", f"{path}&format=csv")
    as_xlsx = await admin.send("GET", f"{path}&format=xlsx")

    assert as_csv.headers["Next-Cursor"] == as_xlsx.headers["Next-Cursor"] == page["next"]
    name = 'filename="work-time_to_solve-2026-03-02-2026-03-09.csv"'
    assert name in as_csv.headers["Content-Disposition"]
    text = (await as_csv.read()).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [list(line) for line in lines] == [list(item) for item in page["items"]]
    assert [line["amount"] for line in lines] == [str(item["amount"]) for item in page["items"]]
    heads, *rows = load_workbook(io.BytesIO(await as_xlsx.read()))["Report"].values
    amounts = [row[heads.index("amount")] for row in rows]
    assert amounts == [timedelta(minutes=2), timedelta(minutes=4)]


@pytest.mark.parametrize(
    ("path", "field", "told"),
    [
        ("/reports/nothing/facts", "path.report", "escalations"),
        (f"{FACTS}&metric=first_reply", "query.metric", "time_to_solve"),
        (f"{FACTS}&group=moon:1", "query.group[0]", "temperament"),
        (f"{FACTS}&by=agent&group=queue:1", "query.group[0]", "by agent and not queue"),
        (f"{FACTS}&group=agent:1&group=agent:2", "query.group[1]", "one agent"),
        (f"{FACTS}&group=agent:one", "query.group[0]", "number"),
        (f"{FACTS}&cursor=abc", "query.cursor", "cursor"),
    ],
)
async def test_what_is_unknown_is_refused_with_what_there_is(admin, path, field, told):
    refused = await admin("GET", path, status=422)

    assert refused["field"] == field
    assert told in refused["detail"]
