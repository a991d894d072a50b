"""What was decided in a scenario, as the JSON that both engines print alike."""

from typing import Any

from contactcenter.scenarios.units import Unit, from_us
from routing.engine.playing import Played
from routing.explanation import Explanation


def answer(played: Played, unit: Unit) -> dict[str, Any]:
    """The offers, the legs, where everybody ended, and why; times in the unit of the file."""
    return {
        "offers": [[from_us(at_us, unit), t, a] for at_us, t, a in played.offers],
        "legs": {
            str(ticket_id): [[from_us(at_us, unit), agent] for at_us, agent in legs]
            for ticket_id, legs in played.legs.items()
        },
        "final": _final(played),
        "why": [explained(why, unit) for why in played.why],
    }


def explained(why: Explanation, unit: Unit) -> dict[str, Any]:
    """One explanation; what is measured in time is in the unit of the file."""
    return {
        "at": from_us(why.at_us, unit),
        "decision": why.decision,
        "ticket": why.ticket_id,
        "agent": why.agent_id,
        "queue": why.queue,
        "waited": from_us(why.waited_us, unit),
        "credits": [[row.name, from_us(row.credit_us, unit)] for row in why.credits],
        "handicap": from_us(why.handicap_us, unit),
        "score": from_us(why.score_us, unit),
        "sticky": why.is_sticky,
        "level": why.level,
        "band": why.band,
        "load": why.load,
        "capacity": why.capacity,
        "idle": from_us(why.idle_us, unit),
        "rank": why.rank,
        "tickets": why.tickets,
        "next_ticket": why.next_ticket,
        "next_score": None if why.next_score_us is None else from_us(why.next_score_us, unit),
        "agents": why.agents,
        "next_agent": why.next_agent,
        "behind_because": why.behind_because,
        "passed_over": [
            {
                "agent": passed.agent_id,
                "clause": passed.clause,
                "until": None if passed.until_us is None else from_us(passed.until_us, unit),
            }
            for passed in why.passed_over
        ],
    }


def _final(played: Played) -> dict[str, str]:
    tickets = {
        str(ticket_id): state if agent is None else f"{state}:{agent}"
        for ticket_id, (state, agent) in played.tickets.items()
    }
    return {**tickets, **played.agents}
