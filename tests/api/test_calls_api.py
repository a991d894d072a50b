"""Calls through the API: who sees them, on hold and back, who else is in them, and their end."""

import asyncio

import call_scenes
import factories
import pytest

PATHS = ("holds", "resumptions", "endings")

TEHRAN = "+982188776655"


@pytest.fixture
async def scene(table, agent):
    await factories.prepare(table)
    return await call_scenes.talking(table, agent.user_id)


async def test_a_call_tells_who_talks_with_whom(agent, scene):
    seen = await agent("GET", f"/calls/{scene.call_id}", status=200)

    assert (seen["state"], seen["is_held"], seen["agent_id"]) == ("talking", False, agent.user_id)
    assert (seen["contact_name"], seen["ticket_id"]) == ("Sara", scene.ticket_id)
    assert [(leg["party"], leg["state"]) for leg in seen["legs"]] == [
        ("customer", "joined"),
        ("agent", "joined"),
    ]
    assert await agent("GET", f"/tickets/{scene.ticket_id}/calls", status=200) == [seen]
    assert (await agent("GET", "/calls", status=200))["items"] == [seen]


async def test_live_calls_are_shown_to_those_who_lead_the_team(
    scene, staff, supervisor, admin, table
):
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", scene.queue_id)
    lead = await staff.signed_in("supervisor")
    mate = await staff.signed_in("agent")
    await factories.join_teams(table, lead.user_id, team_id)
    await factories.join_teams(table, mate.user_id, team_id)

    shown = {
        who.user_id: [c["id"] for c in (await who("GET", "/calls", status=200))["items"]]
        for who in (lead, mate, supervisor, admin)
    }

    assert shown == {
        lead.user_id: [scene.call_id],
        mate.user_id: [],  # he is not in it, though he may read it
        supervisor.user_id: [],
        admin.user_id: [scene.call_id],
    }
    await mate("GET", f"/calls/{scene.call_id}", status=200)
    await supervisor("GET", f"/calls/{scene.call_id}", status=404)


async def test_who_waits_has_a_place_and_an_age(scene, admin, table):
    now = await table.fetchval("SELECT clock_timestamp()")
    waiting = []
    for _ in range(2):
        ticket = await factories.queued_ticket(
            table, now, queue_id=scene.queue_id, contact_id=await factories.contact(table)
        )
        waiting.append(
            await table.fetchval(
                "INSERT INTO call (entry_point_id, direction, address_kind, address, ticket_id, state,"
                " began_at) SELECT entry_point_id, 'inbound', 'withheld', 'x', $2, 'waiting', now()"
                " FROM call WHERE id = $1 RETURNING id",
                scene.call_id,
                ticket.id,
            )
        )

    shown = (await admin("GET", f"/calls?queue_id={scene.queue_id}", status=200))["items"]

    assert [(c["id"], c["position"]) for c in shown] == [
        (waiting[1], 2),
        (waiting[0], 1),
        (scene.call_id, None),
    ]
    assert shown[0]["waits_since"] is not None


async def test_calls_come_in_pages_and_those_that_are_over_when_asked_for(scene, admin, table):
    await table.execute(
        "UPDATE call SET state = 'ended', outcome = 'answered', ended_at = now() WHERE id = $1",
        scene.call_id,
    )

    assert (await admin("GET", "/calls", status=200))["items"] == []
    page = await admin("GET", "/calls?live=false&limit=1", status=200)
    assert ([c["id"] for c in page["items"]], page["next"]) == ([scene.call_id], None)


async def test_the_holder_puts_the_customer_on_hold_and_takes_him_off(agent, scene, table):
    path = f"/calls/{scene.call_id}"

    held = await agent("POST", f"{path}/holds", status=201)
    assert await scene.asked() == [("hold", scene.customer.id)]
    again = await agent("POST", f"{path}/holds", status=409)
    back = await agent("POST", f"{path}/resumptions", status=201)
    assert await scene.asked() == [("unhold", scene.customer.id)]
    twice = await agent("POST", f"{path}/resumptions", status=409)

    assert (held["is_held"], back["is_held"]) == (True, False)
    assert (again["code"], twice["code"]) == ("already_on_hold", "not_on_hold")
    told = await table.fetch("SELECT data FROM event WHERE kind = 'call_hold_asked' ORDER BY id")
    assert [(e["data"]["from"], e["data"]["to"]) for e in told] == [
        ("talking", "on_hold"),
        ("on_hold", "talking"),
    ]


