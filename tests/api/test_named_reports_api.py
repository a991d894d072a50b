"""Reports by name over HTTP: what was asked, who sees what, and what is refused."""

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import factories as make
import pytest
from openpyxl import load_workbook
from report_world import MONDAY, WEEK, three_solved

from contactcenter import agents
from contactcenter.history import Fact
from contactcenter.reporting import agent_times, making, roll_ups, workbooks
from contactcenter.reporting.catalogue import REPORTS

WORK = REPORTS["work"]
NOBODYS = {"ticket": None, "contact": None, "episode": 1, "from_at": MONDAY}


@pytest.fixture
async def world(staff, table):
    return await three_solved(staff, table)


async def test_work_is_told_by_agent_with_names_and_totals_of_all_values(admin, world):
    report = await admin("GET", f"/reports/work?{WEEK}", status=200)

    assert [(row["group"], row["names"]) for row in report["rows"]] == [
        ({"agent": world.omid}, {"agent": "Omid"}),
        ({"agent": world.bahar}, {"agent": "بهار"}),
    ]
    assert report["rows"][0]["figures"]["time_to_solve"] == {
        "n": 2,
        "value": 330.0,
        "mean": 330.0,
        "median": 330.0,
        "p90": 402.0,
        "numerator": None,
        "denominator": None,
    }
    assert report["totals"]["time_to_solve"]["median"] == 240.0
    assert report["totals"]["handled"]["n"] == 3
    assert [column["metric"] for column in report["metrics"]] == list(REPORTS["work"].metrics)


async def test_an_agent_sees_his_own_and_a_supervisor_his_teams(staff, supervisor, world):
    omid = await staff.session_of(world.omid)

    own = await omid("GET", f"/reports/work?{WEEK}", status=200)
    none = await supervisor("GET", f"/reports/work?{WEEK}", status=200)

    assert [row["group"]["agent"] for row in own["rows"]] == [world.omid]
    assert none["rows"] == []
    assert none["totals"]["solved"] == {**none["totals"]["solved"], "n": 0, "value": 0.0}


async def test_what_may_still_come_back_is_not_judged_yet(admin, world, table):
    path = f"/reports/lasting?{WEEK}&by="
    now = await table.fetchval("SELECT clock_timestamp()")

    judged = await admin("GET", path, status=200)
    since = now - timedelta(days=6)
    await table.execute("UPDATE report_fact SET at = $1 WHERE kind = 'solved'", since)
    fresh = await admin("GET", "/reports/lasting?by=", status=200)

    for metric in ("first_contact_resolution", "reopen_rate"):
        assert judged["totals"][metric]["denominator"] == 3
        assert fresh["totals"][metric]["denominator"] == 0
    assert judged["totals"]["reopen_rate"]["value"] == 0.0


async def test_how_agents_spent_their_time_is_seen_by_who_leads_them(
    admin, staff, supervisor, world, table
):
    for agent_id in (world.bahar, world.omid):
        for minutes, presence in ((-8, "available"), (8, "offline")):
            agent = await agents.find(table, agent_id)
            at = MONDAY + timedelta(minutes=minutes)
            await agents.set_presence(table, at, agent, presence, None, actor="system")
    since = dict.fromkeys((world.bahar, world.omid), agent_times.FROM_THE_FIRST)
    await agent_times.renew(table, since, MONDAY + timedelta(hours=1))
    lead_id = await table.fetchval("SELECT id FROM user_account WHERE role = 'supervisor'")
    await make.join_teams(table, lead_id, world.team_id)
    await make.join_teams(table, world.omid, world.team_id)
    omid = await staff.session_of(world.omid)

    everybody = await admin("GET", f"/reports/agent_time?{WEEK}", status=200)
    his_own = await omid("GET", f"/reports/agent_time?{WEEK}", status=200)
    team = await supervisor("GET", f"/reports/agent_time?{WEEK}", status=200)

    assert {
        row["group"]["agent"]: row["figures"]["occupancy"]["value"] for row in everybody["rows"]
    } == {world.bahar: 0.125, world.omid: 0.4375}
    assert everybody["totals"]["utilisation"]["value"] == 9 / 32
    assert [row["group"]["agent"] for row in his_own["rows"]] == [world.omid]
    assert [row["group"]["agent"] for row in team["rows"]] == [world.omid]
    assert team["rows"][0]["figures"]["concurrency"]["value"] == round(11 / 7, 6)


