"""Supervisors in calls: who may, who hears whom, who is told, and what stays written down."""

from datetime import UTC, datetime
from functools import partial

import call_scenes
import factories
import msgspec
import pytest

from contactcenter.call_control import supervising
from contactcenter.calls import call_legs, calls
from contactcenter.dispatch import presence


@pytest.fixture
def told():
    return "yes"


@pytest.fixture
async def services(services, told):
    settings = msgspec.structs.replace(services.settings, tell_agents_of_supervision=told)
    return msgspec.structs.replace(services, settings=settings)


@pytest.fixture
async def scene(table, agent, dispatcher):
    await factories.prepare(table)
    scene = await call_scenes.talking(table, agent.user_id)
    await call_scenes.phone_of(table, agent.user_id)
    scene.dispatcher = dispatcher
    return scene


@pytest.fixture
async def lead(supervisor, scene, table):
    """A supervisor of the ticket's team, with a telephone, who takes no tickets."""
    team_id = await table.fetchval("SELECT team_id FROM queue WHERE id = $1", scene.queue_id)
    await factories.join_teams(table, supervisor.user_id, team_id)
    await call_scenes.phone_of(table, supervisor.user_id, presence="offline")
    return supervisor


async def begin(lead, scene, mode="listen"):
    """Dials the supervisor in; returns his telephone, which is in the room."""
    path = f"/calls/{scene.call_id}/supervision"
    made = await lead("POST", path, {"mode": mode}, status=201)
    await scene.leg(made["leg_id"], state="joined")
    return made["leg_id"]


async def how(scene, leg_id):
    return await supervising.how(scene.conn, await call_legs.find(scene.conn, leg_id))


async def coached(scene):
    """What the provider is to do with supervisors: mode, and whose telephone hears him."""
    rows = await scene.conn.fetch(
        "SELECT arguments FROM call_command WHERE verb = 'coach' AND state = 'queued' ORDER BY id"
    )
    return [(r["arguments"]["mode"], r["arguments"]["agent_leg_id"]) for r in rows]


async def written(scene):
    rows = await scene.conn.fetch(
        "SELECT actor, agent_id, data FROM event WHERE kind = 'call_supervision_changed' ORDER BY id"
    )
    return [(r["actor"], r["agent_id"], r["data"]["from"], r["data"]["to"]) for r in rows]


async def test_who_listens_is_dialled_straight_in_and_heard_by_nobody(lead, agent, scene):
    leg_id = await begin(lead, scene)

    assert await scene.asked() == [("offer", leg_id)]
    arguments = await scene.conn.fetchval("SELECT arguments FROM call_command")
    assert arguments["name"] == "join"
    assert await how(scene, leg_id) == (True, None)
    assert await written(scene) == [(f"user:{lead.user_id}", agent.user_id, None, "listen")]
    loads = await scene.loads()
    assert (loads[lead.user_id], loads[agent.user_id]) == (0, 1)
    legs = (await agent("GET", f"/calls/{scene.call_id}", status=200))["legs"]
    assert [leg["party"] for leg in legs] == ["customer", "agent", "supervisor"]


@pytest.mark.parametrize("told", ["no"])
async def test_where_agents_are_not_to_be_told_they_are_not(lead, agent, scene):
    leg_id = await begin(lead, scene)
    path = f"/calls/{scene.call_id}"

    assert await written(scene) == [(f"user:{lead.user_id}", None, None, "listen")]
    for seen in (
        (await agent("GET", path, status=200))["legs"],
        await agent("GET", f"{path}/participants", status=200),
    ):
        assert [leg["party"] for leg in seen] == ["customer", "agent"]
    assert len((await lead("GET", path, status=200))["legs"]) == 3

    await lead("PATCH", f"{path}/supervision", {"mode": "barge"}, status=200)
    assert (await written(scene))[-1] == (
        f"user:{lead.user_id}", agent.user_id, "listen", "barge",
    )  # fmt: skip
    assert (await agent("GET", path, status=200))["legs"][2]["id"] == leg_id


async def test_a_whisper_is_for_the_telephone_of_the_agent_alone(lead, scene):
    leg_id = await begin(lead, scene, "whisper")

    assert await how(scene, leg_id) == (False, scene.line.id)
    await scene.leg(scene.line.id, state="left")
    assert await how(scene, leg_id) == (True, None)


async def test_ways_of_being_there_change_and_each_is_written_down(lead, agent, scene):
    await begin(lead, scene)
    await scene.done()
    path = f"/calls/{scene.call_id}/supervision"

    for mode in ("whisper", "barge", "barge", "listen"):
        await lead("PATCH", path, {"mode": mode}, status=200)

    assert await coached(scene) == [("whisper", scene.line.id), ("barge", None), ("listen", None)]
    await scene.done()
    await lead("DELETE", path, status=204)
    assert [verb for verb, _ in await scene.asked()] == ["hang_up"]
    ways = await lead("GET", path, status=200)
    assert [(w["mode"], w["agent_id"], w["ended_at"] is not None) for w in ways] == [
        ("listen", agent.user_id, True),
        ("whisper", agent.user_id, True),
        ("barge", agent.user_id, True),
        ("listen", agent.user_id, True),
    ]
    assert [(a, b) for _, _, a, b in await written(scene)] == [
        (None, "listen"),
        ("listen", "whisper"),
        ("whisper", "barge"),
        ("barge", "listen"),
        ("listen", None),
    ]
    assert (await lead("DELETE", path, status=409))["code"] == "not_in_the_call"


