"""Handing calls on, cold and warm, whatever the others do meanwhile."""

import asyncio

import call_scenes
import factories
import pytest

NOTE = "He has tried another cable."

TEHRAN = "+982188776655"


@pytest.fixture
async def scene(table, agent, dispatcher):
    await factories.prepare(table)
    queue_id = await factories.queue(table)
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", queue_id)
    await factories.join_queue(table, agent.user_id, queue_id)
    await factories.join_teams(table, agent.user_id, team_id)
    scene = await call_scenes.talking(table, agent.user_id, queue_id=queue_id)
    await call_scenes.phone_of(table, agent.user_id)
    scene.dispatcher = dispatcher
    return scene


@pytest.fixture
async def bob(staff, table):
    bob = await staff.signed_in("agent", name="Bob")
    await call_scenes.phone_of(table, bob.user_id)
    return bob


def to(*, warm=True, **where):
    return {"to": where, "warm": warm, "note": NOTE}


async def begin(agent, scene, *, warm=True, **where):
    """Begins a transfer; returns it and the second telephone."""
    path = f"/calls/{scene.call_id}/transfers"
    call = await agent("POST", path, to(warm=warm, **where), status=201)
    return call["transfers"][-1]


async def ticket_of(table, scene):
    return await table.fetchrow(
        "SELECT state, agent_id, queue_id, escalations, credit_s, sticky_agent_id FROM ticket WHERE id = $1",
        scene.ticket_id,
    )


async def test_a_warm_transfer_is_talked_over_and_completed(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    leg_id = transfer["leg_id"]
    assert await scene.asked() == [("hold", scene.customer.id), ("offer", leg_id)]
    assert (transfer["state"], transfer["note"]) == ("ringing", NOTE)
    assert await scene.loads() == {agent.user_id: 1, bob.user_id: 1}

    read = await bob("GET", f"/calls/{scene.call_id}", status=200)
    assert read["transfers"][0]["note"] == NOTE
    [rings] = await bob("GET", "/offers", status=200)
    assert (rings["id"], rings["call"]["is_held"]) == (scene.ticket_id, True)
    assert rings["call"]["transfer"]["note"] == NOTE
    assert rings == await bob("GET", f"/tickets/{scene.ticket_id}", status=200)

    assert await scene.press(leg_id)
    await scene.follow()
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}"
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id
    await agent("POST", f"{path}/completions", status=201)

    assert await scene.asked() == [("unhold", scene.customer.id), ("remove", scene.line.id)]
    assert (await ticket_of(table, scene))["agent_id"] == bob.user_id
    assert await scene.loads() == {agent.user_id: 0, bob.user_id: 1}
    rows = await table.fetch(
        "SELECT agent_id, data FROM event WHERE kind = 'call_transfer_changed' ORDER BY id"
    )
    assert [(r["agent_id"], r["data"]["from"], r["data"]["to"]) for r in rows] == [
        (bob.user_id, None, "ringing"),
        (bob.user_id, "ringing", "consulting"),
        (bob.user_id, "consulting", "completed"),
    ]
    again = await bob("POST", f"{path}/completions", status=409)
    assert again["code"] == "transfer_is_over"


async def test_nobody_is_handed_over_to_who_has_not_answered(agent, bob, scene):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"

    assert (await agent("POST", path, status=409))["code"] == "nobody_is_consulted"


