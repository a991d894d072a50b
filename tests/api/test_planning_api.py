"""What-if over HTTP: the numbers given, those estimated from calls, and what is refused."""

from datetime import UTC, datetime

import factories as make
import pytest

#: The vector W01: 250 calls in half an hour, 210 seconds each, 80 % to be answered in 20 seconds.
W01 = "volume=250&aht_s=210&interval_s=1800&service_level=0.8&within_s=20&shrinkage=0.3"
PERIOD = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)

FACT = """
INSERT INTO report_fact
  (ticket_id, kind, episode, from_at, at, queue_id, channel, temperament, value, is_first, calendar_s, business_s, outcome)
SELECT $6, $1, 1, $2, $2, 1, $3, 'warm', 'unknown', true, $4, $4, $5 FROM generate_series(1, $7)
"""


async def calls(table, ticket_id=None):
    """Of ten calls in an hour two left; they waited 300 seconds in all. And a mail of an hour."""
    for kind, channel, seconds, outcome, n in (
        ("queue_wait", "phone", 10.0, "answered", 8),
        ("queue_wait", "phone", 110.0, "abandoned", 2),
        ("queue_wait", "email", 9000.0, "answered", 1),
        ("handled", "phone", 180.0, None, 8),
        ("handled", "email", 3600.0, None, 1),
    ):
        await table.execute(FACT, kind, MONDAY, channel, seconds, outcome, ticket_id, n)


@pytest.mark.parametrize(("more", "agents"), [("", 32), ("&most_abandoned=0.03", 33)])
async def test_what_is_given_is_answered_as_the_formulas_say(admin, more, agents):
    told = await admin("GET", f"/reports/staffing?{W01}&patience_s=300{more}", status=200)

    inputs = told["inputs"]
    assert (inputs["agents_needed_erlang_a"], inputs["agents_needed_erlang_c"]) == (
        agents,
        34,
    )
    assert inputs["agents_scheduled_erlang_c"] == 49
    assert inputs["estimated"] == []
    assert [row["agents"] for row in told["rows"]] == list(range(agents - 10, agents + 11))
    rows = {row["agents"]: row for row in told["rows"]}
    assert [rows[n]["keeps_target"] for n in (agents - 1, agents)] == [False, True]
    assert [rows[n]["keeps_target_erlang_c"] for n in (33, 34)] == [False, True]
    assert rows[34]["scheduled"] == 49
    assert rows[34]["occupancy_erlang_c"] == pytest.approx(250 * 210 / 1800 / 34)
    assert rows[29]["answer_s_erlang_c"] is None  # fewer than there is work for
    assert set(rows[34]) == {column["name"] for column in told["columns"]}


async def test_what_is_not_given_is_estimated_from_calls(admin, table):
    await calls(table)

    told = await admin("GET", f"/reports/staffing?{PERIOD}&agents=3", status=200)

    inputs = told["inputs"]
    assert inputs["estimated"] == ["volume", "aht_s", "patience_s"]
    assert (inputs["volume"], inputs["aht_s"], inputs["patience_s"]) == (5.0, 180.0, 150.0)
    assert (inputs["calls_in_period"], inputs["abandoned_in_period"]) == (10, 2)
    assert inputs["deferrable_s"] == pytest.approx(3600 * 1800 / (7 * 86400), abs=0.001)
    assert [row["agents"] for row in told["rows"]] == list(range(1, 14))
    one = told["rows"][0]
    assert one["spare_s"] == pytest.approx((1 - one["occupancy"]) * 1800)
    assert one["has_time_for_deferrable"]


async def test_calls_are_those_of_ones_teams(table, admin, supervisor):
    await make.prepare(table)
    team_id = await make.team(table)
    queue_id = await make.queue(table, team_id=team_id)
    ticket = await make.queued_ticket(table, MONDAY, queue_id=queue_id)
    await calls(table, ticket.id)

    none = await supervisor("GET", f"/reports/staffing?{PERIOD}", status=200)
    await make.join_teams(table, supervisor.user_id, team_id)
    team = await supervisor("GET", f"/reports/staffing?{PERIOD}", status=200)

    assert (none["inputs"]["calls_in_period"], none["rows"]) == (0, [])
    assert none["notes"]
    assert team["inputs"]["calls_in_period"] == 10


async def test_where_nobody_left_there_is_no_erlang_a(admin):
    told = await admin("GET", f"/reports/staffing?{W01}&language=fa", status=200)
    file = await admin.send("GET", f"/reports/staffing?{W01}&format=csv")

    assert told["inputs"]["agents_needed_erlang_a"] is None
    assert told["inputs"]["agents_needed_erlang_c"] == 34
    assert {row["service_level"] for row in told["rows"]} == {None}
    assert "ارلانگ C" in told["notes"][0]
    assert len((await file.read()).splitlines()) == 22


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("only=channel:phone", "query.only"),
        ("shrinkage=1", "query.shrinkage"),
        ("volume=-1", "query.volume"),
        ("agents=0", "query.agents"),
        ("only=moon:1", "query.only[0]"),
    ],
)
async def test_what_makes_no_sense_is_refused(admin, query, field):
    assert (await admin("GET", f"/reports/staffing?{query}", status=422))["field"] == field
