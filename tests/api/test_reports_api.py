"""The report over HTTP: who sees what, in which form, and what is refused."""

import csv
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import factories as make
import pytest

from contactcenter.dispatch import ending, holding

PATH = "/reports/performance"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"
FIGURES = ["opened", "solved", "escalated", "reopened"]


@pytest.fixture
async def world(staff, table):
    """Bahar solved one ticket and Omid, whose name looks like a formula, two."""
    await make.prepare(table)
    team_id = await make.team(table)
    queue_id = await make.queue(table, team_id=team_id)
    bahar = await staff.account("agent", name="بهار", email="bahar@desk.test")
    omid = await staff.account("agent", name="=Omid", email="omid@desk.test")
    await table.execute("UPDATE agent SET capacity = 9")
    for agent_id, minutes in ((bahar, 2), (omid, 4), (omid, 7)):
        ticket = await make.queued_ticket(table, MONDAY, queue_id=queue_id, temperament="warm")
        await holding.give_to(table, MONDAY, ticket.id, agent_id, actor="system", note_id=None)
        await make.reply(table, MONDAY + timedelta(seconds=30), ticket.id, agent_id)
        at = MONDAY + timedelta(minutes=minutes)
        await ending.solve(
            table, at, ticket.id, actor="system", disposition="solved", reopen_window_s=3600
        )
    return SimpleNamespace(team_id=team_id, bahar=bahar, omid=omid)


async def test_an_administrator_reads_every_row_with_its_definition(admin, world):
    report = await admin("GET", f"{PATH}?{WEEK}", status=200)

    times = {"n": 1, "mean_s": 120.0, "median_s": 120.0, "p90_s": 120.0}
    bahar = {"agent_id": world.bahar, "agent": "بهار"}
    assert report["rows"][1] == {
        **bahar,
        "tier": 1,
        "channel": "sms",
        "temperament": "warm",
        **dict(zip(FIGURES, (1, 1, 0, 0), strict=True)),
        "first_reply": {"n": 1, "mean_s": 30.0, "median_s": 30.0, "p90_s": 30.0},
        "time_to_solve": times,
    }
    assert [row["agent"] for row in report["rows"]] == ["=Omid", "بهار"]
    assert report["totals"]["time_to_solve"] == {
        "n": 3,
        "mean_s": 260.0,
        "median_s": 240.0,
        "p90_s": 384.0,
    }
    assert report["period"] == {
        "from": "2026-03-02T00:00:00Z",
        "to": "2026-03-09T00:00:00Z",
        "time_zone": "UTC",
    }
    assert report["by"] == ["agent", "tier", "channel", "temperament"]
    assert datetime.fromisoformat(report["generated_at"]) > MONDAY
    metrics = [definition["metric"] for definition in report["definitions"]]
    assert metrics == [*FIGURES, "first_reply", "time_to_solve"]
    for definition in report["definitions"]:
        for language in ("en", "fa"):
            parts = {"name", "what", "clock", "attribution", "exclusions"}
            assert set(definition[language]) == parts
    assert set(report["notes"]) == {"en", "fa"}


async def test_csv_says_what_json_says(admin, world):
    response = await admin.send("GET", f"{PATH}?{WEEK}&format=csv")
    text = (await response.read()).decode("utf-8-sig")
    report = await admin("GET", f"{PATH}?{WEEK}", status=200)

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    disposition = response.headers["Content-Disposition"]
    assert 'filename="performance-2026-03-02-2026-03-09.csv"' in disposition
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["agent"] for row in rows] == ["'=Omid", "بهار"]
    for row in rows:
        row["agent"] = row["agent"].removeprefix("'")
    assert rows == [
        {name: "" if value is None else str(value) for name, value in _flat(row).items()}
        for row in report["rows"]
    ]