async def test_the_period_before_is_told_beside_it_and_filters_keep_what_they_name(admin, world):
    later = "from=2026-03-09T00:00:00Z&to=2026-03-16T00:00:00Z"
    path = f"/reports/work?{later}&by=&compare=true&only=agent:{world.omid}"

    report = await admin("GET", path, status=200)

    assert report["totals"]["solved"]["n"] == 0
    assert report["previous_totals"]["solved"]["n"] == 2
    assert report["filters"] == {"agent": [world.omid]}


async def test_a_period_by_name_is_of_the_zone_and_calendar_and_compared_with_its_like(
    admin, world
):
    path = "/reports/work?zone=Asia/Tehran&compare=true&by="

    march = await admin("GET", f"{path}&period=2026-03", status=200)
    farvardin = await admin("GET", f"{path}&period=1405-01&language=fa", status=200)
    same = await admin("GET", f"{path}&period=1405-01&calendar=jalali", status=200)

    assert march["period"] == {
        "from": "2026-02-28T20:30:00Z",
        "to": "2026-03-31T20:30:00Z",
        "time_zone": "Asia/Tehran",
    }
    assert march["previous_period"]["from"] == "2026-01-31T20:30:00Z"
    assert march["previous_period"]["to"] == march["period"]["from"]
    assert march["totals"]["solved"]["n"] == 3
    assert farvardin["period"]["from"] == "2026-03-20T20:30:00Z"
    assert farvardin["previous_period"]["from"] == "2026-02-19T20:30:00Z"
    assert farvardin["totals"]["solved"]["n"] == 0
    assert farvardin["previous_totals"]["solved"]["n"] == 3
    assert same["period"] == farvardin["period"]


async def test_corrections_of_closed_days_are_told_and_by_the_report_that_has_them(
    admin, world, table
):
    later = MONDAY + timedelta(days=2)
    await roll_ups.close_days(table, later, ZoneInfo("UTC"))
    while await roll_ups.roll_up_next(table, later):
        pass
    none = await admin("GET", f"/reports/work?{WEEK}", status=200)
    await table.execute(
        "DELETE FROM report_fact WHERE kind = 'handled' AND agent_id = $1", world.omid
    )
    await roll_ups.mark(table, [Fact(kind="handled", at=MONDAY, **NOBODYS)])
    while await roll_ups.roll_up_next(table, later):
        pass

    told = await admin("GET", f"/reports/corrections?{WEEK}&limit=200", status=200)
    report = await admin("GET", f"/reports/work?{WEEK}", status=200)
    empty = await admin("GET", "/reports/corrections", status=200)

    [one] = [c for c in told["items"] if (c["metric"], c["dimension"]) == ("handled", "agent")]
    assert (one["value"], one["n_before"], one["n_after"]) == (str(world.omid), 2, 0)
    assert (one["from"], one["to"]) == ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    assert (none["source"], none["corrected_at"]) == ("facts", None)
    assert report["corrected_at"] == one["at"]
    assert empty["items"] == []


async def test_the_list_of_reports_says_what_each_figure_means(admin):
    told = await admin("GET", "/reports?language=fa", status=200)

    assert [report["name"] for report in told["reports"]] == list(REPORTS)
    work = next(report for report in told["reports"] if report["name"] == "work")
    assert [column["metric"] for column in work["metrics"]] == list(REPORTS["work"].metrics)
    english = (await admin("GET", f"/reports/work?{WEEK}&language=en", status=200))["metrics"]
    for column, other in zip(work["metrics"], english, strict=True):
        assert set(column["definition"]) == {"name", "what", "when", "whose"}
        assert column["definition"]["what"] != other["definition"]["what"]


