"""Reports on the course of time over HTTP: their rows, whose they are, and what is refused."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import factories as make
import pytest

from contactcenter.dispatch import ending, holding, moving
from contactcenter.reporting import kept_facts
from contactcenter.tickets import tickets

#: A Monday, 11:30 in Tehran.
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"
REPORTS = ("heat_map", "created_solved", "backlog_ageing", "tier_flow")


def at(days: float = 0, minutes: float = 0) -> datetime:
    return MONDAY + timedelta(days=days, minutes=minutes)


@pytest.fixture
async def world(staff, table):
    """Bahar solves one on Monday that comes back on Tuesday; one of Wednesday goes to tier 2."""
    await make.prepare(table)
    team_id = await make.team(table)
    above = await make.queue(table, tier=2, team_id=team_id)
    front = await make.queue(table, tier=1, team_id=team_id, escalate_to_id=above)
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    await table.execute("UPDATE agent SET capacity = 9")
    first = await make.queued_ticket(table, at(), queue_id=front)
    await holding.give_to(table, at(), first.id, bahar, actor="system", note_id=None)
    await make.reply(table, at(minutes=5), first.id, bahar)
    await ending.solve(
        table,
        at(minutes=10),
        first.id,
        actor=f"user:{bahar}",
        disposition="solved",
        reopen_window_s=864000,
    )
    ticket = await tickets.lock(table, first.id)
    await ending.reopen(table, at(1), ticket, actor="customer", because="customer_wrote")
    second = await make.queued_ticket(table, at(2), queue_id=front)
    ticket = await tickets.lock(table, second.id)
    await moving.escalate(table, at(2, minutes=30), ticket, "agent", actor="system")
    await kept_facts.renew(table, [first.id, second.id])
    return SimpleNamespace(team_id=team_id, bahar=bahar, first=first.id, second=second.id)


async def test_the_heat_map_counts_by_the_hours_of_the_zone(admin, world):
    path = f"/reports/heat_map?{WEEK}&metric=opened&zone=Asia/Tehran"

    told = await admin("GET", path, status=200)
    persian = await admin("GET", f"{path}&language=fa", status=200)
    sunday = await admin("GET", f"{path}&language=fa&week_from=sunday", status=200)

    assert len(told["rows"]) == 168
    assert {(r["weekday_name"], r["hour"]): r["n"] for r in told["rows"] if r["n"]} == {
        ("Monday", 11): 1,
        ("Wednesday", 11): 1,
    }
    assert told["rows"][0]["weekday_name"] == "Monday"
    assert [r["weekday_name"] for r in persian["rows"][::24]][:2] == ["شنبه", "یکشنبه"]
    assert [r["weekday_name"] for r in sunday["rows"][::24]][:2] == ["یکشنبه", "دوشنبه"]
    assert sunday["rows"] == persian["rows"][24:] + persian["rows"][:24]
    assert persian["title"].startswith("ساعت‌های هفته")


async def test_hours_have_medians_of_their_own_values(admin, world):
    told = await admin("GET", f"/reports/heat_map?{WEEK}&metric=first_reply", status=200)

    [row] = [row for row in told["rows"] if row["n"]]
    assert (row["weekday"], row["hour"], row["median"], row["value"]) == (1, 8, 300.0, 300.0)
    assert [row["value"] for row in told["rows"] if not row["n"]] == [None] * 167


async def test_an_hour_that_clocks_show_twice_is_one(admin, world, table):
    for utc in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"):
        at_ = datetime.fromisoformat(utc)
        await table.execute(
            "INSERT INTO report_fact (kind, episode, from_at, at, temperament, value, is_first)"
            " VALUES ('opened', 1, $1, $1, 'warm', 'unknown', true)",
            at_,
        )
    period = "from=2026-10-25T00:00:00Z&to=2026-10-26T00:00:00Z"

    told = await admin("GET", f"/reports/heat_map?{period}&zone=Europe/Berlin", status=200)

    assert [(r["weekday"], r["hour"], r["n"]) for r in told["rows"] if r["n"]] == [(7, 2, 2)]


async def test_created_and_solved_are_told_by_day_and_by_the_months_of_a_calendar(admin, world):
    days = await admin("GET", f"/reports/created_solved?{WEEK}", status=200)
    path = f"/reports/created_solved?{WEEK}&zone=Asia/Tehran&calendar=jalali"
    months = await admin("GET", f"{path}&unit=month", status=200)
    weeks = await admin("GET", f"{path}&unit=week", status=200)

    assert [tuple(row.values()) for row in days["rows"]][:4] == [
        ("2026-03-02", 1, 0, 1, 0, 0),
        ("2026-03-03", 0, 1, 0, 1, 1),
        ("2026-03-04", 1, 0, 0, 1, 2),
        ("2026-03-05", 0, 0, 0, 0, 2),
    ]
    assert len(days["rows"]) == 7
    assert [tuple(row.values()) for row in months["rows"]] == [("2026-02-20", 2, 1, 1, 2, 2)]
    assert [row["begins"] for row in weeks["rows"]] == ["2026-02-28", "2026-03-07"]


async def test_the_backlog_of_each_day_is_what_was_known_then(admin, world):
    told = await admin("GET", f"/reports/backlog_ageing?{WEEK}", status=200)

    open_ = {}
    for row in told["rows"]:
        assert row["kind"] in {"ours", "pending"}
        if row["n"]:
            open_.setdefault(row["at"][:10], {})[row["age"]] = row["n"]
    assert open_ == {
        "2026-03-04": {"[0,1)": 1},
        "2026-03-05": {"[0,1)": 1, "[1,3)": 1},
        "2026-03-06": {"[1,3)": 2},
        "2026-03-07": {"[1,3)": 1, "[3,7)": 1},
        "2026-03-08": {"[3,7)": 2},
        "2026-03-09": {"[3,7)": 2},
    }
    assert (told["inputs"]["n"], told["inputs"]["oldest_ticket_id"]) == (2, world.first)
    assert told["inputs"]["oldest_since"].startswith("2026-03-03T08:00")
    assert told["inputs"]["oldest_kind"] == "ours"


async def test_the_oldest_is_of_what_is_kept(admin, world):
    path = f"/reports/backlog_ageing?{WEEK}&only=tier:2"

    told = await admin("GET", path, status=200)

    assert (told["inputs"]["n"], told["inputs"]["oldest_ticket_id"]) == (1, world.second)


async def test_moves_between_tiers_are_told_with_how_long_they_took(admin, world):
    told = await admin("GET", f"/reports/tier_flow?{WEEK}", status=200)

    assert told["rows"] == [
        {
            "from_tier": 1,
            "to_tier": 2,
            "direction": "up",
            "n": 1,
            "median_s": 1800.0,
            "p90_s": 1800.0,
        }
    ]


@pytest.mark.parametrize("report", REPORTS)
async def test_nobody_is_told_of_the_tickets_of_others(report, supervisor, world, table, admin):
    path = f"/reports/{report}?{WEEK}&metric=solved" if report == "heat_map" else ""
    path = path or f"/reports/{report}?{WEEK}"

    none = await supervisor("GET", path, status=200)
    await make.join_teams(table, supervisor.user_id, world.team_id)
    team = await supervisor("GET", path, status=200)
    everything = await admin("GET", path, status=200)

    def sums(told):
        counts = ("n", "opened", "solved", "reopened")
        return [sum(row.get(name) or 0 for row in told["rows"]) for name in counts]

    assert sums(none) == [0, 0, 0, 0]
    assert none["inputs"].get("oldest_ticket_id") is None
    assert sums(team) == sums(everything) != [0, 0, 0, 0]


@pytest.mark.parametrize("report", REPORTS)
async def test_a_period_without_anything_is_zeros_and_a_table_all_the_same(report, admin):
    told = await admin("GET", f"/reports/{report}?{WEEK}", status=200)
    response = await admin.send("GET", f"/reports/{report}?{WEEK}&format=csv")
    workbook = await admin.send("GET", f"/reports/{report}?{WEEK}&format=xlsx&language=fa")

    assert not any(row.get("n") or row.get("opened") for row in told["rows"])
    head = (await response.read()).decode("utf-8-sig").split("\r\n")[0]
    assert head == ",".join(column["name"] for column in told["columns"])
    assert (await workbook.read()).startswith(b"PK")


@pytest.mark.parametrize(
    ("path", "field", "told"),
    [
        ("heat_map?metric=backlog", "query.metric", "opened"),
        ("heat_map?clock=sun", "query.clock", "business"),
        ("created_solved?unit=hour", "query.unit", "month"),
        (
            "created_solved?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z",
            "query.unit",
            "week or month",
        ),
        (
            "backlog_ageing?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z",
            "query.from",
            "62",
        ),
        ("tier_flow?zone=Asia/Moon", "query.zone", "Asia"),
        ("tier_flow?only=moon:1", "query.only[0]", "temperament"),
        ("created_solved?calendar=lunar", "query.calendar", "jalali"),
        (
            "heat_map?zone=Asia/Tehran&from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59Z",
            "query.from",
            "range",
        ),
    ],
)
async def test_what_is_unknown_is_refused_with_what_there_is(admin, path, field, told):
    refused = await admin("GET", f"/reports/{path}", status=422)

    assert refused["field"] == field
    assert told in refused["detail"]
