"""The live board over HTTP: what waits, who is there, what is at risk, and how the day goes."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import factories as make
import pytest

from contactcenter.dispatch import ending, holding
from contactcenter.reporting import kept_facts, today


@pytest.fixture
async def now(table) -> datetime:
    return await table.fetchval("SELECT clock_timestamp()")


@pytest.fixture
async def world(staff, table, now):
    """A front with three who wait, one of them for an hour; one was answered, and one has left."""
    await make.prepare(table)
    team_id, other = await make.team(table), await make.team(table)
    front = await make.queue(table, name="Front", team_id=team_id)
    above = await make.queue(table, name="Above", tier=2, team_id=other)
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    await table.execute(
        "UPDATE agent SET capacity = 2, load = 1, presence = 'available', presence_since = $1"
        " WHERE id = $2",
        now,
        bahar,
    )
    await make.join_queue(table, bahar, front)
    made = []
    for minutes in (61, 2, 0.1, 3, 3):
        at = now - timedelta(minutes=minutes)
        made.append(await make.queued_ticket(table, at, queue_id=front))
    waited, *_, taken, left = made
    at = now - timedelta(minutes=3) + timedelta(seconds=10)
    await holding.give_to(table, at, taken.id, bahar, actor="system", note_id=None)
    await ending.abandon(table, at, left.id)
    await table.execute(
        "INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share,"
        " configuration_version, started_at, due_at)"
        " SELECT id, 1, 'first_reply', 'all', 3600, 0.8, 1, $2, $3 FROM ticket WHERE id = $1",
        waited.id,
        now,
        now + timedelta(minutes=10),
    )
    await kept_facts.renew(table, [ticket.id for ticket in made])
    return SimpleNamespace(team_id=team_id, front=front, above=above, bahar=bahar, waited=waited.id)


@pytest.fixture(autouse=True)
def _fresh(services):
    """Figures of another test's day are not this one's."""
    services.today._known.clear()


async def test_the_board_tells_what_waits_and_how_the_day_goes(admin, world):
    board = await admin("GET", "/reports/live", status=200)

    queues = {one["queue_id"]: one for one in board["queues"]}
    front, above = queues[world.front], queues[world.above]
    assert board["ages_s"] == [0, 60, 300, 900, 3600]
    assert (front["waiting"], front["waiting_by_age"]) == (3, [1, 1, 0, 0, 1])
    assert front["longest_ticket_id"] == world.waited
    assert 3659 < front["longest_wait_s"] < 3720
    assert (above["waiting"], above["waiting_by_age"], above["longest_wait_s"]) == (0, [0] * 5, 0)
    assert (front["agents"], front["available"]) == (1, 0)
    assert board["waiting"] == 3
    assert board["at_risk_n"] == 1
    assert [one["ticket_id"] for one in board["at_risk"]] == [world.waited]


async def test_today_is_told_by_the_service_level_that_was_asked_for(admin, world, now):
    zone = "Asia/Tehran" if now.hour == 0 else "UTC"  # three minutes ago were today there
    path = f"/reports/live?zone={zone}&variant=abandoned_bad"

    board = await admin("GET", f"{path}&within_s=20", status=200)
    strict = await admin("GET", f"{path}&within_s=5", status=200)

    queues = {one["queue_id"]: one["today"] for one in board["queues"]}
    today_ = queues[world.front]
    assert (today_["answered"], today_["abandoned"]) == (1, 1)
    assert (today_["answered_in_time"], today_["service_level_of"]) == (1, 2)
    assert today_["service_level"] == 0.5
    assert strict["today"]["service_level"] == 0.0
    assert board["today"] == today_
    assert queues[world.above]["service_level"] is None


async def test_who_is_there_is_told_with_what_he_holds(admin, world):
    board = await admin("GET", "/reports/live", status=200)

    [agent] = [one for one in board["agents"] if one["agent_id"] == world.bahar]
    assert (agent["name"], agent["presence"], agent["capacity"]) == ("Bahar", "available", 2)
    assert board["presences"]["available"] >= 1


async def test_a_supervisor_sees_the_queues_and_people_of_his_teams(supervisor, world, table):
    none = await supervisor("GET", "/reports/live", status=200)
    await make.join_teams(table, supervisor.user_id, world.team_id)
    await make.join_teams(table, world.bahar, world.team_id)
    his = await supervisor("GET", "/reports/live", status=200)

    assert (none["queues"], none["waiting"], none["at_risk_n"], none["agents"]) == ([], 0, 0, [])
    assert none["today"]["answered"] == 0
    assert [one["queue_id"] for one in his["queues"]] == [world.front]
    assert [one["agent_id"] for one in his["agents"]] == [world.bahar]
    assert (his["waiting"], his["at_risk_n"]) == (3, 1)


async def test_it_is_not_for_agents(agent):
    await agent("GET", "/reports/live", status=403)


async def test_what_is_unknown_is_refused_with_what_there_is(admin, subtests):
    for query, field, told in (
        ("zone=Asia/Teheran", "query.zone", "Asia/Tehran"),
        ("variant=mine", "query.variant", "abandoned_bad"),
        ("within_s=0", "query.within_s", ""),
    ):
        with subtests.test(query=query):
            refused = await admin("GET", f"/reports/live?{query}", status=422)
            assert refused["field"] == field
            assert told in refused["detail"]


async def test_all_who_look_at_the_same_time_share_what_is_counted(table, world, monkeypatch):
    counted = []
    asked = today.answers.answer_all

    async def answer_all(*args, **more):
        counted.append(args)
        return await asked(*args, **more)

    monkeypatch.setattr(today.answers, "answer_all", answer_all)
    seconds = [0.0]
    figures = today.Today(clock=lambda: seconds[0])
    at = datetime.now(UTC)
    day = today.Day(
        from_at=at - timedelta(hours=1),
        zone=UTC,
        within_s=20,
        variant="abandoned_bad",
    )

    first = await figures.of(table, at, day)
    seconds[0] = 1.9
    assert await figures.of(table, at, day) is first
    assert len(counted) == 1
    seconds[0] = 2.0
    await figures.of(table, at, day)
    assert len(counted) == 2


async def test_the_board_as_a_file_is_a_row_a_queue(admin, world):
    english = await admin.send("GET", "/reports/live?format=csv")
    spec = await admin.send("GET", "/reports/live?format=vega&language=fa")
    drawn = json.loads(await spec.read())

    rows = list(csv.DictReader(io.StringIO((await english.read()).decode("utf-8-sig"))))
    front = next(row for row in rows if row["queue"] == "Front")
    ages = [front[f"waiting_from_{since_s}_s"] for since_s in (0, 60, 300, 900, 3600)]
    assert (front["waiting"], ages) == ("3", ["1", "1", "0", "0", "1"])
    assert (front["abandoned"], front["longest_ticket_id"]) == ("1", str(world.waited))
    assert drawn["encoding"]["color"]["scale"]["domain"][1] == "\u2067۱ تا ۵ دقیقه\u2069"
    assert {row["queue"] for row in drawn["data"]["values"]} >= {"Front", "Above"}
