"""How agents of the router in memory come and go, and what that does to what they had."""

from routing.engine.floor import Floor, is_at_work
from routing.engine.matching import agent_looks, tickets_look
from routing.engine.records import Agent, Presence


def set_available(floor: Floor, agent: Agent) -> None:
    """He signs on, or has wrapped up: idle since now, and he looks for work."""
    floor.clock.drop("wrap_up_end", (agent.agent_id,))
    agent.idle_since_us = floor.now_us
    _be(floor, agent, "available")
    agent_looks(floor, agent)


def walk_off(floor: Floor, agent: Agent, to: Presence) -> None:
    """Offline and draining give back what rings; none of them keeps tickets for himself."""
    note_gone(floor, agent, to)
    if to in ("offline", "draining"):
        rung = [floor.tickets[ticket_id] for ticket_id in agent.ringing]
        for ticket in rung:
            floor.let_go(ticket)
            floor.put(ticket)
        tickets_look(floor, rung)
    release_sticky(floor, agent)


def note_gone(floor: Floor, agent: Agent, to: Presence) -> None:
    """He is not to be asked any more; nobody looks yet."""
    floor.clock.drop("wrap_up_end", (agent.agent_id,))
    _be(floor, agent, to)


def release_sticky(floor: Floor, agent: Agent) -> None:
    """The tickets kept for an agent who has gone look for somebody else."""
    sticky = floor.lines.sticky_to(agent.agent_id)
    tickets_look(floor, [floor.tickets[ticket_id] for ticket_id in sticky])


def begin_wrap_up(floor: Floor, agent: Agent, queue: str) -> None:
    """Where the rules ask for it, an available agent gets no work for a while after each leg."""
    wrap_up_us = floor.rules.wraps_up_for_us(queue)
    if wrap_up_us > 0 and agent.presence == "available":
        floor.clock.set("wrap_up_end", (agent.agent_id,), floor.now_us + wrap_up_us)
        _be(floor, agent, "wrap_up")


def _be(floor: Floor, agent: Agent, presence: Presence) -> None:
    """Who comes goes on with what he holds; of who goes some of it stands still."""
    worked = is_at_work(agent)
    agent.presence = presence
    if worked != is_at_work(agent):
        for ticket in [floor.tickets[ticket_id] for ticket_id in agent.holding]:
            if not worked:
                floor.go_on(ticket)
            elif ticket.course is not None and ticket.course.stands_still:
                floor.stand_still(ticket)
    floor.lines.note_room(agent)
    if floor.watcher is not None:
        floor.watcher.is_at(floor.now_us, agent)
