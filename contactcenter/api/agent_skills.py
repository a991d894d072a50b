"""What agents know, and which queues teams serve: from both follows who serves what."""

from contactcenter.activation.recording import recorded
from contactcenter.administration import agent_skills, queue_setup, staffing, team_queues, teams
from contactcenter.administration.agent_skills import Skills
from contactcenter.administration.team_queues import TeamQueue
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.queues import Requirements
from contactcenter.api.staffing import NewMembership
from contactcenter.queues import Terms


@operation("GET", "/agents/{agent_id}/skills", tag="staffing", roles=SUPERVISOR, via="read")
async def find_agent_skills(call: Call, agent_id: int) -> Skills:
    """Read what an agent knows."""
    await staffing.find(call.conn, agent_id)
    return await agent_skills.find(call.conn, agent_id)


@operation("PUT", "/agents/{agent_id}/skills", tag="staffing", roles=ADMIN, via="dispatch")
async def replace_agent_skills(call: Call, agent_id: int, body: Requirements) -> Skills:
    """Say all that an agent knows; he serves at once what his teams serve and he now may."""
    agent = await staffing.lock(call.conn, agent_id)
    call.check_version(agent.version)
    known = await agent_skills.find(call.conn, agent_id)
    wished = Skills(
        agent_id=agent_id,
        skill=body.skill,
        language=body.language,
        product=body.product,
        version=known.version,
    )
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await agent_skills.replace(
            call.conn, call.now, known, wished, actor=call.actor.reference
        )


@operation("GET", "/teams/{team_id}/queues", tag="teams", roles=SUPERVISOR, via="read")
async def list_team_queues(call: Call, team_id: int) -> list[TeamQueue]:
    """List which queues a team serves, and on what terms."""
    await teams.find(call.conn, team_id)
    return await team_queues.of_team(call.conn, team_id)


@operation(
    "PUT",
    "/teams/{team_id}/queues/{queue_id}",
    tag="teams",
    roles=ADMIN,
    via="dispatch",
    versioned=False,
)
async def put_team_queue(call: Call, team_id: int, queue_id: int, body: NewMembership) -> TeamQueue:
    """Let a team serve a queue: each of its members who meets what the queue requires.

    Somebody's own membership counts before that of any team. A member only because he serves a
    queue of the team serves nothing else by it.
    """
    await teams.lock(call.conn, team_id)
    queue = await queue_setup.find(call.conn, queue_id)
    terms = Terms(
        level=body.level, delay_s=body.delay_s, handicap_s=body.handicap_s, band=body.band
    )
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await team_queues.put(
            call.conn, call.now, team_id, queue, terms, actor=call.actor.reference
        )


@operation("DELETE", "/teams/{team_id}/queues/{queue_id}", tag="teams", roles=ADMIN, via="dispatch")
async def remove_team_queue(call: Call, team_id: int, queue_id: int) -> None:
    """Let a team not serve a queue any more.

    What rings at its members from there goes to others, what they hold stays theirs.
    """
    await teams.lock(call.conn, team_id)
    await queue_setup.find(call.conn, queue_id)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        await team_queues.remove(call.conn, call.now, team_id, queue_id, actor=call.actor.reference)
