"""Explanations of offers for a simulation: what stood beside the chosen one just before.

What ``serve`` keeps with each offer is less and costs nothing; this asks the database again, by the
clauses and keys of ``routing``. Ids are those of the rows, as text.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.dispatch.sights import Chosen
from routing.credits import CreditRow
from routing.eligibility import Clause, Telephone, first_false, is_kept
from routing.explanation import AGENTS_NAMED, TICKETS_COUNTED, Decision, Explanation, PassedOver
from routing.instants import SECOND_US, to_us
from routing.ordering import AgentKey, agent_key, first_difference, score_us


class _Work(Struct, frozen=True, kw_only=True):
    """The ticket that is offered; ``keeper_presence`` is where its sticky agent is."""

    id: int
    state: str
    queue_id: int
    is_open: bool
    enqueued_us: int
    rank_us: int
    weight: int
    needs_phone: bool
    credits: dict[str, int]
    sticky_agent_id: int | None
    sticky_until_us: int | None
    keeper_presence: str | None

    def credits_named(self) -> Iterator[CreditRow]:
        """What its credit is the sum of, by name."""
        for reason, credit_s in sorted(self.credits.items()):
            yield CreditRow(name=reason, credit_us=credit_s * SECOND_US)


class _Member(Struct, frozen=True, kw_only=True):
    """Somebody who serves its queue."""

    agent_id: int
    level: int
    band: int
    delay_us: int
    handicap_us: int
    presence: str
    capacity: int
    load: int
    idle_since_us: int
    excluded_until_us: int | None
    telephone: Telephone


class _Other(Struct, frozen=True, kw_only=True):
    """Another ticket the agent could have taken."""

    ticket_id: int
    behind_us: int


_SQL = db.Statements(__name__)
_work = _SQL.take("work", _Work)
_members = _SQL.take("members", _Member)
_others = _SQL.take("others", _Other)


async def note_agent(conn: Conn, now: datetime, ticket_id: int, agent_id: int) -> None:
    """The ticket looked and is about to be offered; nothing is done where nobody asked for it."""
    explanations = _asked_for(conn)
    if explanations is None:
        return
    scene = await _scene(conn, now, ticket_id, {})
    explanations.append(_explanation(scene, "ticket_looked_for_agent", agent_id, others=[]))


async def note_tickets(conn: Conn, now: datetime, chosen: Sequence[Chosen]) -> None:
    """The same for what agents who looked are about to get, one after the other."""
    explanations = _asked_for(conn)
    if explanations is None:
        return
    taken: list[int] = []
    units: dict[int, int] = {}
    for agent_id, head, _ in chosen:
        taken.append(head.ticket_id)
        scene = await _scene(conn, now, head.ticket_id, units)
        others = await _others.all(
            conn, agent_id, now, taken, units.get(agent_id, 0), TICKETS_COUNTED - 1
        )
        explanations.append(_explanation(scene, "agent_looked_for_ticket", agent_id, others))
        units[agent_id] = units.get(agent_id, 0) + head.weight


def _asked_for(conn: Conn) -> list[Explanation] | None:
    return conn.explanations if type(conn) is RoutingConnection else None


class _Scene(Struct, frozen=True, kw_only=True):
    """A ticket and who serves its queue, just before it is offered."""

    now_us: int
    work: _Work
    members: list[_Member]

    def clause(self, member: _Member) -> Clause | None:
        """What keeps him from taking it."""
        work = self.work
        return first_false(
            work,
            member,
            member,
            queue_is_open=work.is_open,
            excluded_until_us=member.excluded_until_us,
            is_kept_for_another=self.is_kept and work.sticky_agent_id != member.agent_id,
            now_us=self.now_us,
            telephone=member.telephone if work.needs_phone else "not_needed",
        )

    @property
    def is_kept(self) -> bool:
        """Whether it is kept for its sticky agent now."""
        until_us, presence = self.work.sticky_until_us, self.work.keeper_presence
        if until_us is None or presence is None:
            return False
        return is_kept(until_us=until_us, presence=presence, now_us=self.now_us)

    def key(self, member: _Member) -> AgentKey:
        """Where he stands among those who may have it."""
        return agent_key(
            is_sticky=self.work.sticky_agent_id == member.agent_id,
            level=member.level,
            band=member.band,
            load=member.load,
            capacity=member.capacity,
            idle_since_us=member.idle_since_us,
            agent_id=member.agent_id,
        )

    def passed_over(self) -> Iterator[PassedOver]:
        """Who was not eligible, in the order in which they would have come."""
        for member in self.members:
            clause = self.clause(member)
            if clause is not None:
                yield PassedOver(
                    agent_id=str(member.agent_id),
                    clause=clause,
                    until_us=self._until_us(member, clause),
                )

    def _until_us(self, member: _Member, clause: Clause) -> int | None:
        match clause:
            case "too_early":
                return self.work.enqueued_us + member.delay_us
            case "excluded":
                return member.excluded_until_us
            case "kept_for_another":
                return self.work.sticky_until_us
            case _:
                return None


async def _scene(conn: Conn, now: datetime, ticket_id: int, units: Mapping[int, int]) -> _Scene:
    """``units`` are what agents are about to get besides, and have no more room for."""
    work = await _work.one(conn, ticket_id)
    members = [
        msgspec.structs.replace(member, load=member.load + units.get(member.agent_id, 0))
        for member in await _members.all(conn, work.queue_id, ticket_id)
    ]
    return _Scene(now_us=to_us(now), work=work, members=members)


def _explanation(
    scene: _Scene, decision: Decision, agent_id: int, others: Sequence[_Other]
) -> Explanation:
    now_us, work = scene.now_us, scene.work
    chosen = next(member for member in scene.members if member.agent_id == agent_id)
    score = score_us(rank_us=work.rank_us, handicap_us=chosen.handicap_us, now_us=now_us)
    scores = [now_us - other.behind_us for other in others]
    rivals: list[AgentKey] = []
    if decision == "ticket_looked_for_agent":
        eligible = (member for member in scene.members if scene.clause(member) is None)
        rivals = sorted(scene.key(member) for member in eligible if member is not chosen)
    return Explanation(
        at_us=now_us,
        decision=decision,
        ticket_id=work.id,
        agent_id=str(agent_id),
        queue=str(work.queue_id),
        waited_us=now_us - work.enqueued_us,
        credits=tuple(work.credits_named()),
        handicap_us=chosen.handicap_us,
        score_us=score,
        is_sticky=work.sticky_agent_id == agent_id,
        level=chosen.level,
        band=chosen.band,
        load=chosen.load,
        capacity=chosen.capacity,
        idle_us=now_us - chosen.idle_since_us,
        rank=1 + sum(other > score for other in scores),
        tickets=1 + len(scores),
        next_ticket=others[0].ticket_id if others else None,
        next_score_us=scores[0] if others else None,
        agents=1 + len(rivals),
        next_agent=str(rivals[0][-1]) if rivals else None,
        behind_because=first_difference(scene.key(chosen), rivals[0]) if rivals else None,
        passed_over=tuple(islice(scene.passed_over(), AGENTS_NAMED)),
    )