async def test_to_hang_up_is_to_leave(lead, scene):
    leg_id = await begin(lead, scene)
    await scene.leg(leg_id, state="ended")
    await scene.follow()
    await scene.follow()

    assert [(a, b) for _, _, a, b in await written(scene)] == [(None, "listen"), ("listen", None)]


async def test_nobody_whispers_into_a_room_without_the_one_he_whispers_to(lead, scene):
    await begin(lead, scene, "whisper")
    await scene.done()
    await scene.leg(scene.line.id, state="ended")

    await scene.follow()

    assert await coached(scene) == [("listen", None)]
    assert (await written(scene))[-1] == ("system", scene.ann, "whisper", "listen")


async def test_a_whisper_goes_on_to_who_takes_the_call_over(lead, agent, scene, staff):
    await begin(lead, scene, "whisper")
    bob = await staff.signed_in("agent", name="Bob")
    await call_scenes.phone_of(scene.conn, bob.user_id)
    body = {"to": {"agent_id": bob.user_id}, "warm": True, "note": "x"}
    call = await agent("POST", f"/calls/{scene.call_id}/transfers", body, status=201)
    [transfer] = call["transfers"]
    await scene.press(transfer["leg_id"])
    await scene.done()
    path = f"/calls/{scene.call_id}/transfers/{transfer['id']}/completions"
    await agent("POST", path)

    assert await coached(scene) == [("whisper", transfer["leg_id"])]


async def test_a_call_that_is_over_is_left(lead, scene):
    leg_id = await begin(lead, scene)
    await scene.done()
    await scene.conn.execute(
        "UPDATE call SET state = 'ended', outcome = 'answered', ended_at = now()"
    )

    await scene.follow()

    assert await scene.asked() == [("hang_up", leg_id)]
    assert (await written(scene))[-1] == ("system", scene.ann, "listen", None)


async def test_who_listens_is_out_of_the_call_when_his_account_is_disabled(lead, admin, scene):
    leg_id = await begin(lead, scene)
    await scene.done()

    await admin("POST", f"/users/{lead.user_id}/disablements", status=201)
    await scene.dispatcher.submit(partial(presence.retire, agent_id=lead.user_id))

    assert await calls.unsettled(scene.conn, datetime.now(UTC), at_most=9) == [scene.call_id]
    await scene.follow()
    assert await scene.asked() == [("hang_up", leg_id)]
    assert (await written(scene))[-1] == ("system", scene.ann, "listen", None)


async def test_one_is_in_a_call_once(lead, scene):
    await begin(lead, scene)

    problem = await lead(
        "POST", f"/calls/{scene.call_id}/supervision", {"mode": "barge"}, status=409
    )

    assert problem["code"] == "supervises_already"


async def test_how_is_not_changed_before_the_telephone_is_in_the_room(lead, scene):
    leg_id = await begin(lead, scene)
    await scene.leg(leg_id, state="ringing")
    path = f"/calls/{scene.call_id}/supervision"

    problem = await lead("PATCH", path, {"mode": "whisper"}, status=409)

    assert problem["code"] == "not_in_the_call"


async def test_without_a_telephone_nobody_listens(lead, scene):
    await call_scenes.phone_of(scene.conn, lead.user_id, phone_address=None)

    problem = await lead(
        "POST", f"/calls/{scene.call_id}/supervision", {"mode": "listen"}, status=409
    )

    assert problem["code"] == "no_telephone"


async def test_agents_listen_to_nobody_and_supervisors_to_their_own_teams(
    agent, supervisor, scene, staff
):
    path, body = f"/calls/{scene.call_id}/supervision", {"mode": "listen"}

    await agent("POST", path, body, status=403)
    await agent("GET", path, status=403)
    await supervisor("POST", path, body, status=404)
    await supervisor("GET", path, status=404)


async def test_a_way_that_is_none_is_refused(lead, scene):
    problem = await lead(
        "POST", f"/calls/{scene.call_id}/supervision", {"mode": "sing"}, status=422
    )

    assert problem["field"] == "body.mode"


async def test_nobody_listens_where_nobody_talks(lead, scene):
    await scene.leg(scene.customer.id, state="left")

    problem = await lead(
        "POST", f"/calls/{scene.call_id}/supervision", {"mode": "listen"}, status=409
    )

    assert problem["code"] == "call_is_not_talked_in"