async def test_csv_begins_with_the_mark_spreadsheets_look_for(admin):
    response = await admin.send("GET", f"{PATH}?format=csv&by=tier")

    body = await response.read()
    assert body.startswith(b"\xef\xbb\xbftier,opened,solved,")
    assert body.count(b"\r\n") == 1


async def test_an_agent_reads_his_own_rows_and_no_other_name(staff, world):
    omid = await staff.session_of(world.omid)

    response = await omid.send("GET", f"{PATH}?{WEEK}&by=agent")
    body = await response.text()
    totals = (await omid("GET", f"{PATH}?{WEEK}&by=tier"))["totals"]

    assert "بهار" not in body
    assert (await response.json())["rows"][0]["agent"] == "=Omid"
    assert len((await response.json())["rows"]) == 1
    assert (totals["opened"], totals["solved"]) == (2, 2)


async def test_a_supervisor_reads_the_tickets_of_his_teams(supervisor, world, table):
    assert (await supervisor("GET", f"{PATH}?{WEEK}", status=200))["rows"] == []

    await make.join_teams(table, supervisor.user_id, world.team_id)

    rows = (await supervisor("GET", f"{PATH}?{WEEK}&by=agent", status=200))["rows"]
    assert [row["agent"] for row in rows] == ["=Omid", "بهار"]


async def test_a_program_needs_the_scope_to_read(staff, world):
    reader = await staff.token_of(world.omid, "read")
    writer = await staff.token_of(world.omid, "write")

    assert len((await reader("GET", f"{PATH}?{WEEK}", status=200))["rows"]) == 1
    assert (await writer("GET", f"{PATH}?{WEEK}", status=403))["code"] == "scope_missing"


async def test_nobody_reads_without_signing_in(nobody):
    assert (await nobody("GET", PATH, status=401))["code"] == "not_signed_in"


async def test_without_parameters_it_is_the_last_seven_days(admin):
    period = (await admin("GET", PATH, status=200))["period"]

    begins, ends = (datetime.fromisoformat(period[end]) for end in ("from", "to"))
    assert ends - begins == timedelta(days=7)
    assert abs(datetime.now(UTC) - ends) < timedelta(minutes=1)


async def test_dimensions_keep_their_order(admin, world):
    report = await admin("GET", f"{PATH}?{WEEK}&by=temperament,tier", status=200)

    assert report["by"] == ["temperament", "tier"]
    assert [list(_flat(row))[:2] for row in report["rows"]] == [["temperament", "tier"]]
    assert "agent" not in report["rows"][0]


async def test_what_cannot_be_accepted_is_named(admin, subtests):
    for query, field in [
        ("from=2026-03-02T00:00:00", "query.from"),
        ("from=yesterday", "query.from"),
        ("to=2026-03-02", "query.to"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "query.from"),
        ("from=2025-01-01T00:00:00Z&to=2026-03-02T00:00:00Z", "query.from"),
        ("from=9999-01-01T00:00:00Z", "query.from"),
        ("to=0001-01-01T00:00:00Z", "query.from"),
        ("from=0001-01-01T00:00:00%2B14:00&to=0001-01-02T00:00:00Z", "query.from"),
        ("by=agent,shoe_size", "query.by"),
        ("by=tier,tier", "query.by"),
        ("by=tier%00", "query.by"),
        ("format=xml", "query.format"),
        ("period=week", "query.period"),
        ("by=agent&by=tier", "query.by"),
    ]:
        with subtests.test(query=query, field=field):
            problem = await admin("GET", f"{PATH}?{query}", status=422)

            assert (problem["code"], problem["field"]) == ("bad_input", field)


def _flat(row):
    """The row as the table has it."""
    words = ("agent_id", "agent", "tier", "channel", "temperament")
    order = ("temperament", "tier") if "agent" not in row else words
    flat = {name: row[name] for name in (*order, *FIGURES)}
    for name in ("first_reply", "time_to_solve"):
        flat |= {f"{name}_{part}": value for part, value in row[name].items()}
    return flat
