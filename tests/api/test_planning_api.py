"""Days to plan over HTTP: what-if of agents, the forecast, and the promises of a day."""

from datetime import UTC, date, datetime, time, timedelta

import factories as make
import pytest

from routing.calendars import persian

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


OPENED = """
INSERT INTO report_fact (ticket_id, kind, episode, from_at, at, queue_id, channel, temperament, value, is_first)
SELECT $4, 'opened', 1, $1, $1, $2, 'sms', 'warm', 'unknown', true FROM generate_series(1, $3)
"""
PROMISE = """
INSERT INTO report_fact (ticket_id, kind, episode, from_at, at, agent_id, temperament, value, is_first, calendar_s, outcome)
VALUES ($4, 'promise', 1, $1, $1, $2, 'warm', 'unknown', true, 60, $3)
"""
CLOCK = """
INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share, configuration_version, started_at, due_at)
VALUES ($1, 1, 'resolution', 'p', 60, 0.8, 1, $2, $2)
"""


async def opened(table, day: date, n: int, ticket_id: int | None = None) -> None:
    """So many problems at half past ten."""
    at = datetime.combine(day, time(10, 30), UTC)
    await table.execute(OPENED, at, 1, n, ticket_id)


async def test_a_day_is_the_mean_of_the_last_four_like_it(admin, supervisor, table):
    day = datetime.now(UTC).date() + timedelta(days=1)
    for weeks, n in enumerate((4, 6, 4, 6, 9, 9), start=1):
        await opened(table, day - timedelta(weeks=weeks), n)
    await opened(table, day - timedelta(days=2), 50)
    await opened(table, day - timedelta(weeks=7), 1)

    told = await admin("GET", "/reports/forecast", status=200)
    none = await supervisor("GET", "/reports/forecast", status=200)
    other = await admin("GET", "/reports/forecast?channel=phone", status=200)

    assert len(told["rows"]) == 48
    [row] = [row for row in told["rows"] if row["expected"]]
    assert row["starts_at"].startswith(f"{day}T10:30")
    assert (row["expected"], row["weeks"], row["actual"]) == (5.0, 4, None)
    assert (row["lower"], row["upper"]) == (1.0, 11.0)
    assert told["inputs"]["expected_of_day"] == 5.0
    assert told["inputs"]["over_dispersion"] == 1.0
    for one in (none, other):
        assert one["inputs"]["expected_of_day"] == 0.0


async def test_a_day_that_is_past_has_what_came_beside_it(admin, table):
    day = datetime.now(UTC).date() - timedelta(days=1)
    await opened(table, day, 7)

    told = await admin("GET", f"/reports/forecast?day={day}", status=200)

    assert [row["actual"] for row in told["rows"] if row["actual"]] == [7]
    assert {row["expected"] for row in told["rows"]} == {None}


async def test_what_comes_on_holidays_is_known_from_those_before(admin, table):
    """Nowruz had two where the weeks beside it had ten; the 22nd of Bahman will have fewer, too."""
    today = persian.persian_date(datetime.now(UTC).date())
    year = today.year if (today.month, today.day) > (11, 22) else today.year - 1
    day, nowruz = persian.gregorian_date(year, 11, 22), persian.gregorian_date(year, 1, 1)
    for weeks in range(1, 9):
        await opened(table, day - timedelta(weeks=weeks), 10)
    for one, n in ((nowruz, 2), (nowruz - timedelta(7), 10), (nowruz + timedelta(7), 10)):
        await opened(table, one, n)

    told = await admin("GET", f"/reports/forecast?day={day}&country=IR", status=200)
    usual = await admin("GET", f"/reports/forecast?day={day}", status=200)

    factor = told["inputs"]["factor"]
    assert 0 < factor < 1
    assert told["inputs"]["is_public_holiday"]
    assert told["inputs"]["expected_of_day"] == pytest.approx(10 * factor, abs=0.001)
    assert usual["inputs"]["expected_of_day"] == 10.0


async def test_the_promises_of_a_day_are_met_broken_or_running(staff, table, admin, supervisor):
    await make.prepare(table)
    team_id = await make.team(table)
    queue_id = await make.queue(table, team_id=team_id)
    ticket = await make.queued_ticket(table, MONDAY, queue_id=queue_id)
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    soon = datetime.now(UTC) + timedelta(minutes=10)
    day = soon.date()
    for hour, outcome in ((1, "met"), (1, "breached"), (5, "met")):
        at = datetime.combine(day, time(hour), UTC)
        await table.execute(PROMISE, at, bahar, outcome, ticket.id)
    await table.execute(CLOCK, ticket.id, soon)
    path = f"/reports/sla_burn_down?day={day}"

    told = await admin("GET", path, status=200)
    none = await supervisor("GET", path, status=200)
    own = await (await staff.session_of(bahar))("GET", path, status=200)
    await make.join_teams(table, supervisor.user_id, team_id)
    team = await supervisor("GET", path, status=200)

    names = ("due", "met", "broken", "running", "at_risk")
    assert [told["inputs"][name] for name in names] == [4, 2, 1, 1, 1]
    assert team["rows"] == told["rows"]
    assert [none["inputs"][name] for name in names] == [0, 0, 0, 0, 0]
    assert [own["inputs"][name] for name in names] == [3, 2, 1, 0, 0]
    rows = told["rows"]
    assert len(rows) == 24
    assert [(r["met"], r["broken"]) for r in rows if r["hour"] in {1, 5}] == [(1, 1), (1, 0)]
    assert rows[soon.hour]["running"] == 1
    assert [row["left"] for row in rows] == [1] * soon.hour + [0] * (24 - soon.hour)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("forecast?day=1900-01-01", "query.day"),
        ("forecast?zone=Mars", "query.zone"),
        ("forecast?country=XX", "query.country"),
        ("sla_burn_down?day=9999-12-31", "query.day"),
        ("sla_burn_down?day=0000-01-01", "query.day"),
        ("forecast?day=someday", "query.day"),
        ("forecast?day=2026-03", "query.day"),
    ],
)
async def test_a_day_nobody_knows_is_refused(admin, path, field):
    assert (await admin("GET", f"/reports/{path}", status=422))["field"] == field