async def test_csv_says_what_json_says_and_no_cell_is_a_formula(admin, world, table):
    await table.execute("UPDATE user_account SET name = '=Omid' WHERE id = $1", world.omid)
    report = await admin("GET", f"/reports/work?{WEEK}", status=200)

    response = await admin.send("GET", f"/reports/work?{WEEK}&format=csv")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    disposition = response.headers["Content-Disposition"]
    assert 'filename="work-2026-03-02-2026-03-09.csv"' in disposition
    text = (await response.read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["agent_name"] for row in rows] == ["'=Omid", "بهار"]
    for row, line in zip(rows, report["rows"], strict=True):
        for metric, figure in line["figures"].items():
            for part, value in figure.items():
                assert row[f"{metric}_{part}"] == ("" if value is None else str(value))


async def test_a_workbook_says_what_json_says_in_the_language_asked_for(admin, world, table):
    await table.execute("UPDATE user_account SET name = '=Omid' WHERE id = $1", world.omid)

    response = await admin.send("GET", f"/reports/work?{WEEK}&format=xlsx&language=fa")

    assert response.headers["Content-Type"] == workbooks.CONTENT_TYPE
    assert 'filename="work-2026-03-02-2026-03-09.xlsx"' in response.headers["Content-Disposition"]
    rows, about = load_workbook(io.BytesIO(await response.read()))
    heads, *lines = rows.values
    meant = {column.metric: column.definition.name for column in making.columns(WORK, "fa")}
    assert [line[heads.index("agent_name")] for line in lines] == ["=Omid", "بهار"]
    place = heads.index(f"{meant['time_to_solve']}: median")
    assert [line[place] for line in lines] == [
        timedelta(minutes=5, seconds=30),
        timedelta(minutes=2),
    ]
    assert rows.sheet_view.rightToLeft
    assert dict(about.values)["time_zone"] == "UTC"


@pytest.mark.parametrize(
    ("path", "field", "told"),
    [
        ("/reports/nothing", "path.report", "escalations"),
        ("/reports/work?by=agent,moon", "query.by", "temperament"),
        (
            "/reports/work?from=0001-01-01T00:00:00Z&to=0001-03-01T00:00:00Z&compare=true",
            "query.compare",
            "before",
        ),
        ("/reports/work?zone=Asia/Moon", "query.zone", "Asia/Tehran"),
        ("/reports/work?zone=Asia/Teheran", "query.zone", "did you mean Asia/Tehran"),
        ("/reports/work?period=last_moon", "query.period", "last_week"),
        ("/reports/work?period=today&to=2026-03-02T00:00:00Z", "query.period", "either"),
        ("/reports/work?period=today&calendar=lunar", "query.calendar", "jalali"),
        ("/reports/work?only=moon:1", "query.only[0]", "temperament"),
        ("/reports/work?only=queue:one", "query.only[0]", "number"),
        ("/reports/work?by=tier,tier", "query.by", "twice"),
        ("/reports/work?by=tier%00", "query.by", "NUL"),
        ("/reports/work?format=xml", "query.format", "xlsx"),
        ("/reports/work?from=2026-03-02T00:00:00", "query.from", ""),
        ("/reports/work?from=2025-01-01T00:00:00Z&to=2026-03-02T00:00:00Z", "query.from", "366"),
        ("/reports/work?from=9999-01-01T00:00:00Z", "query.from", ""),
        ("/reports/work?clock=sun", "query.clock", "business"),
    ],
)
async def test_what_is_unknown_is_refused_with_what_there_is(admin, path, field, told):
    refused = await admin("GET", path, status=422)

    assert refused["field"] == field
    assert told in refused["detail"]


async def test_a_program_needs_the_scope_to_read(staff, world):
    reader = await staff.token_of(world.omid, "read")
    writer = await staff.token_of(world.omid, "write")

    assert len((await reader("GET", f"/reports/performance?{WEEK}&by=agent", status=200))["rows"])
    refused = await writer("GET", f"/reports/performance?{WEEK}", status=403)
    assert refused["code"] == "scope_missing"


async def test_nobody_reads_without_signing_in(nobody):
    assert (await nobody("GET", "/reports/performance", status=401))["code"] == "not_signed_in"


async def test_without_parameters_it_is_the_last_seven_days(admin):
    period = (await admin("GET", "/reports/performance", status=200))["period"]

    begins, ends = (datetime.fromisoformat(period[end]) for end in ("from", "to"))
    assert ends - begins == timedelta(days=7)
    assert abs(datetime.now(UTC) - ends) < timedelta(minutes=1)
