"""Why a ticket is where it is, and why somebody has not got it, through the API."""

from datetime import timedelta
from typing import Any

import factories
import pytest

from contactcenter.dispatch import holding, seek
from routing.eligibility import CLAUSES


@pytest.fixture
async def world(table) -> dict[str, Any]:
    """A ticket that Ann declined and that rings at Bob, in a queue with Tehran's hours."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT date_trunc('hour', clock_timestamp())")
    team_id = await factories.team(table)
    calendar_id = await factories.calendar(table)
    queue_id = await factories.queue(table, name="Support", team_id=team_id)
    await table.execute("UPDATE queue SET calendar_id = $1 WHERE id = $2", calendar_id, queue_id)
    ann, bob = [
        await factories.agent(table, now + timedelta(seconds=n), name=name, queues=[queue_id])
        for n, name in enumerate(["Ann", "Bob"])
    ]
    ticket = await factories.queued_ticket(table, now, queue_id=queue_id)
    await seek.agent_for(table, now, ticket)
    await holding.decline(table, now + timedelta(seconds=30), ticket.id, ann)
    return {"now": now, "team": team_id, "ticket": ticket.id, "ann": ann, "bob": bob}


@pytest.fixture
async def reader(staff, table, world):
    caller = await staff.signed_in("agent")
    await factories.join_teams(table, caller.user_id, world["team"])
    return caller


async def test_each_decision_has_a_sentence_and_its_numbers(reader, world) -> None:
    page = await reader("GET", f"/tickets/{world['ticket']}/why?time_zone=UTC", status=200)

    hour = f"{world['now']:%H}"
    assert (page["language"], page["time_zone"], page["next"]) == ("en", "UTC", None)
    assert [item["kind"] for item in page["items"]] == [
        "ticket_queued",
        "ticket_offered",
        "offer_declined",
        "ticket_offered",
    ]
    declined = page["items"][2]
    assert declined["sentence"] == (
        f"Ann declined at {hour}:00:30, after 30 s; asked again from {hour}:01:30."
    )
    assert (declined["agent_id"], declined["actor"]) == (world["ann"], f"user:{world['ann']}")
    assert (declined["configuration"], declined["numbers"]["rang_s"]) == (0, 30)


async def test_the_language_is_ones_own_unless_another_is_asked_for(reader, table, world) -> None:
    path = f"/tickets/{world['ticket']}/why"
    await table.execute("UPDATE user_account SET language = 'fa' WHERE id = $1", reader.user_id)

    own = await reader("GET", path, status=200)
    asked = await reader("GET", f"{path}?language=en", status=200)

    assert (own["language"], own["time_zone"]) == ("fa", "Asia/Tehran")
    assert "نپذیرفت" in own["items"][2]["sentence"]
    assert asked["language"] == "en"
    assert "declined" in asked["items"][2]["sentence"]


async def test_decisions_come_in_pages(reader, world) -> None:
    path = f"/tickets/{world['ticket']}/why?limit=3"

    first = await reader("GET", path, status=200)
    second = await reader("GET", f"{path}&cursor={first['next']}", status=200)

    assert [len(page["items"]) for page in (first, second)] == [3, 1]
    assert second["next"] is None
    assert second["items"][0]["sentence"].startswith("Offered to Bob")


@pytest.mark.parametrize(
    ("query", "place"),
    [("language=de", "query.language"), ("time_zone=Mars/Base", "query.time_zone")],
)
async def test_what_cannot_be_spoken_is_refused_by_name(reader, world, query, place) -> None:
    problem = await reader("GET", f"/tickets/{world['ticket']}/why?{query}", status=422)

    assert problem["field"] == place


async def test_a_stranger_is_told_of_no_ticket(staff, world) -> None:
    stranger = await staff.signed_in("agent")

    await stranger("GET", f"/tickets/{world['ticket']}/why", status=404)


async def test_an_agent_who_has_not_got_it_is_told_why(reader, world) -> None:
    path = f"/tickets/{world['ticket']}/why-not/{world['bob']}"

    answer = await reader("GET", path, status=200)
    persian = await reader("GET", f"{path}?language=fa", status=200)

    assert (answer["agent_name"], answer["clause"]) == ("Bob", "not_waiting")
    assert answer["sentence"].startswith("It rings at Bob, until ")
    assert persian["sentence"].startswith("هم‌اکنون نزد")
    assert [one["clause"] for one in answer["clauses"]] == list(CLAUSES)
    assert [one["clause"] for one in answer["clauses"] if not one["holds"]] == ["not_waiting"]
    assert answer["numbers"]["rings_at_id"] == world["bob"]
    assert answer["numbers"]["capacity"] == 3


async def test_an_agent_who_does_not_exist_is_named(reader, world) -> None:
    problem = await reader("GET", f"/tickets/{world['ticket']}/why-not/987654", status=404)

    assert (problem["detail"], problem["agent_id"]) == ("there is no agent 987654", 987654)


async def test_a_supervisor_sees_all_who_serve_the_queue(staff, reader, table, world) -> None:
    lead = await staff.signed_in("supervisor")
    await factories.join_teams(table, lead.user_id, world["team"])
    path = f"/tickets/{world['ticket']}/why-not"

    first = await lead("GET", f"{path}?limit=1", status=200)
    second = await lead("GET", f"{path}?limit=1&cursor={first['next']}", status=200)

    assert [p["items"][0]["agent_name"] for p in (first, second)] == ["Ann", "Bob"]
    assert second["next"] is None
    await reader("GET", path, status=403)


@pytest.mark.parametrize("path", ["why-not", "why-not/1"])
async def test_a_stranger_is_not_told_who_serves_its_queue(staff, world, path) -> None:
    stranger = await staff.signed_in("supervisor")

    await stranger("GET", f"/tickets/{world['ticket']}/{path}", status=404)