async def test_a_hold_that_could_not_be_done_does_not_count(agent, scene, table):
    await agent("POST", f"/calls/{scene.call_id}/holds", status=201)
    await table.execute("UPDATE call_command SET state = 'failed', error = 'x'")

    await agent("POST", f"/calls/{scene.call_id}/holds", status=201)


async def test_of_two_who_put_on_hold_at_once_one_does(agent, scene, table, staff):
    supervisor = await staff.signed_in("admin")

    answers = await asyncio.gather(
        *(who.send("POST", f"/calls/{scene.call_id}/holds") for who in (agent, supervisor))
    )

    assert sorted(answer.status for answer in answers) == [201, 409]
    assert len(await scene.asked()) == 1


async def test_a_repeated_request_holds_once(agent, scene):
    path, key = f"/calls/{scene.call_id}/holds", {"Idempotency-Key": "k1"}

    first = await agent("POST", path, headers=key, status=201)

    assert await agent("POST", path, headers=key, status=201) == first
    assert len(await scene.asked()) == 1


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_over_is_over(agent, scene, table, path):
    await table.execute(
        "UPDATE call SET state = 'ended', outcome = 'answered', ended_at = now() WHERE id = $1",
        scene.call_id,
    )

    problem = await agent("POST", f"/calls/{scene.call_id}/{path}", status=409)

    assert problem["code"] == "call_is_over"


async def test_nobody_is_held_before_anybody_talks_with_him(agent, scene):
    await scene.leg(scene.customer.id, state="answered")

    problem = await agent("POST", f"/calls/{scene.call_id}/holds", status=409)

    assert (problem["code"], problem["call_state"]) == ("call_is_not_talked_in", "talking")


async def test_a_call_in_the_menu_is_about_no_ticket_yet(admin, scene, table):
    await table.execute("UPDATE call SET ticket_id = NULL WHERE id = $1", scene.call_id)

    assert (await admin("GET", f"/calls/{scene.call_id}", status=200))["ticket_id"] is None
    problem = await admin("POST", f"/calls/{scene.call_id}/holds", status=409)
    assert problem["code"] == "call_is_not_talked_in"


async def test_somebody_outside_is_called_into_the_room_and_taken_out(agent, scene):
    path = f"/calls/{scene.call_id}/participants"

    await agent("POST", path, {"number": TEHRAN}, status=201)
    [(verb, leg_id)] = await scene.asked()
    assert verb == "offer"
    people = await agent("GET", path, status=200)
    assert [(p["party"], p["state"]) for p in people] == [
        ("customer", "joined"),
        ("agent", "joined"),
        ("number", "wanted"),
    ]
    await scene.leg(leg_id, state="joined")
    await agent("DELETE", f"{path}/{leg_id}", status=200)

    assert await scene.asked() == [("hang_up", leg_id)]


async def test_neither_the_customer_nor_the_holder_is_taken_out(agent, scene):
    for leg in (scene.customer, scene.line):
        path = f"/calls/{scene.call_id}/participants/{leg.id}"
        assert (await agent("DELETE", path, status=409))["code"] == "is_the_call"


async def test_a_number_that_is_none_is_refused_with_its_place(agent, scene):
    problem = await agent(
        "POST", f"/calls/{scene.call_id}/participants", {"number": "12"}, status=422
    )

    assert problem["field"] == "body.number"


async def test_a_call_is_ended_for_everybody_the_customer_first(agent, scene):
    await agent("POST", f"/calls/{scene.call_id}/endings", status=201)

    assert await scene.asked() == [("hang_up", scene.customer.id), ("hang_up", scene.line.id)]


async def test_nobody_is_called_into_a_call_where_nobody_may_be_called(agent, scene, table):
    path, body = f"/calls/{scene.call_id}/participants", {"number": "+442071838750"}

    assert (await agent("POST", path, body, status=403))["code"] == "destination_not_allowed"
    assert await scene.asked() == []
