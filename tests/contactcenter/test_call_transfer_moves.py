"""Tickets that are handed to a named person of another queue, or kept for a colleague."""

import factories
import pytest
from noon import after

from contactcenter.db import Conn
from contactcenter.dispatch import holding, moving, transferring
from contactcenter.dispatch.refusals import NotInQueue
from contactcenter.tickets import tickets


async def held(world: Conn, queue_id: int, agent_id: int) -> tickets.Ticket:
    ticket = await factories.queued_ticket(world, after(0), queue_id=queue_id)
    return await holding.give_to(world, after(1), ticket.id, agent_id, actor="system", note_id=None)


async def test_an_escalation_may_be_taken_by_whom_it_was_talked_over_with(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    queue_id = await factories.queue(world, escalate_to_id=upper)
    ann = await factories.agent(world, after(0), queues=[queue_id])
    idle = await factories.agent(world, after(0), queues=[upper])
    bob = await factories.agent(world, after(5), queues=[upper])
    ticket = await held(world, queue_id, ann)

    ticket = await moving.escalate(
        world, after(10), ticket, "agent", actor=f"user:{ann}", queue_id=upper, taken_by=bob
    )

    assert (ticket.state, ticket.agent_id, ticket.queue_id) == ("assigned", bob, upper)
    loads = dict(await world.fetch("SELECT id, load FROM agent"))
    assert (loads[ann], loads[bob], loads[idle]) == (0, 1, 0)


async def test_a_transfer_to_another_queue_may_be_taken_there_at_once(world: Conn) -> None:
    side = await factories.queue(world)
    queue_id = await factories.queue(world)
    ann = await factories.agent(world, after(0), queues=[queue_id])
    bob = await factories.agent(world, after(5), queues=[side])
    ticket = await held(world, queue_id, ann)

    ticket = await transferring.transfer(
        world, after(10), ticket, side, actor=f"user:{ann}", note_id=None, taken_by=bob
    )

    assert (ticket.state, ticket.agent_id, ticket.queue_id) == ("assigned", bob, side)


async def test_a_ticket_is_kept_for_a_colleague_of_its_queue(world: Conn) -> None:
    queue_id = await factories.queue(world)
    ann = await factories.agent(world, after(0), queues=[queue_id])
    bob = await factories.agent(world, after(0), queues=[queue_id], capacity=1)
    cyd = await factories.agent(world, after(0), queues=[queue_id])
    await held(world, queue_id, bob)
    ticket = await held(world, queue_id, ann)

    ticket = await transferring.keep_for_colleague(
        world, after(10), ticket, bob, actor=f"user:{ann}", note_id=None
    )

    assert (ticket.state, ticket.agent_id, ticket.sticky_agent_id) == ("waiting", None, bob)
    assert await world.fetchval("SELECT load FROM agent WHERE id = $1", cyd) == 0
    assert ticket.enqueued_at == after(0)


async def test_nothing_is_kept_for_somebody_who_does_not_serve_the_queue(world: Conn) -> None:
    queue_id = await factories.queue(world)
    ann = await factories.agent(world, after(0), queues=[queue_id])
    bob = await factories.agent(world, after(0))
    ticket = await held(world, queue_id, ann)

    with pytest.raises(NotInQueue):
        await transferring.keep_for_colleague(
            world, after(10), ticket, bob, actor=f"user:{ann}", note_id=None
        )
