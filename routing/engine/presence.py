"""How agents of the router in memory come and go, and what that does to what they had."""

from routing.engine.floor import Floor
from routing.engine.matching import agent_looks, tickets_look
from routing.engine.records import Agent, Presence


def set_available(floor: Floor, agent: Agent) -> None:
    """He signs on, or has wrapped up: idle since now, and he looks for work."""
    floor.clock.drop("wrap_up_end", (agent.agent_id,))
    agent.presence = "available"
    agent.idle_since_us = floor.now_us
    floor.lines.note_room(agent)
    agent_looks(floor, agent)


def walk_off(floor: Floor, agent: Agent, to: Presence) -> None:
    """Offline gives back what rings; away and offline no longer keep tickets for themselves."""
    note_gone(floor, agent, to)
    if to == "offline":
        rung = [floor.tickets[ticket_id] for ticket_id in agent.ringing]
        for ticket in rung:
            floor.let_go(ticket)
            floor.put(ticket)
        tickets_look(floor, rung)
    release_sticky(floor, agent)


def note_gone(floor: Floor, agent: Agent, to: Presence) -> None:
    """He is not to be asked any more; nobody looks yet."""
    floor.clock.drop("wrap_up_end", (agent.agent_id,))
    agent.presence = to
    floor.lines.note_room(agent)


def release_sticky(floor: Floor, agent: Agent) -> None:
    """The tickets kept for an agent who has gone look for somebody else."""
    sticky = floor.lines.sticky_to(agent.agent_id)
    tickets_look(floor, [floor.tickets[ticket_id] for ticket_id in sticky])


def begin_wrap_up(floor: Floor, agent: Agent) -> None:
    """Where the rules ask for it, an available agent gets no work for a while after each leg."""
    if floor.rules.wrap_up_us > 0 and agent.presence == "available":
        agent.presence = "wrap_up"
        due_us = floor.now_us + floor.rules.wrap_up_us
        floor.clock.set("wrap_up_end", (agent.agent_id,), due_us)
        floor.lines.note_room(agent)