async def test_of_two_completions_at_once_one_is_one(agent, admin, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.press(transfer["leg_id"])
    await scene.done()
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"

    answers = await asyncio.gather(*(who.send("POST", path) for who in (agent, admin)))

    statuses = sorted(answer.status for answer in answers)
    assert statuses in ([201, 403], [201, 409])
    assert await scene.asked() == [("unhold", scene.customer.id), ("remove", scene.line.id)]
    assert (await ticket_of(table, scene))["agent_id"] == bob.user_id


async def test_to_hang_up_while_it_is_talked_over_completes_it(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.press(transfer["leg_id"])
    await scene.done()

    await scene.leg(scene.line.id, state="ended")
    await scene.follow()

    assert await scene.asked() == [("unhold", scene.customer.id)]
    assert (await ticket_of(table, scene))["agent_id"] == bob.user_id
    await scene.follow()
    assert await scene.asked() == []


async def test_called_off_the_customer_is_back_and_the_second_one_free(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.done()
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/cancellations"

    seen = await agent("POST", path, status=201)

    assert await scene.asked() == [
        ("hang_up", transfer["leg_id"]),
        ("unhold", scene.customer.id),
    ]
    assert (seen["transfers"][0]["state"], seen["is_held"]) == ("canceled", False)
    assert await scene.loads() == {agent.user_id: 1, bob.user_id: 0}
    assert not await scene.press(transfer["leg_id"])
    await bob("GET", f"/tickets/{scene.ticket_id}", status=404)


@pytest.mark.parametrize("talks", [True, False])
async def test_a_customer_who_hangs_up_ends_it_and_the_ticket_stays(agent, bob, scene, talks):
    table = scene.conn
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    if talks:
        await scene.press(transfer["leg_id"])
    await scene.done()

    await scene.leg(scene.customer.id, state="ended")
    await scene.follow()

    assert await scene.asked() == [("hang_up", transfer["leg_id"])]
    row = await table.fetchrow("SELECT state, failure, units FROM call_transfer")
    assert tuple(row) == ("failed", "customer_left", 0)
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id
    assert await scene.loads() == {agent.user_id: 1, bob.user_id: 0}
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"
    assert (await agent("POST", path, status=409))["code"] == "transfer_is_over"


async def test_a_key_pressed_for_a_customer_who_is_gone_is_for_nothing(agent, bob, scene):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.leg(scene.customer.id, state="ended")

    assert not await scene.press(transfer["leg_id"])


async def test_a_colleague_who_hangs_up_again_leaves_all_as_it_was(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.press(transfer["leg_id"])
    await scene.done()

    await scene.leg(transfer["leg_id"], state="ended")
    await scene.follow()

    assert await scene.asked() == []
    assert await table.fetchval("SELECT failure FROM call_transfer") == "colleague_left"
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id
    assert (await agent("GET", f"/calls/{scene.call_id}", status=200))["is_held"]


async def test_in_a_queue_the_next_one_is_asked_and_then_nobody(agent, bob, scene, staff, table):
    side = await factories.queue(table)
    cyd = await staff.signed_in("agent", name="Cyd")
    for one in (bob, cyd):
        await call_scenes.phone_of(table, one.user_id)
        await factories.join_queue(table, one.user_id, side)
    transfer = await begin(agent, scene, queue_id=side)
    assert transfer["agent_id"] == bob.user_id
    await scene.done()

    await scene.leg(transfer["leg_id"], state="ended", end_reason="no_answer")
    await scene.follow()
    [(verb, second)] = await scene.asked()
    assert verb == "offer"
    assert await table.fetchval("SELECT agent_id FROM call_transfer") == cyd.user_id
    await scene.leg(second, state="ended", end_reason="busy")
    await scene.follow()

    row = await table.fetchrow("SELECT state, failure, tried FROM call_transfer")
    assert tuple(row) == ("failed", "no_answer", [bob.user_id, cyd.user_id])
    assert await scene.loads() == {agent.user_id: 1, bob.user_id: 0, cyd.user_id: 0}
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id


async def test_where_nobody_is_free_nothing_has_happened(agent, scene, table):
    side = await factories.queue(table)

    problem = await agent(
        "POST", f"/calls/{scene.call_id}/transfers", to(queue_id=side), status=409
    )

    assert (problem["code"], problem["queue_id"]) == ("nobody_free", side)
    assert await scene.asked() == []
    assert await table.fetchval("SELECT count(*) FROM call_transfer") == 0


async def test_a_warm_transfer_to_a_higher_tier_is_an_escalation(agent, bob, scene, table):
    upper = await factories.queue(table, tier=2)
    await factories.join_queue(table, bob.user_id, upper)
    transfer = await begin(agent, scene, queue_id=upper)
    await scene.press(transfer["leg_id"])
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"
    await agent("POST", path, status=201)

    ticket = await ticket_of(table, scene)

    assert (ticket["agent_id"], ticket["queue_id"]) == (bob.user_id, upper)
    assert (ticket["escalations"], ticket["credit_s"]) == (1, 300)
    [step] = await bob("GET", f"/tickets/{scene.ticket_id}/escalations", status=200)
    assert (step["note"], step["reason"], step["accepted_by_id"]) == (NOTE, "agent", bob.user_id)


async def test_a_ticket_whose_call_is_live_is_escalated_by_talking_it_over(
    agent, bob, scene, table
):
    upper = await factories.queue(table, tier=2)
    await factories.join_queue(table, bob.user_id, upper)
    body = {"note": NOTE, "queue_id": upper, "reason": "needs_access"}

    view = await agent("POST", f"/tickets/{scene.ticket_id}/escalations", body, status=201)

    assert (view["agent_id"], view["queue_id"]) == (agent.user_id, scene.queue_id)
    call = await agent("GET", f"/calls/{scene.call_id}", status=200)
    [transfer] = call["transfers"]
    assert (transfer["state"], transfer["agent_id"], transfer["reason"]) == (
        "ringing",
        bob.user_id,
        "needs_access",
    )


@pytest.mark.parametrize(
    ("cannot", "code"),
    [
        ({"presence": "away"}, "agent_not_there"),
        ({"presence": "offline"}, "agent_not_there"),
        ({"phone_address": None}, "no_telephone"),
        ({"load": 3}, "agent_full"),
    ],
)
async def test_a_colleague_who_cannot_be_asked_is_not(agent, bob, scene, cannot, code):
    await call_scenes.phone_of(scene.conn, bob.user_id, **cannot)

    problem = await agent(
        "POST", f"/calls/{scene.call_id}/transfers", to(agent_id=bob.user_id), status=409
    )

    assert problem["code"] == code
    assert await scene.asked() == []


async def test_who_is_on_the_telephone_is_not_called(agent, bob, scene, table):
    other = await call_scenes.talking(table, bob.user_id)
    assert other.call_id != scene.call_id

    problem = await agent(
        "POST", f"/calls/{scene.call_id}/transfers", to(agent_id=bob.user_id), status=409
    )

    assert problem["code"] == "on_the_telephone"


async def test_one_transfer_is_open_at_a_time(agent, bob, scene):
    await begin(agent, scene, agent_id=bob.user_id)

    problem = await agent(
        "POST", f"/calls/{scene.call_id}/transfers", to(agent_id=bob.user_id), status=409
    )

    assert problem["code"] == "transfer_is_open"


async def test_where_a_call_cannot_go_is_said(agent, scene, subtests):
    for where, field in [
        ({}, "body.to"),
        ({"queue_id": 1, "agent_id": 1}, "body.to"),
        ({"number": "12"}, "body.to.number"),
        ({"queue_id": 777000777}, "body.to.queue_id"),
        ({"agent_id": 777000777}, "body.to.agent_id"),
    ]:
        with subtests.test(where=where, field=field):
            problem = await agent(
                "POST", f"/calls/{scene.call_id}/transfers", to(**where), status=422
            )

            assert problem["field"] == field


async def test_nobody_transfers_to_himself(agent, scene):
    problem = await agent(
        "POST", f"/calls/{scene.call_id}/transfers", to(agent_id=agent.user_id), status=422
    )

    assert problem["field"] == "body.to.agent_id"


async def test_a_cold_transfer_waits_as_old_as_it_is(agent, scene, table):
    side = await factories.queue(table)
    age = await table.fetchval("SELECT enqueued_at FROM ticket WHERE id = $1", scene.ticket_id)

    await begin(agent, scene, warm=False, queue_id=side)

    ticket = await ticket_of(table, scene)
    assert (ticket["state"], ticket["agent_id"], ticket["queue_id"]) == ("waiting", None, side)
    assert await scene.asked() == [("hold", scene.customer.id), ("remove", scene.line.id)]
    assert age == await table.fetchval(
        "SELECT enqueued_at FROM ticket WHERE id = $1", scene.ticket_id
    )
    assert (await scene.loads())[agent.user_id] == 0


async def test_a_cold_transfer_to_a_colleague_is_kept_for_him(agent, bob, scene, table):
    await factories.join_queue(table, bob.user_id, scene.queue_id)
    await call_scenes.phone_of(table, bob.user_id, load=3)

    await begin(agent, scene, warm=False, agent_id=bob.user_id)

    assert (await ticket_of(table, scene))["sticky_agent_id"] == bob.user_id


async def test_to_a_number_outside_the_agent_stays_until_it_has_answered(agent, scene, table):
    transfer = await begin(agent, scene, warm=False, number=TEHRAN)
    leg_id = transfer["leg_id"]
    assert await scene.asked() == [("hold", scene.customer.id), ("offer", leg_id)]
    await scene.follow()
    assert await scene.asked() == []

    await scene.leg(leg_id, state="joined")
    await scene.follow()

    assert await scene.asked() == [("unhold", scene.customer.id), ("remove", scene.line.id)]
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id
    assert await table.fetchval("SELECT state FROM call_transfer") == "completed"


async def test_a_number_outside_that_does_not_answer_leaves_the_customer_to_the_agent(
    agent, scene, table
):
    transfer = await begin(agent, scene, warm=False, number=TEHRAN)
    await scene.done()
    await scene.leg(transfer["leg_id"], state="ended", end_reason="no_answer")
    await scene.follow()

    assert await table.fetchval("SELECT failure FROM call_transfer") == "no_answer"
    assert (await ticket_of(table, scene))["agent_id"] == agent.user_id


async def test_hold_and_transfer_at_once_leave_one_order(agent, bob, scene):
    path = f"/calls/{scene.call_id}"

    held, handed = await asyncio.gather(
        agent.send("POST", f"{path}/holds"),
        agent.send("POST", f"{path}/transfers", to(agent_id=bob.user_id)),
    )

    assert handed.status == 201
    assert held.status in {201, 409}
    assert [verb for verb, _ in await scene.asked()] == ["hold", "offer"]


async def test_who_hangs_up_while_it_still_rings_has_handed_nothing_over(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.done()
    await scene.leg(scene.line.id, state="ended")
    await scene.follow()

    assert await scene.asked() == [("hang_up", transfer["leg_id"])]
    assert await table.fetchval("SELECT failure FROM call_transfer") == "agent_left"
    assert (await scene.loads())[bob.user_id] == 0


async def test_a_transfer_of_another_call_is_not_there(agent, bob, scene, table):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    other = await call_scenes.talking(table, agent.user_id, queue_id=scene.queue_id)

    path = f"/calls/{other.call_id}/transfers/{transfer['id']}/completions"
    await agent("POST", path, status=404)


async def test_a_call_is_handed_to_no_number_that_may_not_be_called(agent, scene):
    path = f"/calls/{scene.call_id}/transfers"

    problem = await agent("POST", path, to(number="+442071838750"), status=403)

    assert problem["code"] == "destination_not_allowed"
    assert await scene.asked() == []


async def test_a_customer_who_hangs_up_while_it_is_completed_belongs_to_one_of_both(
    agent, bob, scene, table
):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.press(transfer["leg_id"])
    await scene.done()
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"

    async def hangs_up():
        await scene.leg(scene.customer.id, state="ended")
        await scene.follow()

    answer, _ = await asyncio.gather(agent.send("POST", path), hangs_up())
    await scene.follow()

    holder = bob.user_id if answer.status in {201, 204} else agent.user_id
    assert answer.status in {201, 204, 409}
    assert (await ticket_of(table, scene))["agent_id"] == holder
    assert await scene.loads() == {agent.user_id: 0, bob.user_id: 0} | {holder: 1}
    row = await table.fetchrow("SELECT state, units FROM call_transfer")
    assert tuple(row) == ("completed" if holder == bob.user_id else "failed", 0)


@pytest.mark.parametrize("what", ["archived", "returned"])
async def test_who_talks_it_over_keeps_it_where_it_cannot_go_any_more(
    agent, bob, scene, table, what
):
    lower = await factories.queue(table)
    await factories.join_queue(table, bob.user_id, lower)
    await table.execute("UPDATE queue SET tier = 2 WHERE id = $1", scene.queue_id)
    await table.execute("UPDATE ticket SET tier = 2 WHERE id = $1", scene.ticket_id)
    transfer = await begin(agent, scene, queue_id=lower)
    await scene.press(transfer["leg_id"])
    await scene.done()
    if what == "archived":
        await table.execute("UPDATE queue SET archived_at = now() WHERE id = $1", lower)
    else:
        await table.execute("UPDATE ticket SET returns = 2 WHERE id = $1", scene.ticket_id)

    await scene.leg(scene.line.id, state="ended")
    await scene.follow()

    assert await scene.asked() == [("unhold", scene.customer.id)]
    ticket = await ticket_of(table, scene)
    assert (ticket["agent_id"], ticket["queue_id"]) == (bob.user_id, scene.queue_id)
    assert await scene.loads() == {agent.user_id: 0, bob.user_id: 1}


async def test_the_next_one_of_a_queue_that_was_archived_is_nobody(agent, bob, scene, table):
    side = await factories.queue(table)
    await factories.join_queue(table, bob.user_id, side)
    transfer = await begin(agent, scene, queue_id=side)
    await table.execute("UPDATE queue SET archived_at = now() WHERE id = $1", side)

    await scene.leg(transfer["leg_id"], state="ended", end_reason="no_answer")
    await scene.follow()

    assert await table.fetchval("SELECT failure FROM call_transfer") == "no_answer"
    assert await scene.loads() == {agent.user_id: 1, bob.user_id: 0}


@pytest.mark.parametrize("warm", [True, False])
async def test_what_came_down_too_often_is_not_talked_over_first(agent, bob, scene, table, warm):
    lower = await factories.queue(table)
    await factories.join_queue(table, bob.user_id, lower)
    await table.execute("UPDATE queue SET tier = 2 WHERE id = $1", scene.queue_id)
    await table.execute("UPDATE ticket SET tier = 2, returns = 2 WHERE id = $1", scene.ticket_id)

    path = f"/calls/{scene.call_id}/transfers"
    problem = await agent("POST", path, to(queue_id=lower, warm=warm), status=409)

    assert problem["code"] == "returned_too_often"
    assert await scene.asked() == []


@pytest.mark.parametrize("first_is_there", [True, False])
async def test_a_colleague_whose_account_is_disabled_takes_nothing_over(
    agent, bob, scene, table, first_is_there
):
    transfer = await begin(agent, scene, agent_id=bob.user_id)
    await scene.press(transfer["leg_id"])
    await scene.done()
    await table.execute("UPDATE user_account SET disabled_at = now() WHERE id = $1", bob.user_id)

    if not first_is_there:
        await scene.leg(scene.line.id, state="ended")
    await scene.follow()

    assert ("hang_up", transfer["leg_id"]) in await scene.asked()
    assert await table.fetchval("SELECT failure FROM call_transfer") == "colleague_left"
    ticket = await ticket_of(table, scene)
    assert ticket["state"] == ("assigned" if first_is_there else "offered")
    assert await table.fetchval("SELECT live_call_id FROM ticket") == scene.call_id
