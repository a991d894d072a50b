"""What was decided in a scenario, as the JSON that both engines print alike."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from contactcenter.scenarios.units import Unit, from_us
from routing.engine.playing import Played
from routing.explanation import Explanation

_ENCODER: Final = msgspec.json.Encoder()


def answer(played: Played, unit: Unit) -> Iterator[bytes]:
    """The offers, the legs, where everybody ended, and why, as pieces of one JSON object.

    Times are in the unit of the file. A piece at a time, because a large play has as many
    explanations as offers.
    """
    yield b'{"offers":'
    yield _ENCODER.encode([(from_us(at_us, unit), t, a) for at_us, t, a in played.offers])
    yield b',"legs":'
    yield _ENCODER.encode(
        {
            str(ticket_id): [(from_us(at_us, unit), agent) for at_us, agent in legs]
            for ticket_id, legs in played.legs.items()
        }
    )
    yield b',"final":'
    yield _ENCODER.encode(_final(played))
    yield b',"why":['
    for n, why in enumerate(played.why):
        yield (b"," if n else b"") + _ENCODER.encode(explained(why, unit))
    yield b"]}"


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
