"""The rows of a scenario in a database of its own: its agents and queues, and tickets as they come.

Whatever an operator may not configure, such as an offer that is over at once, a scenario may have:
those limits of the schema are lifted.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import db, timers
from contactcenter.db import Conn
from contactcenter.dispatch import entering
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.connection import forget_rules
from contactcenter.scenarios.scale import Scale
from routing.engine.playing import ArrivalStep, Scenario, TicketStep
from routing.engine.records import NewTicket

#: A scenario has no channels. One stands for each weight, which is a matter of channels.
_CHANNEL: Final = "play{}"
_LIFT: Final = """
ALTER TABLE queue DROP CONSTRAINT IF EXISTS queue_offer_timeout_is_positive;
ALTER TABLE membership DROP CONSTRAINT IF EXISTS membership_handicap_is_not_negative;
CREATE TABLE IF NOT EXISTS event_ever PARTITION OF event DEFAULT;
"""

_SQL = db.Statements(__name__)
_add_team = _SQL.take("add_team", int)
_add_queues = _SQL.take("add_queues", int)
_add_agents = _SQL.command("add_agents")
_add_memberships = _SQL.command("add_memberships")
_set = _SQL.command("set_setting")


class _Message(Struct, frozen=True, kw_only=True):
    interaction_id: int
    received_at: datetime


_open_ticket = _SQL.take("open_ticket", _Message)


class Stage(Struct, frozen=True, kw_only=True):
    """Whose row is which. Agents' ids are in the order of their names, and equally long as text."""

    agent_ids: Mapping[str, int]
    queue_ids: Mapping[str, int]


async def set_up(conn: Conn, scenario: Scenario, scale: Scale) -> Stage:
    """Write the centre of a scenario into an empty database that nobody else uses."""
    await conn.execute(_LIFT)
    names = sorted({agent.agent_id for agent in scenario.agents})
    first = 10 ** len(str(len(names)))
    agent_ids = {name: first + n for n, name in enumerate(names)}
    queues = sorted(_queues(scenario))
    weights = sorted({new.weight for new in _tickets(scenario)})
    async with conn.transaction():
        found = await _add_queues.all(
            conn,
            await _add_team.one(conn),
            len(queues),
            scale.seconds(scenario.rules.offer_timeout_us),
            scale.seconds(scenario.rules.wrap_up_us),
            list(map(_CHANNEL.format, weights)) if scenario.rules.auto_accept else [],
        )
        stage = Stage(agent_ids=agent_ids, queue_ids=dict(zip(queues, found, strict=True)))
        await _add_agents.run(
            conn,
            list(agent_ids.values()),
            [a.capacity for a in sorted(scenario.agents, key=lambda a: a.agent_id)],
            scale.at(0),
        )
        await _add_memberships.many(conn, list(_memberships(scenario, stage, scale)))
        await _set.run(conn, "capacity", {_CHANNEL.format(weight): weight for weight in weights})
        limits = {
            "exclude_for_s": scale.seconds(scenario.rules.exclude_for_us),
            "max_misses": scenario.rules.max_misses,
        }
        await _set.run(conn, "limits", limits)
        forget_rules(conn)
    return stage


async def enter(conn: Conn, now: datetime, new: NewTicket, stage: Stage, scale: Scale) -> None:
    """A ticket comes as it does in ``serve``: stored as new, and entered when it was looked at."""
    channel = _CHANNEL.format(new.weight)
    overflow = [(scale.seconds(o.after_us), stage.queue_ids[o.queue]) for o in new.overflow]
    sticky_until = None
    if new.sticky_agent is not None:
        sticky_until = now + (scale.at(new.sticky_for_us) - scale.at(0))
    message = await _open_ticket.one(
        conn,
        new.ticket_id,
        channel,
        now,
        new.weight,
        scale.seconds(new.credit_us),
        stage.agent_ids[new.sticky_agent] if new.sticky_agent is not None else None,
        sticky_until,
        overflow,
    )
    if sticky_until is not None and sticky_until > now:
        await timers.set_for_ticket(conn, "sticky_end", new.ticket_id, sticky_until)
    if new.overflow:
        due_at = now + (scale.at(new.overflow[0].after_us) - scale.at(0))
        await timers.set_for_ticket(conn, "overflow", new.ticket_id, due_at)
    finding = Finding(
        ticket_id=new.ticket_id,
        interaction_ids=[message.interaction_id],
        received_at=message.received_at,
        temperament="unknown",
        language=None,
        subject="",
        queue_id=stage.queue_ids[new.queue],
    )
    await entering.enter(conn, now, [finding])


def _memberships(scenario: Scenario, stage: Stage, scale: Scale) -> Iterator[tuple[Any, ...]]:
    for agent in scenario.agents:
        for membership in agent.memberships:
            yield (
                stage.agent_ids[agent.agent_id],
                stage.queue_ids[membership.queue],
                membership.level,
                scale.seconds(membership.delay_us),
                scale.seconds(membership.handicap_us),
                membership.band,
            )


def _tickets(scenario: Scenario) -> Iterator[NewTicket]:
    for step in (*scenario.steps, *scenario.drawn):
        if isinstance(step, ArrivalStep):
            yield step.ticket


def _queues(scenario: Scenario) -> Iterator[str]:
    """Every queue that is spoken of."""
    for agent in scenario.agents:
        yield from (membership.queue for membership in agent.memberships)
    for new in _tickets(scenario):
        yield new.queue
        yield from (overflow.queue for overflow in new.overflow)
        yield from new.course.escalate if new.course is not None else ()
    for step in scenario.steps:
        if isinstance(step, TicketStep) and step.what == "escalate":
            yield step.queue
