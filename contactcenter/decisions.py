"""Why a ticket is where it is: every decision about it, as it was written down, in a sentence."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.speech import Speech
from contactcenter.time_zones import zone_of
from routing import decisions as rules
from routing.decision_phrases import PHRASES

#: The events that tell of a decision.
KINDS: Final = tuple(sorted({name.partition(".")[0] for name in PHRASES}))
UTC: Final = "UTC"


class Event(Struct, frozen=True, kw_only=True):
    """An event of the ticket that tells of a decision."""

    id: int
    at: datetime
    kind: str
    actor: str
    agent_id: int | None
    data: dict[str, Any]


class Told(Struct, frozen=True, kw_only=True):
    """A decision: when, by which version of the configuration, a sentence, and its numbers.

    ``numbers`` are the data of the event, as ``docs/events.md`` describes them.
    """

    event_id: int
    at: datetime
    kind: str
    configuration: int | None
    agent_id: int | None
    actor: str
    sentence: str
    numbers: dict[str, Any]


class _Name(Struct, frozen=True, kw_only=True):
    what: str
    id: int
    name: str


_SQL = db.Statements(__name__)
_of_ticket = _SQL.take("of_ticket", Event)
_names = _SQL.take("names", _Name)
_time_zone = _SQL.take("time_zone", str)


async def of_ticket(conn: Conn, ticket_id: int, *, after_id: int, limit: int) -> list[Event]:
    """The decisions about a ticket in order, after an event's id."""
    return await _of_ticket.all(conn, ticket_id, KINDS, after_id, limit)


async def zone_of_ticket(conn: Conn, ticket_id: int) -> ZoneInfo:
    """Where the ticket's queue keeps its hours; UTC where it keeps none."""
    return zone_of(await _time_zone.first(conn, ticket_id) or UTC)


async def tell(conn: Conn, found: Sequence[Event], speech: Speech) -> list[Told]:
    """The decisions in words."""
    made = [_decision(event) for event in found]
    agents, queues = await names(
        conn,
        {agent_id for one in made for agent_id in rules.agents_named(one)},
        {queue_id for one in made for queue_id in rules.queues_named(one)},
    )
    return [
        Told(
            event_id=event.id,
            at=event.at,
            kind=event.kind,
            configuration=event.data.get("configuration"),
            agent_id=event.agent_id,
            actor=event.actor,
            sentence=rules.sentence(
                decision,
                rules.Speaker(
                    language=speech.language,
                    agents=agents,
                    queues=queues,
                    instant=speech.clock(event.at),
                ),
            ),
            numbers=event.data,
        )
        for event, decision in zip(found, made, strict=True)
    ]


async def names(
    conn: Conn, agent_ids: Collection[int], queue_ids: Collection[int]
) -> tuple[dict[int, str], dict[int, str]]:
    """What agents and queues are called now."""
    rows = await _names.all(conn, sorted(agent_ids), sorted(queue_ids))
    return (
        {row.id: row.name for row in rows if row.what == "agent"},
        {row.id: row.name for row in rows if row.what == "queue"},
    )


def _decision(event: Event) -> rules.Decision:
    return rules.Decision(
        kind=event.kind,
        at=event.at,
        actor=event.actor,
        agent_id=event.agent_id,
        data=event.data,
    )
