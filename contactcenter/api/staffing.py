"""Staffing: who serves which queue, and how much an agent takes at once."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import agent_views
from contactcenter.activation.recording import recorded
from contactcenter.administration import queue_setup, staffing
from contactcenter.administration.staffing import Membership
from contactcenter.agent_views import AgentView
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.queues import Terms

_Seconds = Annotated[int, Meta(ge=0, le=7 * 86_400)]


class NewMembership(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On what terms an agent serves a queue.

    Lower ``level`` is asked first, then higher ``band``. A ticket has waited ``delay_s`` before
    this agent is asked; ``handicap_s`` makes this queue's tickets younger beside those of his
    other queues.
    """

    level: Annotated[int, Meta(ge=1, le=9)] = 1
    delay_s: _Seconds = 0
    handicap_s: _Seconds = 0
    band: Annotated[int, Meta(ge=0, le=9)] = 0


class AgentChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many units the agent takes at once; an ordinary ticket is one."""

    capacity: Annotated[int, Meta(ge=1, le=1000)]


@operation("GET", "/queues/{queue_id}/members", tag="staffing", roles=SUPERVISOR, via="read")
async def list_queue_members(call: Call, queue_id: int) -> list[Membership]:
    """List who serves a queue, in the order they are asked."""
    await queue_setup.find(call.conn, queue_id)
    return await staffing.of_queue(call.conn, queue_id)


@operation(
    "PUT",
    "/queues/{queue_id}/members/{agent_id}",
    tag="staffing",
    roles=ADMIN,
    via="dispatch",
    versioned=False,
)
async def put_queue_member(
    call: Call, queue_id: int, agent_id: int, body: NewMembership
) -> Membership:
    """Let an agent serve a queue, or change on what terms; he looks for tickets at once.

    Whoever serves a queue is a member of its team, and becomes one here.
    """
    queue = await queue_setup.find(call.conn, queue_id)
    terms = Terms(
        level=body.level, delay_s=body.delay_s, handicap_s=body.handicap_s, band=body.band
    )
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await staffing.put(
            call.conn, call.now, queue, agent_id, terms, actor=call.actor.reference
        )


@operation(
    "DELETE",
    "/queues/{queue_id}/members/{agent_id}",
    tag="staffing",
    roles=ADMIN,
    via="dispatch",
)
async def remove_queue_member(call: Call, queue_id: int, agent_id: int) -> None:
    """Take an agent out of a queue.

    What rings at him from it goes to another, what he holds stays his; so does the team. Where he
    serves it because a team of his does, it is refused, 409 ``of_team``.
    """
    await queue_setup.find(call.conn, queue_id)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        await staffing.remove(call.conn, call.now, queue_id, agent_id, actor=call.actor.reference)


@operation("PATCH", "/agents/{agent_id}", tag="staffing", roles=ADMIN, via="dispatch")
async def change_agent(call: Call, agent_id: int, body: AgentChange) -> AgentView:
    """Change how much an agent takes at once; with more, he looks for tickets at once.

    Less than he holds now is refused, 409 ``capacity_below_load``.
    """
    before = await staffing.lock(call.conn, agent_id)
    call.check_version(before.version)
    await staffing.set_capacity(
        call.conn, call.now, before, body.capacity, actor=call.actor.reference
    )
    return await agent_views.find(call.conn, agent_id)
