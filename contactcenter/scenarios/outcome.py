"""What the rows of a database say was decided in a scenario, in the scenario's names and times."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.scenarios.scale import Scale
from routing.credits import CreditRow
from routing.engine.playing import Played, Scenario
from routing.engine.records import Presence
from routing.explanation import Explanation, PassedOver


class Names(Struct, frozen=True, kw_only=True):
    """Who is meant by which row."""

    agents: Mapping[int, str]
    queues: Mapping[int, str]


class _Held(Struct, frozen=True, kw_only=True):
    at: datetime
    ticket_id: int
    agent_id: int


class _Became(Struct, frozen=True, kw_only=True):
    ticket_id: int
    agent_id: int | None
    left_at: datetime | None
    state: str


class _Present(Struct, frozen=True, kw_only=True):
    agent_id: int
    presence: Presence


_SQL = db.Statements(__name__)
_offered = _SQL.take("offered", _Held)
_legs = _SQL.take("legs", _Held)
_became = _SQL.take("became", _Became)
_present = _SQL.take("present", _Present)


async def told(
    conn: RoutingConnection, scenario: Scenario, came: Sequence[int], names: Names, scale: Scale
) -> Played:
    """Everything that was decided; ``came`` are the tickets in the order in which they came."""
    became = {row.ticket_id: row for row in await _became.all(conn)}
    present = {names.agents[row.agent_id]: row.presence for row in await _present.all(conn)}
    return Played(
        offers=[
            (scale.instant_us(row.at), row.ticket_id, names.agents[row.agent_id])
            for row in await _offered.all(conn)
        ],
        legs=await _legs_of(conn, [became[ticket_id] for ticket_id in came], names, scale),
        tickets={
            ticket_id: (
                became[ticket_id].state,
                _name(names.agents, became[ticket_id].agent_id),
            )
            for ticket_id in came
        },
        agents={agent.agent_id: present[agent.agent_id] for agent in scenario.agents},
        why=[_in_its_words(why, names, scale) for why in conn.explanations or ()],
    )


async def _legs_of(
    conn: Conn, became: Sequence[_Became], names: Names, scale: Scale
) -> dict[int, Sequence[tuple[int, str | None]]]:
    """When somebody began with each ticket; the last is None where the customer left."""
    legs: dict[int, list[tuple[int, str | None]]] = {row.ticket_id: [] for row in became}
    for leg in await _legs.all(conn):
        legs[leg.ticket_id].append((scale.instant_us(leg.at), names.agents[leg.agent_id]))
    for row in became:
        if row.left_at is not None:
            legs[row.ticket_id].append((scale.instant_us(row.left_at), None))
    return dict(legs)


def _in_its_words(why: Explanation, names: Names, scale: Scale) -> Explanation:
    """An explanation of the dispatcher, whose names are ids and whose times are slower."""
    return replace(
        why,
        at_us=scale.span_us(why.at_us),
        agent_id=names.agents[int(why.agent_id)],
        queue=names.queues[int(why.queue)],
        waited_us=scale.span_us(why.waited_us),
        credits=tuple(
            CreditRow(name=row.name, credit_us=scale.span_us(row.credit_us)) for row in why.credits
        ),
        handicap_us=scale.span_us(why.handicap_us),
        score_us=scale.span_us(why.score_us),
        idle_us=scale.span_us(why.idle_us),
        next_score_us=_span_us(scale, why.next_score_us),
        next_agent=None if why.next_agent is None else names.agents[int(why.next_agent)],
        passed_over=tuple(
            PassedOver(
                agent_id=names.agents[int(passed.agent_id)],
                clause=passed.clause,
                until_us=_span_us(scale, passed.until_us),
            )
            for passed in why.passed_over
        ),
    )


def _span_us(scale: Scale, played_us: int | None) -> int | None:
    return None if played_us is None else scale.span_us(played_us)


def _name(names: Mapping[int, str], key: int | None) -> str | None:
    return None if key is None else names[key]
