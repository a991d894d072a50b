"""Callbacks through the API: who is to be called back, and who may know of it."""

import call_scenes
import factories
import pytest


@pytest.fixture
async def asked(table, agent):
    """Somebody whose ticket waits behind another one is to be called back."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    team_id = await factories.team(table)
    queue_id = await factories.queue(table, team_id=team_id)
    await factories.join_teams(table, agent.user_id, team_id)
    entry_point_id = await factories.entry_point(table, queue_id=queue_id, channel="phone")
    for _ in range(2):
        contact_id = await factories.contact(table, name="Sara")
        ticket = await factories.queued_ticket(table, now, queue_id=queue_id, contact_id=contact_id)
    return await table.fetchval(
        "INSERT INTO callback (ticket_id, entry_point_id, address, language, asked_at, due_at)"
        " VALUES ($1, $2, $3, 'fa', $4, $4) RETURNING id",
        ticket.id,
        entry_point_id,
        call_scenes.CALLER,
        now,
    )


async def test_who_is_to_be_called_back_keeps_his_place(agent, asked):
    [found] = (await agent("GET", "/callbacks", status=200))["items"]

    assert (found["id"], found["state"], found["position"]) == (asked, "waiting", 2)
    assert (found["contact_name"], found["attempts"], found["language"]) == ("Sara", 0, "fa")
    assert await agent("GET", f"/callbacks/{asked}", status=200) == found


async def test_other_teams_do_not_know_of_it(supervisor, asked):
    assert (await supervisor("GET", "/callbacks", status=200))["items"] == []
    await supervisor("GET", f"/callbacks/{asked}", status=404)


async def test_what_was_kept_is_listed_when_asked_for(agent, asked, table):
    await table.execute(
        "UPDATE callback SET state = 'kept', ended_because = 'answered', ended_at = now()"
    )

    assert (await agent("GET", "/callbacks", status=200))["items"] == []
    [found] = (await agent("GET", "/callbacks?open=false", status=200))["items"]
    assert (found["state"], found["position"]) == ("kept", None)


async def test_a_callback_is_called_off_once(agent, supervisor, asked, table):
    path = f"/callbacks/{asked}/cancellations"
    await supervisor("POST", path, status=404)

    gone = await agent("POST", path, status=201)

    assert (gone["state"], gone["position"]) == ("cancelled", None)
    assert (await agent("POST", path, status=409))["code"] == "callback_is_over"
    told = await table.fetchrow("SELECT actor, data FROM event WHERE kind = 'callback_changed'")
    assert told["actor"] == f"user:{agent.user_id}"
