"""Agents: who is there, what rings, coming, going and wrapping up."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import agent_views, ticket_views
from contactcenter.agent_views import AgentView
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.dispatch import presence
from contactcenter.dispatch.presence import Wanted
from contactcenter.ticket_views import TicketView

_AGENTS = Cursor("agents", tuple[int])


class AgentQuery(PageQuery, frozen=True, kw_only=True):
    """Whom to list."""

    queue_id: Id | None = None


class NewPresence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one is from now on; ``away`` says why."""

    presence: Wanted
    reason: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


@operation("GET", "/agents", tag="agents", roles=AGENT, via="read")
async def list_agents(call: Call, query: AgentQuery) -> Page[AgentView]:
    """List who handles tickets, and where they are."""
    after = _AGENTS.read(query.cursor)
    found = await agent_views.page(
        call.conn,
        after_id=after[0] if after else 0,
        limit=query.limit + 1,
        queue_id=query.queue_id,
    )
    return _AGENTS.page(found, query.limit, lambda agent: (agent.id,))


@operation("GET", "/agents/{agent_id}", tag="agents", roles=AGENT, via="read")
async def find_agent(call: Call, agent_id: int) -> AgentView:
    """Read one agent."""
    return await agent_views.find(call.conn, agent_id)


@operation("GET", "/presence", tag="agents", roles=AGENT, via="read")
async def read_presence(call: Call) -> AgentView:
    """Read where one is oneself, and how much one holds."""
    return await agent_views.find(call.conn, call.actor.user_id)


@operation("POST", "/presence", tag="agents", roles=AGENT, via="dispatch", status=201)
async def change_presence(call: Call, body: NewPresence) -> AgentView:
    """Come, go or pause.

    Going offline or draining gives ringing offers back; tickets that are held stay held.
    """
    return await _change(call, call.actor.user_id, body)


@operation(
    "POST",
    "/agents/{agent_id}/presence",
    tag="agents",
    roles=SUPERVISOR,
    via="dispatch",
    status=201,
)
async def change_presence_of(call: Call, agent_id: int, body: NewPresence) -> AgentView:
    """Sign an agent off who forgot to, or set another presence."""
    await agent_views.find(call.conn, agent_id)
    return await _change(call, agent_id, body)


@operation("POST", "/presence/wrap_up_ends", tag="agents", roles=AGENT, via="dispatch", status=201)
async def end_wrap_up(call: Call) -> AgentView:
    """Be ready for the next ticket before the wrap-up time is over."""
    await presence.end_wrap_up(call.conn, call.now, call.actor.user_id, actor=call.actor.reference)
    return await agent_views.find(call.conn, call.actor.user_id)


@operation("GET", "/offers", tag="agents", roles=AGENT, via="read")
async def list_ringing(call: Call) -> list[TicketView]:
    """What rings at you now, the most urgent first, with guidance on how to treat the person."""
    agent_id = call.actor.user_id
    return [
        await ticket_views.find(call.conn, agent_id, ticket_id)
        for ticket_id in await ticket_views.ringing_at(call.conn, agent_id)
    ]


async def _change(call: Call, agent_id: int, body: NewPresence) -> AgentView:
    await presence.change(
        call.conn,
        call.now,
        agent_id,
        body.presence,
        body.reason,
        actor=call.actor.reference,
    )
    return await agent_views.find(call.conn, agent_id)
